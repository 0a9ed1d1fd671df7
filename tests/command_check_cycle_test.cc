// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of command_check in lockstep with the RTL, in two shapes: random commands at the
// edges of the rules, hard resets in the middle of checks, and rings that move while a check runs.
// What comes with the verdict is compared from the verdict on. A second model, which skips the
// cycles that it may, has the same outputs.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

#include "Vcommand_check_16x16.h"
#include "Vcommand_check_4x4.h"
#include "model/cycle/command_check.h"
#include "tests/command_check_testing.h"
#include "tests/cycle_unit_testing.h"

namespace tetralog {
namespace {

using cycle::CommandCheck;

template <class V>
class Bench {
 public:
  Bench(const MachineShape& shape, const std::string& name)
      : shape_(shape),
        model_(shape),
        lazy_(shape),
        lockstep_("seed 1; command_check_cycle_test --gtest_filter=*" + name) {
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
        random_.OneIn(2) ? 30 + random_.Below(40) : 1000;  // the rings, in this cycle
    const uint64_t reset = random_.OneIn(20) ? random_.Below(64) : 1000;
    in_.start = true;
    for (uint64_t cycle = 0; cycle < 70 && !lockstep_.differs(); ++cycle) {
      if (cycle >= moves && cycle < moves + 4) MoveRings();
      Cycle(cycle == reset);
      in_.start = false;
    }
    if (verdict_) ++causes_[model_.cause()];
  }

  const Lockstep& lockstep() const { return lockstep_; }
  uint64_t skipped() const { return lazy_.skipped(); }
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
    if (reset) {
      model_.Reset();
      lazy_.Reset();
      verdict_ = started_ = false;
    }
    verdict_ |= started_ && rtl_.done_o;
    if (in_.start) verdict_ = false;
    Compare(model_);
    Compare(*lazy_);
    rtl_.clk_i = 1;
    rtl_.eval();
    ++lockstep_.cycle;
    if (reset) return;
    model_.Clock(in_);
    lazy_.Clock(in_);
    started_ |= in_.start;
  }

  void Compare(const CommandCheck& model) {
    lockstep_.Same("done", rtl_.done_o, model.done(in_.start));
    if (in_.cmd) lockstep_.Same("early_ok", rtl_.early_ok_o, model.early_ok(*in_.cmd));
    if (!verdict_) return;
    lockstep_.Same("cause", rtl_.cause_o, model.cause());
    lockstep_.Same("conflict", rtl_.conflict_o, model.conflict());
    lockstep_.Same("d_first", rtl_.d_first_o, model.d_first());
    lockstep_.Same("d_last", rtl_.d_last_o, model.d_last());
    lockstep_.Same("panel_words", rtl_.panel_words_o, model.panel_words());
  }

  const MachineShape shape_;
  Random random_{1};
  V rtl_;
  CommandCheck model_;
  LazyTwin<CommandCheck> lazy_;
  Lockstep lockstep_;
  CheckCase case_;
  CommandCheck::Inputs in_;
  bool started_ = false, verdict_ = false;
  std::map<uint8_t, int> causes_;
};

template <class V>
void RunChecks(const MachineShape& shape, const std::string& name) {
  Bench<V> bench(shape, name);
  for (int i = 0; i < 6000 && !bench.lockstep().differs(); ++i) bench.Check();
  for (uint8_t cause = 0; cause <= static_cast<uint8_t>(Cause::kOverlap); ++cause)
    EXPECT_GT(bench.causes()[cause], 5) << "cause " << int{cause} << " hardly occurs";
  EXPECT_GT(bench.skipped(), 100000u);
}

TEST(CommandCheckCycle, MatchesTheRtlInEveryCycleAt16x16) {
  RunChecks<Vcommand_check_16x16>(kShape16x16, "16x16");
}

TEST(CommandCheckCycle, MatchesTheRtlInEveryCycleAt4x4) {
  RunChecks<Vcommand_check_4x4>(kShape4x4, "4x4");
}

}  // namespace
}  // namespace tetralog
