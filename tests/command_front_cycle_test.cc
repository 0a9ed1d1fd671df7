// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of command_front in lockstep with the RTL: all outputs in every cycle, with
// random rings, latencies and stalls, hazards, refused commands of every cause, misused rings,
// halts and hard resets at any time.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

#include "model/cycle/command_front.h"
#include "sim/command_rules.h"
#include "sim/illegal_command.h"
#include "tests/command_front_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

using cycle::CommandFront;

class CommandFrontCycle : public CommandFrontRtl {
 protected:
  void Restart() {
    unit_->halt_i = 0;
    Reset();
    lockstep_.Reset();
  }

  void BeforeEdge() override {
    const CommandFront::Inputs in = Inputs();
    if (lockstep_.model().failed()) causes_.insert(lockstep_.model().cause());
    lockstep_.Cycle(in, [&](OutputCheck& check, const CommandFront& m) { Compare(check, m, in); });
  }

  CommandFront::Inputs Inputs() {
    const Vcommand_front& u = *unit_;
    word_ = {u.beat_data_i, 0};
    return {.enable = u.enable_i != 0,
            .halt = u.halt_i != 0,
            .req_ready = u.req_ready_i != 0,
            .beat_valid = u.beat_valid_i != 0,
            .load_busy = u.load_busy_i != 0,
            .back_ready = u.back_ready_i != 0,
            .slot_busy = u.slot_busy_i,
            .ring_size = u.ring_size_i,
            .tail = u.tail_i,
            .head = u.head_i,
            .ring_base = u.ring_base_i,
            .record_base = u.record_base_i,
            .beat_data = u.beat_valid_i ? &word_ : nullptr,
            .slot_first = first_,
            .slot_last = last_};
  }

  void Compare(OutputCheck& check, const CommandFront& model,
               const CommandFront::Inputs& in) const {
    const Vcommand_front& u = *unit_;
    check("req_valid", u.req_valid_o, model.req_valid());
    if (model.req_valid()) {
      check("req_addr", u.req_addr_o, model.req_addr());
      check("req_len", u.req_len_o, model.req_len());
    }
    check("beat_ready", u.beat_ready_o, model.beat_ready());
    check("index", u.index_o, model.index());
    check("fetched", u.fetched_o, model.fetched());
    check("load_start", u.load_start_o, model.load_start(in.slot_busy, in.load_busy));
    check("back_valid", u.back_valid_o, model.back_valid(in.slot_busy));
    if (u.load_start_o || u.back_valid_o) {
      Entry bytes;
      std::memcpy(bytes.data(), &u.cmd_o[0], bytes.size());
      check("cmd", 1, cycle::Decode(bytes) == KeptCommand(model.cmd(), kShape.axi_addr));
    }
    if (u.back_valid_o) {
      check("d_first", u.d_first_o, model.d_first());
      check("d_last", u.d_last_o, model.d_last());
      check("panel_words", u.panel_words_o, model.panel_words());
    }
    check("busy", u.busy_o, model.busy());
    check("checking", u.checking_o, model.checking());
    check("failed", u.failed_o, model.failed());
    if (model.failed()) check("cause", u.cause_o, model.cause());
  }

  // A command at one of a few places, so that some meet earlier ones, and one in ten refused.
  Command RandomCommand() {
    Command c = LegalCommand(tail_);
    c.m = static_cast<uint32_t>(dice_.From(1, 40));
    c.seed = dice_.Next();
    c.mask_enable = dice_.Percent(30);
    c.c_enable = dice_.Percent(30);
    c.d_base = 0x500000 + 0x1000 * dice_.Below(4);
    uint64_t* reads[] = {&c.a_base, &c.b_base, &c.c_base, &c.mask_base};
    if (dice_.Percent(50)) *reads[dice_.Below(4)] = 0x500000 + 0x1000 * dice_.Below(4);
    if (CheckCommand(c, kShape, rings_) != Cause::kNone) c.d_base = 0x600000;
    if (!dice_.Percent(10)) return c;
    const auto cause = static_cast<Cause>(dice_.From(1, static_cast<uint64_t>(Cause::kOverlap)));
    Command legal = LegalCommand(0);
    legal.c_enable = legal.mask_enable = 1;
    return MakeIllegal(legal, cause, kShape, rings_, dice_);
  }

  // From a reset to a failure, another reset, or many cycles.
  void Episode(uint64_t seed) {
    dice_ = Dice(seed);
    lockstep_.set_seed(seed);
    const uint32_t size = 1u << dice_.Below(4);
    rings_ = {0x10000000 + dice_.Below(1 << 20) * 128,
              (uint64_t{1} << 39) + dice_.Below(1 << 20) * 256, size};
    stall_ = dice_.Percent(70);
    latency_ = dice_.LogUniform(100);
    load_time_ = dice_.LogUniform(200);
    run_time_ = dice_.LogUniform(300);
    Restart();
    const uint64_t end = cycle_ + dice_.From(20, 3000);
    while (cycle_ < end && !lockstep_.differs() && !HasFatalFailure()) {
      const bool room = tail_ - head_ < size;
      if (room && dice_.Percent(5)) Submit(RandomCommand());
      if (dice_.Percent(1)) unit_->halt_i = dice_.Percent(30);
      if (dice_.Percent(1)) unit_->enable_i = dice_.Percent(70);
      if (dice_.Below(3000) == 0) tail_ += size + 1;  // misused
      Cycle();
      if (unit_->failed_o && dice_.Percent(10)) break;
    }
  }

  UnitLockstep<CommandFront> lockstep_{0, CommandFront(kShape)};
  AxiWord word_{};
  std::set<uint8_t> causes_;
};

TEST_F(CommandFrontCycle, MatchesTheRtlInEveryCycle) {
  uint64_t handed = 0;
  for (uint64_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Episode(seed);
    handed += handed_;
  }
  EXPECT_GT(lockstep_.cycle(), 20000u);
  EXPECT_GT(handed, 500u);
  EXPECT_EQ(causes_.size(), static_cast<size_t>(Cause::kRing)) << "not every cause occurs";
  EXPECT_GT(lockstep_.skipped(), 10000u);
}

}  // namespace
}  // namespace tetralog
