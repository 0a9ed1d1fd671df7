// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tile_drain.sv with a fake array of 4 x 6 that keeps its promise and no more: the values of a tile
// can be read from Delay cycles after its start to the cycle after the next start, and are rubbish
// else. Tiles start as early as busy_o allows. Every tile size alone, all pairs of sizes in a row,
// then random tiles, with the sink always ready and with seeded pauses. Checked are order, indices,
// lanes and data of all beats, the latency, that a new command waits, and the cycles of tiles in a
// row.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "Vtile_drain.h"

namespace tetralog {
namespace {

constexpr uint32_t kRows = 4, kCols = 6, kLanes = 2, kAccWidth = 12, kDelay = 5;
constexpr uint32_t kAccMask = (1U << kAccWidth) - 1;

struct Tile {
  uint32_t rows, cols;
  bool last;  // of its command
  uint32_t row0 = 0, col0 = 0, id = 0;
  uint64_t start = 0;
};

uint32_t Chunks(const Tile& t) { return (t.cols + kLanes - 1) / kLanes; }

// Sum and bias of an element; their sum, modulo 2^12, is on the column bus.
uint32_t Value(const Tile& t, uint32_t row, uint32_t col) {
  return (t.id * 733 + row * 16 + col) & kAccMask;
}
uint32_t Bias(const Tile& t, uint32_t row) { return (0xf35 + row + t.id * 91) & kAccMask; }

class TileDrainRtl : public testing::Test {
 protected:
  TileDrainRtl() {
    unit_.rst_ni = 0;
    unit_.start_i = unit_.acc_ready_i = 0;
    unit_.clk_i = 0;
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
    unit_.rst_ni = 1;
  }

  // Drains the tiles one after the other; returns the cycles from the first start to the last beat.
  uint64_t Drain(std::vector<Tile> tiles, uint32_t pause_percent) {
    const uint64_t begin = cycle_;
    size_t started = 0, out = 0;
    uint32_t row = 0, col = 0;
    while (out < tiles.size()) {
      unit_.acc_ready_i = rng_() % 100 >= pause_percent;
      unit_.start_i = 0;
      unit_.clk_i = 0;
      unit_.eval();
      if (started < tiles.size() && !unit_.busy_o) {
        Tile& t = tiles[started++];
        t.id = next_id_++;
        t.row0 = static_cast<uint32_t>(rng_());
        if (rng_() % 2 == 0)
          t.row0 |= 0x7ffe;  // so that rows carry, half of them into the upper half
        t.col0 = static_cast<uint32_t>(rng_() >> 8) * kLanes;
        t.start = cycle_;
        shadow_.push_back(t);
        unit_.start_i = 1;
        unit_.rows_i = t.rows;
        unit_.cols_i = t.cols;
        unit_.row_i = t.row0;
        unit_.col_i = t.col0;
        unit_.last_i = t.last;
        EXPECT_TRUE(started < 2 || !tiles[started - 2].last || out == started - 1)
            << "a tile starts before the command before is out";
      }
      AnswerRowSelect();
      unit_.eval();
      if (unit_.acc_valid_o && unit_.acc_ready_i) {
        if (out >= started) {
          ADD_FAILURE() << "a beat before its tile";
          return 0;
        }
        const Tile& t = tiles[out];
        if (row == 0 && col == 0) {
          EXPECT_GE(cycle_, t.start + kDelay + 1);
        }
        EXPECT_EQ(unit_.acc_row_o, t.row0 + row);
        EXPECT_EQ(unit_.acc_col_o, t.col0 + col);
        for (uint32_t lane = 0; lane < kLanes; ++lane) {
          const bool valid = col + lane < t.cols;
          EXPECT_EQ(unit_.acc_lane_valid_o >> lane & 1, valid);
          if (valid) {
            EXPECT_EQ(unit_.acc_data_o >> (lane * kAccWidth) & kAccMask, Value(t, row, col + lane))
                << "tile " << out << " row " << row << " column " << col + lane;
          }
        }
        col += kLanes;
        if (col >= t.cols) {
          col = 0;
          ++row;
        }
        const bool end = row == t.rows;
        EXPECT_EQ(unit_.acc_last_o, t.last && end);
        if (end) {
          row = 0;
          ++out;
        }
      }
      unit_.clk_i = 1;
      unit_.eval();
      ++cycle_;
      if (HasFailure()) return 0;
      if (cycle_ - begin > 100 + 1000 * tiles.size()) {
        ADD_FAILURE() << "the drain hangs";
        return 0;
      }
    }
    const uint64_t cycles = cycle_ - begin;
    unit_.start_i = 0;
    unit_.clk_i = 0;
    unit_.eval();
    EXPECT_FALSE(unit_.busy_o) << "after the last beat";
    shadow_.clear();
    return cycles;
  }

