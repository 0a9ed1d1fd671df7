// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tile_walker.sv against plain nested loops, for 4 x 8 and for 8 x 8 tiles in panels of 16 rows and
// columns: every m in 1..36 and n in 1..68 with blocks of one to three panels and random strides
// (7,344 walks each), next_i pausing at random. Panels of two rows of tiles keep an address less.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vtile_walker_4x8.h"
#include "Vtile_walker_8x8.h"
#include "tests/tile_order.h"

namespace tetralog {
namespace {

constexpr uint64_t kAddressMask = (uint64_t{1} << 41) - 1;

// The inputs settle before the edge: clock gates of a netlist are open only while the clock is low.
template <class V>
void Clock(V& unit) {
  unit.eval();
  unit.clk_i = 1;
  unit.eval();
  unit.clk_i = 0;
  unit.eval();
}

template <class V>
void Walk(V& unit, const TileGrid& grid, uint32_t m, uint32_t n, uint32_t block,
          std::mt19937_64& rng) {
  const uint64_t base = rng() >> 24, row_step = rng() >> 31, col_step = rng() >> 31;
  unit.start_i = 1;
  unit.m_i = m;
  unit.n_i = n;
  unit.block_cols_i = block;
  unit.base_i = base;
  unit.row_step_i = row_step;
  unit.col_step_i = col_step;
  Clock(unit);
  unit.start_i = 0;
  for (const TilePlace& t : TileOrder(grid, m, n, block)) {
    while (rng() % 4 == 0) Clock(unit);
    unit.eval();
    ASSERT_TRUE(unit.valid_o);
    ASSERT_EQ(unit.m0_o, t.m0);
    ASSERT_EQ(unit.n0_o, t.n0);
    ASSERT_EQ(unit.rows_o, t.rows);
    ASSERT_EQ(unit.cols_o, t.cols);
    ASSERT_EQ(unit.addr_o, (base * 2 + t.m0 * row_step + t.n0 * col_step) & kAddressMask);
    ASSERT_EQ(unit.last_col_o, t.last_col);
    ASSERT_EQ(unit.last_row_o, t.last_row);
    ASSERT_EQ(unit.last_panel_a_o, t.last_panel_a);
    ASSERT_EQ(unit.last_panel_b_o, t.last_panel_b);
    if (t.last_panel_b) ASSERT_EQ(unit.last_block_o, t.last_block);
    ASSERT_EQ(unit.last_o,
              t.last_col && t.last_row && t.last_panel_a && t.last_panel_b && t.last_block);
    unit.next_i = 1;
    Clock(unit);
    unit.next_i = 0;
  }
  ASSERT_FALSE(unit.valid_o);
}

template <class V>
void WalkAll(const TileGrid& grid) {
  std::mt19937_64 rng(1);
  V unit;
  unit.rst_ni = 0;
  Clock(unit);
  unit.rst_ni = 1;
  for (uint32_t m = 1; m <= 36; ++m) {
    for (uint32_t n = 1; n <= 68; ++n) {
      for (uint32_t panels = 1; panels <= 3; ++panels) {
        SCOPED_TRACE(testing::Message() << m << " x " << n << ", blocks of " << panels);
        Walk(unit, grid, m, n, panels * grid.panel_b(), rng);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
  // Sizes whose last index borrows from their upper bits.
  Walk(unit, grid, 4096, 20, grid.panel_b(), rng);
  Walk(unit, grid, 20, 8192, 3 * grid.panel_b(), rng);
}

TEST(TileWalkerRtl, GivesTheTilesOfEverySmallMatrixInOrder) {
  WalkAll<Vtile_walker_4x8>({4, 8, 16});
  WalkAll<Vtile_walker_8x8>({8, 8, 16});
}

}  // namespace
}  // namespace tetralog
