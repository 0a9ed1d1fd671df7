// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tile_walker.sv against three nested loops, for 4 x 8 tiles: every m in 1..13 and n in 1..33 with
// blocks of one to five tiles and random strides (2,145 walks), next_i pausing at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>

#include "Vtile_walker_4x8.h"

namespace tetralog {
namespace {

constexpr uint32_t kRows = 4, kCols = 8;
constexpr uint64_t kAddressMask = (uint64_t{1} << 41) - 1;

void Clock(Vtile_walker_4x8& unit) {
  unit.clk_i = 1;
  unit.eval();
  unit.clk_i = 0;
  unit.eval();
}

void Walk(Vtile_walker_4x8& unit, uint32_t m, uint32_t n, uint32_t block, std::mt19937_64& rng) {
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
  for (uint32_t start = 0; start < n; start += block) {
    const uint32_t end = std::min(n, start + block);
    for (uint32_t m0 = 0; m0 < m; m0 += kRows) {
      for (uint32_t n0 = start; n0 < end; n0 += kCols) {
        while (rng() % 4 == 0) Clock(unit);
        unit.eval();
        ASSERT_TRUE(unit.valid_o);
        ASSERT_EQ(unit.m0_o, m0);
        ASSERT_EQ(unit.n0_o, n0);
        ASSERT_EQ(unit.rows_o, std::min(kRows, m - m0));
        ASSERT_EQ(unit.cols_o, std::min(kCols, n - n0));
        ASSERT_EQ(unit.addr_o, (base * 2 + m0 * row_step + n0 * col_step) & kAddressMask);
        ASSERT_EQ(unit.last_col_o, n0 + kCols >= end);
        ASSERT_EQ(unit.last_row_o, m0 + kRows >= m);
        ASSERT_EQ(unit.last_block_o, end == n);
        ASSERT_EQ(unit.last_o, n0 + kCols >= n && m0 + kRows >= m);
        unit.next_i = 1;
        Clock(unit);
        unit.next_i = 0;
      }
    }
  }
  ASSERT_FALSE(unit.valid_o);
}

TEST(TileWalkerRtl, GivesTheTilesOfEverySmallMatrixInOrder) {
  std::mt19937_64 rng(1);
  Vtile_walker_4x8 unit;
  unit.rst_ni = 0;
  Clock(unit);
  unit.rst_ni = 1;
  for (uint32_t m = 1; m <= 13; ++m) {
    for (uint32_t n = 1; n <= 33; ++n) {
      for (uint32_t tiles = 1; tiles <= 5; ++tiles) {
        SCOPED_TRACE(testing::Message() << m << " x " << n << ", blocks of " << tiles << " tiles");
        Walk(unit, m, n, tiles * kCols, rng);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace tetralog