  std::mt19937 rng_{1};

 private:
  // Answers the row select as the column buses do.
  void AnswerRowSelect() {
    const Tile* tile = nullptr;
    for (size_t i = 0; i < shadow_.size(); ++i) {
      const bool overwritten = i + 1 < shadow_.size() && cycle_ > shadow_[i + 1].start + 1;
      if (cycle_ >= shadow_[i].start + kDelay && !overwritten) tile = &shadow_[i];
    }
    for (int i = 0; i < 3; ++i) unit_.row_data_i[i] = static_cast<uint32_t>(rng_());
    unit_.row_bias_i = rng_() & kAccMask;
    if (tile == nullptr || unit_.row_sel_o == 0) return;
    for (int i = 0; i < 3; ++i) unit_.row_data_i[i] = 0;
    for (uint32_t row = 0; row < kRows; ++row) {
      if ((unit_.row_sel_o >> row & 1) == 0) continue;
      unit_.row_bias_i = Bias(*tile, row);
      for (uint32_t col = 0; col < kCols; ++col) {
        const uint32_t bit = col * kAccWidth;
        const uint64_t shifted = uint64_t{(Value(*tile, row, col) + Bias(*tile, row)) & kAccMask}
                                 << (bit % 32);
        unit_.row_data_i[bit / 32] |= static_cast<uint32_t>(shifted);
        if (bit / 32 < 2) unit_.row_data_i[bit / 32 + 1] |= static_cast<uint32_t>(shifted >> 32);
      }
    }
  }

  Vtile_drain unit_;
  std::deque<Tile> shadow_;
  uint64_t cycle_ = 0;
  uint32_t next_id_ = 0;
};

std::vector<Tile> Sizes(bool last) {
  std::vector<Tile> sizes;
  for (uint32_t rows = 1; rows <= kRows; ++rows)
    for (uint32_t cols = 1; cols <= kCols; ++cols) sizes.push_back({rows, cols, last});
  return sizes;
}

TEST_F(TileDrainRtl, ReadsEveryTileSizeInOrderAndInTheFewestCycles) {
  for (const Tile& t : Sizes(true)) {
    SCOPED_TRACE(testing::Message() << t.rows << " rows, " << t.cols << " columns");
    EXPECT_EQ(Drain({t}, 0), kDelay + 1 + t.rows * Chunks(t));
    if (HasFailure()) return;
  }
}

TEST_F(TileDrainRtl, ReadsEveryPairOfTileSizesInARow) {
  for (const uint32_t pause : {0U, 30U, 90U}) {
    for (const Tile& a : Sizes(false)) {
      for (const bool last : {false, true}) {
        for (const Tile& b : Sizes(true)) {
          SCOPED_TRACE(testing::Message() << a.rows << " x " << a.cols << ", " << b.rows << " x "
                                          << b.cols << ", pauses " << pause << " %, seed 1");
          Drain({{a.rows, a.cols, last}, b}, pause);
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST_F(TileDrainRtl, ReadsRandomTilesWithRandomPauses) {
  for (uint32_t round = 0; round < 300; ++round) {
    std::vector<Tile> tiles(1 + rng_() % 20);
    for (Tile& t : tiles)
      t = {static_cast<uint32_t>(1 + rng_() % kRows), static_cast<uint32_t>(1 + rng_() % kCols),
           rng_() % 4 == 0};
    tiles.back().last = true;
    SCOPED_TRACE(testing::Message() << "round " << round << ", seed 1");
    Drain(tiles, round % 3 * 40);
    if (HasFailure()) return;
  }
}

TEST_F(TileDrainRtl, OverlapsTheWavefrontOfATileWithTheLastBeatsOfTheOneBefore) {
  constexpr uint32_t kTiles = 10, kBeats = kRows * kCols / kLanes;
  std::vector<Tile> tiles(kTiles, Tile{kRows, kCols, false});
  tiles.back().last = true;
  EXPECT_EQ(Drain(tiles, 0), kTiles * kBeats + (kTiles - 1) * (kDelay - 2) + kDelay + 1);
}

}  // namespace
}  // namespace tetralog
