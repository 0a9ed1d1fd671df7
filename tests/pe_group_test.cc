// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Groups of processing elements with their row biases against plain integer sums: tiles of every
// length, formats that change from tile to tile, bubbles anywhere, reads while the next tile runs.
// Rows of A that are all zero are held, but for some, since that is never necessary.
// The same source is built for several shapes and for the gate-level netlists (PE_ROWS, PE_COLS,
// PE_DOT, PE_ACC and SUITE). Registers start at random values.
// Failures print the seed of their sequence; `--gtest_filter` with that test repeats it.

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "Voperand_decode_a.h"
#include "Voperand_decode_b.h"
#include "Vpe_group.h"
#include "Vrow_bias.h"
#include "tests/pe_testing.h"

namespace tetralog {
namespace {

constexpr unsigned kRows = PE_ROWS;
constexpr unsigned kCols = PE_COLS;
constexpr unsigned kDot = PE_DOT;
constexpr unsigned kAcc = PE_ACC;
constexpr unsigned kAWidth = 7;
constexpr unsigned kBWidth = 4;
constexpr int kReadLatency = 3;

struct Tile {
  bool log4 = false;
  bool int4 = false;
  unsigned k = 1;                        // products per element, padded to whole beats with zeros
  std::vector<std::vector<unsigned>> a;  // [row][k]
  std::vector<std::vector<unsigned>> b;  // [col][k]
  unsigned Beats() const { return (k + kDot - 1) / kDot; }
  int Expected(unsigned row, unsigned col) const {
    int sum = 0;
    for (unsigned i = 0; i < k; ++i) sum += AValue(a[row][i], log4) * BValue(b[col][i], int4);
    return sum;
  }
};

Tile MakeTile(bool log4, bool int4, unsigned k, unsigned a_code, unsigned b_code) {
  Tile tile{log4, int4, k, {}, {}};
  tile.a.assign(kRows, std::vector<unsigned>(k, a_code));
  tile.b.assign(kCols, std::vector<unsigned>(k, b_code));
  return tile;
}

// Every other one sparse, as gradients are: beats in which a row, or all of A, is zero.
Tile RandomTile(std::mt19937& random, unsigned k) {
  Tile tile = MakeTile(random() & 1, random() & 1, k, 0, 0);
  const bool sparse = random() & 1;
  for (auto& row : tile.a) {
    for (unsigned& code : row) code = sparse && random() % 4 != 0 ? 0 : random() % 16;
  }
  for (auto& col : tile.b) {
    for (unsigned& code : col) code = random() % 16;
  }
  return tile;
}

// Feeds tiles to one group and its rows' bias units, and reads every tile's sums while it may.
class Bench {
 public:
  explicit Bench(uint32_t seed) : random_(seed) {
    context_.randReset(2);
    context_.randSeed(static_cast<int>(seed % 0x7fffffff) + 1);
    pe_ = std::make_unique<Vpe_group>(&context_);
    for (auto& bias : bias_) bias = std::make_unique<Vrow_bias>(&context_);
  }

  // Runs the tiles with a bubble before a beat with probability bubble_percent, and at least `gap`
  // cycles from the last beat of a tile to the last beat of the next.
  void Run(const std::vector<Tile>& tiles, unsigned bubble_percent, int gap) {
    for (const Tile& tile : tiles) {
      for (unsigned beat = 0; beat < tile.Beats(); ++beat) {
        if (::testing::Test::HasFatalFailure()) return;  // one report is enough
        const bool last = beat + 1 == tile.Beats();
        while (random_() % 100 < bubble_percent || (last && cycle_ - last_cycle_ < gap)) Bubble();
        Drive(tile, beat);
        Clock();
        if (last) {
          if (captured_) FinishReads(cycle_ - 1);
          last_cycle_ = cycle_ - 1;
          captured_ = std::make_unique<Tile>(tile);
          for (unsigned i = 0; i < expected_.size(); ++i) {
            expected_[i] = tile.Expected(i / kCols, i % kCols);
          }
          reads_.clear();
        }
      }
    }
    for (unsigned i = 0; i < kReadLatency + 2 * kRows; ++i) Bubble();
    FinishReads(cycle_);
  }

  int tiles_read() const { return tiles_read_; }

 private:
  void Bubble() {
    for (unsigned i = 0; i < kRows * kDot; ++i) SetBits(pe_->a_i, i * kAWidth, kAWidth, 0);
    // B is not gated: whatever it holds must not matter.
    for (unsigned i = 0; i < kCols * kDot; ++i) SetBits(pe_->b_i, i * kBWidth, kBWidth, random_());
    for (auto& bias : bias_) {
      for (unsigned i = 0; i < kDot; ++i) SetBits(bias->a_i, i * kAWidth, kAWidth, 0);
      bias->b_int4_i = random_() & 1;
    }
    nonzero_.fill(false);
    Mark(false, false);
    Clock();
  }

