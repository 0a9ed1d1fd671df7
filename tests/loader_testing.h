// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A bench for the loaders of C and of the mask: it serves their segments from a memory of noise,
// and compares the beats with elements that are looked up in the stored matrix one by one, in the
// order of the engine's tiles. Every byte asked for must belong to the matrix.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <ostream>
#include <random>
#include <set>
#include <vector>

#include "tests/read_testing.h"
#include "tests/tile_order.h"

namespace tetralog {

struct LoaderCommand {
  uint64_t base = 0;
  uint32_t line_stride = 0;  // bytes
  bool by_cols = false;      // a stored line is a column
  uint32_t m = 1, n = 1;
  uint32_t block_cols = 0;  // rounded up to whole panels
};
inline std::ostream& operator<<(std::ostream& out, const LoaderCommand& c) {
  return out << "base " << c.base << ", line stride " << c.line_stride << ", by "
             << (c.by_cols ? "columns" : "rows") << ", " << c.m << " x " << c.n << ", block "
             << c.block_cols;
}

// In sixteenths of the cycles.
struct LoaderStalls {
  uint32_t seg = 0, word = 0, beat = 0;
};

struct LoaderShape {
  uint32_t rows, cols, lanes, word_bytes;
  constexpr TileGrid grid() const { return {rows, cols, word_bytes * 2}; }
};

// Calls `visit(row, first column, columns)` for every beat of a command, in the engine's order.
inline void VisitBeats(const LoaderShape& shape, const LoaderCommand& c,
                       const std::function<void(uint32_t, uint32_t, uint32_t)>& visit) {
  const TileGrid grid = shape.grid();
  for (const TilePlace& t : TileOrder(grid, c.m, c.n, grid.Block(c.block_cols))) {
    for (uint32_t row = t.m0; row < t.m0 + t.rows; ++row) {
      for (uint32_t col = t.n0; col < t.n0 + t.cols; col += shape.lanes) {
        visit(row, col, std::min(shape.lanes, t.n0 + t.cols - col));
      }
    }
  }
}

// Traits: Unit, kShape, kNibbles of an element, static Start(Unit&, command), Valid(Unit&),
// SetReady(Unit&, bool), Lane(Unit&, lane), Byte(address), Value(element).
template <typename Traits>
class LoaderBench {
 public:
  static constexpr LoaderShape kShape = Traits::kShape;

  explicit LoaderBench(uint32_t seed) : rng_(seed) {
    unit_.start_i = unit_.seg_ready_i = unit_.word_valid_i = 0;
    Traits::SetReady(unit_, false);
    ResetUnit(unit_);
  }

  std::mt19937& rng() { return rng_; }

  // Runs a command; returns the cycles from the first beat to the last, both included.
  uint64_t Run(const LoaderCommand& command, const LoaderStalls& stalls, uint64_t latency) {
    SCOPED_TRACE(::testing::Message() << command);
    std::deque<std::vector<uint32_t>> expected;
    VisitBeats(kShape, command, [&](uint32_t row, uint32_t col, uint32_t lanes) {
      expected.emplace_back();
      for (uint32_t lane = 0; lane < lanes; ++lane) {
        expected.back().push_back(Element(command, row, col + lane));
      }
    });
    const uint64_t limit = 1000 + (20 + latency) * 20 * expected.size();
    segments_ = 0;
    bytes_.clear();
    EXPECT_FALSE(unit_.busy_o);
    Traits::Start(unit_, command);
    unit_.start_i = 1;
    uint64_t first = 0, last = 0, cycle = 0;
    for (; !expected.empty() || unit_.busy_o; ++cycle) {
      if (cycle > limit) {
        ADD_FAILURE() << "no end: " << expected.size() << " beats are missing";
        return 0;
      }
      unit_.seg_ready_i = !Stalls(rng_, stalls.seg);
      Traits::SetReady(unit_, !Stalls(rng_, stalls.beat));
      unit_.word_valid_i = 0;
      if (!words_.empty() && words_.front().time <= cycle && !Stalls(rng_, stalls.word)) {
        OfferWord(words_.front());
        words_.pop_front();
      }
      Settle(unit_);
      if (cycle > 0) {
        EXPECT_TRUE(unit_.busy_o);
      }
      if (unit_.seg_valid_o && unit_.seg_ready_i) TakeSegment(command, cycle + latency);
      if (Traits::Valid(unit_) && unit_.busy_o && Traits::Ready(unit_)) {
        if (expected.empty()) {
          ADD_FAILURE() << "a beat too many";
          return 0;
        }
        for (size_t lane = 0; lane < expected.front().size(); ++lane) {
          if (Traits::Lane(unit_, lane) != expected.front()[lane]) {
            ADD_FAILURE() << "lane " << lane << ", " << expected.size() << " beats before the end";
            return 0;
          }
        }
        expected.pop_front();
        if (first == 0) first = cycle;
        last = cycle;
      }
      Clock(unit_);
      unit_.start_i = 0;
      Settle(unit_);
      if (::testing::Test::HasFailure()) return 0;
    }
    EXPECT_EQ(cycle, last + 1) << "busy after the last beat";
    EXPECT_TRUE(words_.empty());
    return last - first + 1;
  }

