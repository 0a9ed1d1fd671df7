// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of core_control in lockstep with the RTL: all outputs in every cycle, with random
// inputs that hold for random times, soft resets that end and hard resets at any time.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vcore_control.h"
#include "model/cycle/core_control.h"
#include "sim/dice.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

using cycle::CoreControl;

// Changes few of the inputs; indices are near the head, errors rare and short.
void Change(CoreControl::Inputs& in, uint32_t head, bool reset_done, Dice& dice) {
  if (dice.Percent(2)) in.soft_reset = true;
  if (reset_done) in.soft_reset = dice.Percent(5);
  const auto toggle = [&](bool& level, unsigned up, unsigned down) {
    if (dice.Percent(level ? down : up)) level = !level;
  };
  if (dice.Percent(10)) in.front_index = head + static_cast<uint32_t>(dice.Below(3));
  if (dice.Percent(10)) in.back_index = head + static_cast<uint32_t>(dice.Below(2));
  if (dice.Percent(5)) in.front_cause = static_cast<uint8_t>(dice.Below(16));
  toggle(in.front_failed, 1, 20);
  toggle(in.front_read_error, 2, 20);
  toggle(in.front_checking, 10, 10);
  toggle(in.back_read_error, 1, 20);
  toggle(in.write_error, 1, 20);
  toggle(in.axi_busy, 10, 10);
}

// In flight are at most three commands; the back end keeps the index of its last one.
void KeepNear(CoreControl::Inputs& in, uint32_t head) {
  if (in.front_index - head > 2) in.front_index = head;
  if (in.back_index + 1 - head > 2) in.back_index = head;
}

// The oldest command completes, unless something is wrong with it.
bool MayComplete(const CoreControl::Inputs& in, const CoreControl& model) {
  const bool front = in.front_index == model.head() && (in.front_failed || in.front_read_error);
  const bool back = in.back_index == model.head() && in.back_read_error;
  return !model.error() && !in.write_error && !front && !back && in.front_index != model.head();
}

void Drive(Vcore_control& rtl, const CoreControl::Inputs& in) {
  rtl.soft_reset_i = in.soft_reset;
  rtl.done_i = in.done;
  rtl.front_index_i = in.front_index;
  rtl.front_failed_i = in.front_failed;
  rtl.front_cause_i = in.front_cause;
  rtl.front_read_error_i = in.front_read_error;
  rtl.front_checking_i = in.front_checking;
  rtl.back_index_i = in.back_index;
  rtl.back_read_error_i = in.back_read_error;
  rtl.write_error_i = in.write_error;
  rtl.axi_busy_i = in.axi_busy;
}

void Compare(OutputCheck& check, const Vcore_control& rtl, const CoreControl& model) {
  check("soft_reset_done", rtl.soft_reset_done_o, model.soft_reset_done());
  check("core_rst_n", rtl.core_rst_no, model.core_rst_n());
  check("halt", rtl.halt_o, model.halt());
  check("error", rtl.error_o, model.error());
  if (!rtl.core_rst_no) return;  // the reset clears the others by clocks
  check("head", rtl.head_o, model.head());
  check("cause", rtl.cause_o, model.cause());
  check("index", rtl.index_o, model.index());
}

TEST(CoreControlCycle, MatchesTheRtlInEveryCycle) {
  int errors = 0, resets = 0;
  uint64_t skipped = 0;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    UnitLockstep<CoreControl> lockstep(seed, {});
    const CoreControl& model = lockstep.model();
    Dice dice(seed);
    Vcore_control rtl;
    CoreControl::Inputs in;
    const unsigned pace = seed % 2 == 0 ? 100 : 20;  // how often inputs may change
    for (uint32_t cycle = 0; cycle < kLockstepCycles && !lockstep.differs(); ++cycle) {
      const bool reset = cycle < 2 || dice.Below(1000) == 0;
      const bool error = model.error();
      if (dice.Percent(pace) || model.soft_reset_done())
        Change(in, model.head(), model.soft_reset_done(), dice);
      KeepNear(in, model.head());
      in.done = dice.Percent(10) && MayComplete(in, model);
      Drive(rtl, in);
      rtl.rst_ni = !reset;
      rtl.clk_i = 0;
      rtl.eval();
      const auto compare = [&](OutputCheck& check, const CoreControl& m) {
        Compare(check, rtl, m);
      };
      if (reset) {
        lockstep.Reset(compare);
      } else {
        lockstep.Cycle(in, compare);
      }
      rtl.clk_i = 1;
      rtl.eval();
      if (reset) continue;
      errors += model.error() && !error;
      resets += model.soft_reset_done();
    }
    skipped += lockstep.skipped();
  }
  EXPECT_GT(errors, 100);
  EXPECT_GT(resets, 100);
  EXPECT_GT(skipped, 10000u);
}

}  // namespace
}  // namespace tetralog