  void Mark(bool first, bool last) {
    pe_->first_i = first;
    pe_->last_i = last;
    pe_->hold_i = 0;
    for (unsigned row = 0; row < kRows; ++row) {
      const bool hold = !nonzero_[row] && !first && random_() % 8 != 0;
      if (hold) pe_->hold_i |= 1u << row;
      bias_[row]->hold_i = hold;
      bias_[row]->first_i = first;
      bias_[row]->last_i = last;
    }
  }

  void Drive(const Tile& tile, unsigned beat) {
    nonzero_.fill(false);
    for (unsigned d = 0; d < kDot; ++d) {
      const unsigned k = beat * kDot + d;
      for (unsigned row = 0; row < kRows; ++row) {
        decode_a_.code_i = k < tile.k ? tile.a[row][k] : 0;
        decode_a_.log4_i = tile.log4;
        decode_a_.eval();
        SetBits(pe_->a_i, (row * kDot + d) * kAWidth, kAWidth, decode_a_.operand_o);
        SetBits(bias_[row]->a_i, d * kAWidth, kAWidth, decode_a_.operand_o);
        nonzero_[row] |= decode_a_.operand_o != 0;
        bias_[row]->b_int4_i = tile.int4;
      }
      for (unsigned col = 0; col < kCols; ++col) {
        decode_b_.code_i = k < tile.k ? tile.b[col][k] : random_() % 16;
        decode_b_.int4_i = tile.int4;
        decode_b_.eval();
        SetBits(pe_->b_i, (col * kDot + d) * kBWidth, kBWidth, decode_b_.operand_o);
      }
    }
    Mark(beat == 0, beat + 1 == tile.Beats());
  }

  // One cycle: drive the read port, sample the buses before the rising edge, then clock.
  void Clock() {
    // Read each row once, then none or any row again.
    const unsigned row = reads_.size() < kRows ? static_cast<unsigned>(reads_.size())
                                               : static_cast<unsigned>(random_() % (kRows + 1));
    const bool readable = captured_ && cycle_ - last_cycle_ >= kReadLatency;
    pe_->row_sel_i = row < kRows ? 1u << row : 0;
    for (unsigned r = 0; r < kRows; ++r) bias_[r]->sel_i = r == row;
    Eval(0);
    if (row == kRows) {
      for (unsigned col = 0; col < kCols; ++col) {
        ASSERT_EQ(GetBits(pe_->bus_o, col * kAcc, kAcc), 0U) << "no row selected, column " << col;
      }
    } else if (readable) {
      uint32_t bias = 0;
      for (auto& unit : bias_) bias |= unit->bus_o;
      std::vector<int> sums;
      for (unsigned col = 0; col < kCols; ++col) {
        sums.push_back(SignExtend(GetBits(pe_->bus_o, col * kAcc, kAcc) - bias, kAcc));
        ASSERT_EQ(sums.back(), expected_[row * kCols + col])
            << "cycle " << cycle_ << " row " << row << " column " << col << " K " << captured_->k
            << " log4 " << captured_->log4 << " int4 " << captured_->int4;
      }
      if (reads_.size() < kRows) reads_.push_back(sums);
    }
    Eval(1);
    ++cycle_;
  }

  void Eval(int clk) {
    pe_->clk_i = clk;
    pe_->eval();
    for (auto& bias : bias_) {
      bias->clk_i = clk;
      bias->eval();
    }
  }

  // A tile whose rows were all read counts; the window of cycles decides whether that was possible.
  void FinishReads(int64_t next_last) {
    if (next_last - last_cycle_ >= kReadLatency + static_cast<int>(kRows)) {
      EXPECT_EQ(reads_.size(), kRows) << "cycle " << cycle_;
    }
    if (reads_.size() == kRows) ++tiles_read_;
  }

