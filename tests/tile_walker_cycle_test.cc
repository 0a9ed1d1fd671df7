// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of tile_walker beside the RTL, 4 x 8 tiles in panels of 16: random walks, one
// begun again with its last tile or another later, tiles taken at random, resets in the middle. All
// outputs in every cycle, those that describe the tile while it is valid.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vtile_walker_4x8.h"
#include "model/cycle/tile_walker.h"
#include "tests/operand_cycle_testing.h"

namespace tetralog::cycle {
namespace {

using testing::Signals;

Signals Outputs(const Vtile_walker_4x8& u) {
  if (!u.valid_o) return {{"valid_o", 0}};
  return {{"valid_o", 1},
          {"m0_o", u.m0_o},
          {"n0_o", u.n0_o},
          {"rows_o", u.rows_o},
          {"cols_o", u.cols_o},
          {"addr_o", u.addr_o},
          {"last_col_o", u.last_col_o},
          {"last_row_o", u.last_row_o},
          {"last_panel_b_o", u.last_panel_b_o},
          {"last_panel_a_o", u.last_panel_a_o},
          {"last_block_o", u.last_block_o},
          {"last_o", u.last_o}};
}

Signals Outputs(const TileWalker& w) {
  if (!w.valid()) return {{"valid", 0}};
  return {{"valid", 1},
          {"m0", w.m0()},
          {"n0", w.n0()},
          {"rows", w.rows()},
          {"cols", w.cols()},
          {"addr", w.addr()},
          {"last_col", w.last_col()},
          {"last_row", w.last_row()},
          {"last_panel_b", w.last_panel_b()},
          {"last_panel_a", w.last_panel_a()},
          {"last_block", w.last_block()},
          {"last", w.last()}};
}

TEST(TileWalkerCycle, EqualsTheRtlInEveryCycleOfRandomWalks) {
  const MachineShape shape = {.rows = 4, .cols = 8, .axi_data = 64, .axi_addr = 40};
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    testing::Rng rng(seed);
    Vtile_walker_4x8 rtl;
    TileWalker model(shape);
    testing::SideBySide check(seed);
    TileWalk walk;
    uint32_t walks = 0;
    testing::ResetUnit(rtl);
    for (uint32_t cycle = 0; cycle < 20000 && !check.failed(); ++cycle) {
      if (rng() % 1000 == 0) {
        testing::ResetUnit(rtl);
        model.Reset();
      }
      const bool next = model.valid() && rng() % 4 != 0;
      const bool start = (!model.valid() || (next && model.last())) && rng() % 2 == 0;
      rtl.eval();
      check.Expect(Outputs(rtl), Outputs(model));
      rtl.next_i = next;
      rtl.start_i = start;
      // With the last tile of a walk the same walk may begin again: the RTL has one set of inputs.
      if (start && !model.valid()) {
        const uint64_t high = uint64_t{rng()} << 32;
        walk = {.m = testing::DrawSize(16, 60, rng),
                .n = testing::DrawSize(16, 100, rng),
                .block_cols = 16 * (1 + rng() % 4),
                .base = (high | rng()) >> 24,
                .row_step = (high ^ rng()) >> 31,
                .col_step = uint64_t{rng()} << rng() % 2};
        rtl.m_i = walk.m;
        rtl.n_i = walk.n;
        rtl.block_cols_i = walk.block_cols;
        rtl.base_i = walk.base;
        rtl.row_step_i = walk.row_step;
        rtl.col_step_i = walk.col_step;
      }
      testing::ClockUnit(rtl);
      if (start) {
        ++walks;
        model.Start(walk);
      } else if (next) {
        model.Next();
      }
      rtl.next_i = rtl.start_i = 0;
      check.NextCycle();
    }
    EXPECT_GT(walks, 100U);
  }
}

}  // namespace
}  // namespace tetralog::cycle
