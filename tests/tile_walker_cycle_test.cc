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
#include "tests/operand_testing.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog::cycle {
namespace {

// The walker as a unit that is clocked.
class Walker : public TileWalker {
 public:
  struct Inputs {
    bool start = false, next = false;
    const TileWalk* walk = nullptr;  // read with start
    bool operator==(const Inputs&) const = default;
  };

  using TileWalker::TileWalker;
  bool Clock(const Inputs& in) {
    if (in.start) {
      Start(*in.walk);
    } else if (in.next) {
      Next();
    }
    return in.start || in.next;
  }
};

void Compare(OutputCheck& check, const Vtile_walker_4x8& rtl, const TileWalker& model) {
  check("valid", rtl.valid_o, model.valid());
  if (!rtl.valid_o) return;
  check("m0", rtl.m0_o, model.m0());
  check("n0", rtl.n0_o, model.n0());
  check("rows", rtl.rows_o, model.rows());
  check("cols", rtl.cols_o, model.cols());
  check("addr", rtl.addr_o, model.addr());
  check("last_col", rtl.last_col_o, model.last_col());
  check("last_row", rtl.last_row_o, model.last_row());
  check("last_panel_b", rtl.last_panel_b_o, model.last_panel_b());
  check("last_panel_a", rtl.last_panel_a_o, model.last_panel_a());
  if (rtl.last_panel_b_o) check("last_block", rtl.last_block_o, model.last_block());
  check("last", rtl.last_o, model.last());
}

TEST(TileWalkerCycle, EqualsTheRtlInEveryCycleOfRandomWalks) {
  const MachineShape shape = {.rows = 4, .cols = 8, .axi_data = 64, .axi_addr = 40};
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    testing::Rng rng(seed);
    Vtile_walker_4x8 rtl;
    UnitLockstep<Walker> lockstep(seed, Walker(shape));
    const TileWalker& model = lockstep.model();
    TileWalk walk;
    uint32_t walks = 0;
    ResetUnit(rtl);
    for (uint32_t cycle = 0; cycle < kLockstepCycles && !lockstep.differs(); ++cycle) {
      if (rng() % 1000 == 0) {
        ResetUnit(rtl);
        lockstep.Reset();
      }
      const bool next = model.valid() && rng() % 4 != 0;
      const bool start = (!model.valid() || (next && model.last())) && rng() % 2 == 0;
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
      Settle(rtl);
      lockstep.Cycle({.start = start, .next = next, .walk = &walk},
                     [&](OutputCheck& check, const Walker& m) { Compare(check, rtl, m); });
      Clock(rtl);
      walks += start;
      rtl.next_i = rtl.start_i = 0;
    }
    EXPECT_GT(walks, 100U);
  }
}

}  // namespace
}  // namespace tetralog::cycle
