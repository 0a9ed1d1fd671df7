// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// mac_array.sv, 4 x 6 with Dot 2 in groups of 2 x 3 (so that both skews are at work) against sums
// of products of decoded values worked here. Random tiles of all four operand formats, K from one
// beat to more than Rows + Cols, back to back, with idle beats in between that carry garbage
// operands: an idle beat must change nothing. Each tile is read while the next one accumulates.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <random>

#include "Vmac_array.h"
#include "tests/pe_testing.h"

namespace tetralog {
namespace {

constexpr uint32_t kRows = 4, kCols = 6, kDot = 2, kAccWidth = 24, kReadLatency = 3;
constexpr uint32_t kWave = (kRows / 2 - 1) + (kCols / 3 - 1);  // cycles to the last group

struct Tile {
  std::array<std::array<int, kCols>, kRows> sum{};
  uint64_t readable = 0;  // cycle
};

// The sum of column `col` of the selected row, its bias taken off.
int ReadSum(const Vmac_array& unit, uint32_t col) {
  return SignExtend(GetBits(unit.row_o, col * kAccWidth, kAccWidth) - unit.bias_o, kAccWidth);
}

void RunTiles(uint64_t seed, uint32_t idle_percent) {
  Vmac_array unit;
  std::mt19937_64 rng(seed);
  std::deque<Tile> finished;
  uint64_t cycle = 0;
  uint32_t checked = 0, beats_left = 0;
  bool first = false;
  Tile tile;
  while (checked < 200) {
    if (beats_left == 0) {  // next tile, at least as long as the read of the last one
      beats_left = kRows + kReadLatency + kWave + 1 + rng() % 8;
      first = true;
      tile = Tile{};
      unit.a_log_i = rng() & 1;
      unit.b_int4_i = rng() & 1;
    }
    const bool valid = rng() % 100 >= idle_percent;
    const uint64_t a = rng() & ((uint64_t{1} << (kRows * kDot * 4)) - 1);
    const uint64_t b = rng() & ((uint64_t{1} << (kCols * kDot * 4)) - 1);
    unit.valid_i = valid;
    unit.first_i = valid ? first : rng() & 1;
    unit.last_i = valid ? beats_left == 1 : rng() & 1;
    unit.a_i = static_cast<uint32_t>(a);
    unit.b_i = b;
    if (valid) {
      for (uint32_t r = 0; r < kRows; ++r)
        for (uint32_t c = 0; c < kCols; ++c)
          for (uint32_t d = 0; d < kDot; ++d) {
            const auto x = static_cast<uint32_t>(a >> ((r * kDot + d) * 4) & 15);
            const auto y = static_cast<uint32_t>(b >> ((c * kDot + d) * 4) & 15);
            tile.sum[r][c] += AValue(x, unit.a_log_i) * BValue(y, unit.b_int4_i);
          }
      first = false;
      if (--beats_left == 0) {
        tile.readable = cycle + kReadLatency + kWave;
        finished.push_back(tile);
      }
    }
    // Read one row a cycle, as late as allowed by the length of the tiles.
    unit.row_sel_i = 0;
    if (!finished.empty() && cycle >= finished.front().readable) {
      const auto row = static_cast<uint32_t>(cycle - finished.front().readable);
      unit.row_sel_i = 1U << row;
    }
    unit.clk_i = 0;
    unit.eval();
    if (unit.row_sel_i != 0) {
      const auto row = static_cast<uint32_t>(cycle - finished.front().readable);
      for (uint32_t c = 0; c < kCols; ++c)
        ASSERT_EQ(ReadSum(unit, c), finished.front().sum[row][c])
            << "seed " << seed << ", tile " << checked << ", row " << row << ", column " << c
            << ", cycle " << cycle;
      if (row + 1 == kRows) {
        finished.pop_front();
        ++checked;
      }
    }
    unit.clk_i = 1;
    unit.eval();
    ++cycle;
  }
}

TEST(MacArrayRtl, SumsTilesBackToBackWhileTheLastOneIsRead) { RunTiles(1, 0); }

TEST(MacArrayRtl, IgnoresIdleBeatsWhateverTheyCarry) { RunTiles(2, 50); }

}  // namespace
}  // namespace tetralog
