// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of command_check in lockstep with the RTL, in two shapes: random commands at the
// edges of the rules, hard resets in the middle of checks, and rings that move while a check runs.
// What comes with the verdict is compared from the verdict on.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>

#include "Vcommand_check_16x16.h"
#include "Vcommand_check_4x4.h"
#include "model/cycle/command_check.h"
#include "tests/command_check_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

using cycle::CommandCheck;

constexpr uint64_t kSeed = 1;

template <class V>
class Bench {
 public:
  explicit Bench(const MachineShape& shape) : shape_(shape), lockstep_(kSeed, CommandCheck(shape)) {
    rtl_.rst_ni = 0;
    Clock(rtl_);  // no edge yet in simulation
    Clock(rtl_);
    Cycle(true);
  }

  // A command, to its verdict and some cycles longer.
  void Check() {
    case_ = RandomCase(random_, shape_);
    Drive(rtl_, case_);
    in_.cmd = &case_.command;
    for (int e = 0; e < 2; ++e) {
      in_.busy_first[e] = case_.busy[e].base;
      in_.busy_last[e] = static_cast<uint64_t>(case_.busy[e].last()) & ((uint64_t{1} << 40) - 1);
    }
    SetRings();
    const uint64_t moves =
        random_.OneIn(2) ? 30 + random_.Below(90) : 1000;  // the rings, in this cycle
    const uint64_t reset = random_.OneIn(20) ? random_.Below(128) : 1000;
    in_.start = true;
    for (uint64_t cycle = 0; (cycle < 190 || !rtl_.done_o) && !lockstep_.differs(); ++cycle) {
      if (cycle >= moves && cycle < moves + 4) MoveRings();
      Cycle(cycle == reset);
      in_.start = false;
    }
    if (verdict_) ++causes_[lockstep_.model().cause()];
  }

  const UnitLockstep<CommandCheck>& lockstep() const { return lockstep_; }
  std::map<uint8_t, int>& causes() { return causes_; }

 private:
  void SetRings() {
    in_.ring_base = case_.rings.ring_base;
    in_.record_base = case_.rings.record_base;
    in_.ring_size = static_cast<uint16_t>(case_.rings.size);
  }
  // Onto D, or next to it, or to the ends of the bus.
  void MoveRings() {
    Rings& rings = case_.rings;
    const uint64_t mask = (uint64_t{1} << shape_.axi_addr) - 1;
    const uint64_t last = static_cast<uint64_t>(RegionD(case_.command).last());
    rings.size =
        static_cast<uint32_t>(random_.OneIn(4) ? random_.Bits() & 0xffff : random_.Below(4));
    const auto place = [&](uint64_t bytes) -> uint64_t {
      if (random_.OneIn(4)) return random_.Below(2) - bytes;
      return random_.OneIn(2) ? case_.command.d_base - bytes + random_.Below(2)
                              : last + random_.Below(2);
    };
    rings.ring_base = place(uint64_t{rings.size} * kCommandBytes) & mask;
    rings.record_base = place(uint64_t{rings.size} * kRecordBytes) & mask;
    Drive(rtl_, case_);
    SetRings();
  }

  void Cycle(bool reset) {
    rtl_.start_i = in_.start;
    rtl_.rst_ni = !reset;
    rtl_.clk_i = 0;
    rtl_.eval();
    if (reset) verdict_ = started_ = false;
    verdict_ |= started_ && rtl_.done_o;
    if (in_.start) verdict_ = false;
    const auto compare = [&](OutputCheck& check, const CommandCheck& m) { Compare(check, m); };
    if (reset) {
      lockstep_.Reset(compare);
    } else {
      lockstep_.Cycle(in_, compare);
      started_ |= in_.start;
    }
    rtl_.clk_i = 1;
    rtl_.eval();
  }

  void Compare(OutputCheck& check, const CommandCheck& model) const {
    check("done", rtl_.done_o, model.done(in_.start));
    if (started_) {
      check("early_ok", rtl_.early_ok_o, !in_.start && model.early_ok(*in_.cmd));
      check("load_known", rtl_.load_known_o, model.load_known(in_.start));
      if (rtl_.load_known_o) check("load_conflict", rtl_.load_conflict_o, model.load_conflict());
    }
    if (!verdict_) return;
    check("cause", rtl_.cause_o, model.cause());
    check("legal", rtl_.legal_o, model.cause() == 0);
    check("conflict", rtl_.conflict_o, model.conflict());
    check("d_first", rtl_.d_first_o, model.d_first());
    check("d_last", rtl_.d_last_o, model.d_last());
    check("panel_words", rtl_.panel_words_o, model.panel_words());
  }

  const MachineShape shape_;
  Random random_{kSeed};
  V rtl_;
  UnitLockstep<CommandCheck> lockstep_;
  CheckCase case_;
  CommandCheck::Inputs in_;
  bool started_ = false, verdict_ = false;
  std::map<uint8_t, int> causes_;
};

template <class V>
void RunChecks(const MachineShape& shape) {
  Bench<V> bench(shape);
  for (int i = 0; i < 6000 && !bench.lockstep().differs(); ++i) bench.Check();
  for (uint8_t cause = 0; cause <= static_cast<uint8_t>(Cause::kOverlap); ++cause)
    EXPECT_GT(bench.causes()[cause], 5) << "cause " << int{cause} << " hardly occurs";
  EXPECT_GT(bench.lockstep().skipped(), 100000u);
}

TEST(CommandCheckCycle, MatchesTheRtlInEveryCycleAt16x16) {
  RunChecks<Vcommand_check_16x16>(kShape16x16);
}

TEST(CommandCheckCycle, MatchesTheRtlInEveryCycleAt4x4) {
  RunChecks<Vcommand_check_4x4>(kShape4x4);
}

}  // namespace
}  // namespace tetralog