  // Of the last command.
  uint64_t segments() const { return segments_; }
  uint64_t different_bytes() const { return bytes_.size(); }

 private:
  struct Word {
    uint64_t addr, time;
    uint32_t bytes;
    bool last;
  };

  static uint64_t NibbleAddress(const LoaderCommand& c, uint32_t row, uint32_t col) {
    const uint64_t line = c.by_cols ? col : row, place = c.by_cols ? row : col;
    return 2 * (c.base + line * c.line_stride) + place * Traits::kNibbles;
  }

  static uint32_t Element(const LoaderCommand& c, uint32_t row, uint32_t col) {
    const uint64_t address = NibbleAddress(c, row, col);
    uint32_t code = 0;
    for (uint64_t i = 0; i < Traits::kNibbles; ++i) {
      const uint64_t at = address + i;
      code |= (Traits::Byte(at / 2) >> (4 * (at % 2)) & 15U) << (4 * i);
    }
    return Traits::Value(code);
  }

  void TakeSegment(const LoaderCommand& c, uint64_t time) {
    ++segments_;
    const uint64_t addr = unit_.seg_addr_o, bytes = unit_.seg_last_o + 1U;
    // Within the matrix, and where lines lie apart, within one line.
    const uint64_t lines = c.by_cols ? c.n : c.m, elements = c.by_cols ? c.m : c.n;
    const uint64_t line_bytes = (elements * Traits::kNibbles + 1) / 2;
    EXPECT_GE(bytes, 1U);
    EXPECT_GE(addr, c.base);
    EXPECT_LE(addr - c.base + bytes, (lines - 1) * c.line_stride + line_bytes);
    if (c.line_stride >= line_bytes) {
      EXPECT_LE((addr - c.base) % c.line_stride + bytes, line_bytes);
    }
    for (uint64_t i = 0; i < bytes; ++i) bytes_.insert(addr + i);
    for (uint64_t i = 0; i < bytes; i += kShape.word_bytes) {
      const uint64_t left = std::min<uint64_t>(kShape.word_bytes, bytes - i);
      words_.push_back({addr + i, time, static_cast<uint32_t>(left), left == bytes - i});
    }
  }

  // What lies beyond the segment is other noise.
  void OfferWord(const Word& word) {
    unit_.word_valid_i = 1;
    unit_.word_last_i = word.last;
    for (uint32_t i = 0; i < kShape.word_bytes; ++i) {
      const uint64_t byte = i < word.bytes ? Traits::Byte(word.addr + i) : rng_() % 256;
      SetPortBits(unit_.word_data_i, 8 * i, 8, byte);
    }
  }

  typename Traits::Unit unit_;
  std::mt19937 rng_;
  std::deque<Word> words_;
  uint64_t segments_ = 0;
  std::set<uint64_t> bytes_;
};

constexpr LoaderStalls kLoaderStalls[] = {{0, 0, 0},  {12, 0, 0}, {0, 12, 0},
                                          {0, 0, 12}, {4, 4, 4},  {0, 2, 0}};

// Dimensions at which tiles and beats begin and end, for a side of `tile` elements.
inline std::vector<uint32_t> EdgeDimensions(uint32_t tile) {
  std::set<uint32_t> edges = {1, 2, 3, tile - 1, tile, tile + 1, 2 * tile, 3 * tile + tile / 2 + 1};
  return {edges.begin(), edges.end()};
}

}  // namespace tetralog