  VerilatedContext context_;
  std::mt19937 random_;
  Voperand_decode_a decode_a_;
  Voperand_decode_b decode_b_;
  std::unique_ptr<Vpe_group> pe_;
  std::array<std::unique_ptr<Vrow_bias>, kRows> bias_;
  std::array<bool, kRows> nonzero_ = {};  // of A in this beat
  int64_t cycle_ = 0;
  int64_t last_cycle_ = -1000;
  std::unique_ptr<Tile> captured_;  // the tile whose sums the shadow registers hold or will hold
  std::array<int, kRows* kCols> expected_ = {};  // of that tile
  std::vector<std::vector<int>> reads_;
  int tiles_read_ = 0;
};

constexpr int kReadAll = kReadLatency + static_cast<int>(kRows) + 1;  // cycles to read a whole tile

TEST(SUITE, EveryLengthIsExactBackToBackAndWithBubbles) {
  for (const unsigned bubbles : {0u, 20u, 70u}) {
    const uint32_t seed = 100 + bubbles;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Bench bench(seed);
    std::mt19937 random(seed);
    std::vector<Tile> tiles;
    for (unsigned k = 1; k <= 40; ++k) {
      tiles.push_back(RandomTile(random, k));
      tiles.push_back(RandomTile(random, 41 - k));
    }
    bench.Run(tiles, bubbles, kReadAll);
    if (::testing::Test::HasFatalFailure()) return;
    EXPECT_EQ(bench.tiles_read(), 80);
  }
}

// Tiles follow each other without a gap, whether or not there is time to read each of them.
TEST(SUITE, TilesOverlapWithoutAnyGap) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Bench bench(seed);
    std::mt19937 random(seed);
    std::vector<Tile> tiles;
    for (int i = 0; i < 200; ++i) {
      tiles.push_back(RandomTile(random, 1 + random() % (kDot * (i % 3 == 0 ? 20 : 2))));
    }
    bench.Run(tiles, 0, 0);
    if (::testing::Test::HasFatalFailure()) return;
    EXPECT_GT(bench.tiles_read(), 20);
  }
}

TEST(SUITE, ExtremeOperandsAreExact) {
  Bench bench(7);
  std::vector<Tile> tiles;
  for (const bool log4 : {false, true}) {
    for (const bool int4 : {false, true}) {
      for (const unsigned a : {7u, 8u, 15u, 0u}) {
        for (const unsigned b : {7u, 8u, 15u, 0u}) {
          tiles.push_back(MakeTile(log4, int4, 3 * kDot, a, b));
        }
      }
    }
  }
  bench.Run(tiles, 0, kReadAll);
  EXPECT_EQ(bench.tiles_read(), static_cast<int>(tiles.size()));
}

// The longest K that a command may have reaches the ends of the accumulator's range.
TEST(SUITE, TheLongestSumsDoNotWrap) {
  Bench bench(8);
  const auto longest = [](unsigned product) { return ((1u << (kAcc - 1)) - 1) / product; };
  std::vector<Tile> tiles = {
      MakeTile(true, false, longest(960), 7, 15),   // 64 * 15
      MakeTile(true, false, longest(960), 15, 15),  // -64 * 15
      MakeTile(true, true, longest(512), 15, 8),    // -64 * -8
      MakeTile(true, true, longest(512), 7, 8),     // 64 * -8
      MakeTile(false, false, longest(120), 8, 15),  // -8 * 15
      MakeTile(false, true, longest(64), 8, 8),     // -8 * -8
  };
  bench.Run(tiles, 0, kReadAll);
  EXPECT_EQ(bench.tiles_read(), static_cast<int>(tiles.size()));
}

// The systolic step: operands and marks leave one cycle after they came.
TEST(SUITE, OperandsMoveOnAfterOneCycle) {
  VerilatedContext context;
  Vpe_group pe(&context);
  std::mt19937 random(9);
  const auto clock = [&pe](int level) {
    pe.clk_i = level;
    pe.eval();
  };
  for (int cycle = 0; cycle < 100; ++cycle) {
    pe.hold_i = random() & ((1u << kRows) - 1);
    for (unsigned i = 0; i < kRows * kDot; ++i) {
      const bool held = pe.hold_i >> (i / kDot) & 1;
      SetBits(pe.a_i, i * kAWidth, kAWidth, held ? 0 : random());
    }
    for (unsigned i = 0; i < kCols * kDot; ++i) SetBits(pe.b_i, i * kBWidth, kBWidth, random());
    pe.first_i = pe.hold_i == 0 && (random() & 1);
    pe.last_i = random() & 1;
    clock(0);
    clock(1);
    for (unsigned i = 0; i < kRows * kDot; ++i) {
      ASSERT_EQ(GetBits(pe.a_o, i * kAWidth, kAWidth), GetBits(pe.a_i, i * kAWidth, kAWidth));
    }
    for (unsigned i = 0; i < kCols * kDot; ++i) {
      ASSERT_EQ(GetBits(pe.b_o, i * kBWidth, kBWidth), GetBits(pe.b_i, i * kBWidth, kBWidth));
    }
    ASSERT_EQ(pe.first_o, pe.first_i);
    ASSERT_EQ(pe.hold_o, pe.hold_i);
    ASSERT_EQ(pe.last_o, pe.last_i);
  }
}

}  // namespace
}  // namespace tetralog
