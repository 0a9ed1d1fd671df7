// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tile_fetch.sv with a buffer of tile numbers in place of elements. The segments must be those of
// the tiles in order, line by line; each arriving word marks its place with the number of its tile;
// and each beat read must find all its elements marked with the tile that is due, which fails when
// a line arrives late or overwrites what is still to be read. All orientations, sizes at the edges
// of tiles, random stalls; with two tiles of INT32 and with four tiles of codes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <tuple>
#include <vector>

#include "Vtile_fetch_4x8_codes.h"
#include "Vtile_fetch_8x4_int32.h"
#include "tests/loader_testing.h"

namespace tetralog {
namespace {

template <typename UnitType, uint32_t kRows, uint32_t kCols, uint32_t kLanes, uint32_t kElement>
struct Shape {
  using Unit = UnitType;
  static constexpr LoaderShape kShape = {kRows, kCols, kLanes, 8};
  static constexpr uint32_t kNibbles = kElement;
};

template <typename S>
class TileFetchRtl : public ::testing::Test {
 protected:
  static constexpr LoaderShape kShape = S::kShape;

  TileFetchRtl() {
    unit_.start_i = unit_.seg_ready_i = unit_.word_valid_i = unit_.rd_next_i = 0;
    ResetUnit(unit_);
  }

  void Run(const LoaderCommand& c, bool one_line, const LoaderStalls& stalls, uint64_t latency) {
    SCOPED_TRACE(::testing::Message() << c << (one_line ? ", one line" : "") << ", seed 1");
    const std::vector<TilePlace> tiles =
        TileOrder(kShape.grid(), c.m, c.n, kShape.grid().Block(c.block_cols));
    struct Segment {
      uint64_t addr, bytes;
      uint32_t tile, line;
    };
    std::deque<Segment> segments;
    for (uint32_t t = 0; t < tiles.size(); ++t) {
      const TilePlace& tile = tiles[t];
      const uint32_t lines = one_line ? 1 : c.by_cols ? tile.cols : tile.rows;
      const uint64_t line0 = c.by_cols ? tile.n0 : tile.m0, first = c.by_cols ? tile.m0 : tile.n0;
      const uint64_t elements = c.by_cols ? tile.rows : tile.cols;
      for (uint32_t line = 0; line < lines; ++line) {
        const uint64_t addr = c.base + (line0 + line) * c.line_stride + first * S::kNibbles / 2;
        segments.push_back({addr, (elements * S::kNibbles + 1) / 2, t, line});
      }
    }
    struct Word {
      uint64_t time;
      uint32_t tile, line, word;
      bool last;
    };
    std::deque<Word> words;
    uint32_t due = 0, row = 0, chunk = 0;
    const uint64_t limit = 1000 + segments.size() * (latency + 100) + 1000 * tiles.size();
    unit_.start_i = 1;
    unit_.base_i = c.base;
    unit_.line_stride_i = c.line_stride;
    unit_.by_cols_i = c.by_cols;
    unit_.one_line_i = one_line;
    unit_.m_i = c.m;
    unit_.n_i = c.n;
    unit_.block_cols_i = kShape.grid().Block(c.block_cols);
    for (uint64_t cycle = 0; due < tiles.size(); ++cycle) {
      ASSERT_LT(cycle, limit) << "no end";
      unit_.seg_ready_i = !Stalls(rng_, stalls.seg);
      unit_.word_valid_i =
          !words.empty() && words.front().time <= cycle && !Stalls(rng_, stalls.word);
      unit_.word_last_i = unit_.word_valid_i && words.front().last;
      unit_.rd_next_i = 0;
      Settle(unit_);
      if (unit_.seg_valid_o && unit_.seg_ready_i) {
        ASSERT_FALSE(segments.empty());
        const Segment s = segments.front();
        segments.pop_front();
        ASSERT_EQ(unit_.seg_addr_o, s.addr) << "tile " << s.tile << " line " << s.line;
        ASSERT_EQ(unit_.seg_last_o + 1U, s.bytes) << "tile " << s.tile << " line " << s.line;
        const auto count = static_cast<uint32_t>((s.bytes + 7) / 8);
        for (uint32_t w = 0; w < count; ++w) {
          words.push_back({cycle + latency, s.tile, s.line, w, w + 1 == count});
        }
      }
      if (unit_.word_valid_i) {
        ASSERT_EQ(unit_.wr_line_o, words.front().line);
        ASSERT_EQ(unit_.wr_word_o, words.front().word);
        place_[{unit_.wr_slot_o, unit_.wr_line_o, unit_.wr_word_o}] =
            first_tile_ + words.front().tile;
        words.pop_front();
      }
      if (unit_.rd_valid_o && !Stalls(rng_, stalls.beat)) {
        unit_.rd_next_i = 1;
        Settle(unit_);
        ASSERT_EQ(unit_.rd_row_o, row);
        ASSERT_EQ(unit_.rd_chunk_o, chunk);
        const TilePlace& tile = tiles[due];
        for (uint32_t i = 0; i < kShape.lanes && chunk * kShape.lanes + i < tile.cols; ++i) {
          const uint32_t col = chunk * kShape.lanes + i;
          const uint32_t line = one_line ? 0 : c.by_cols ? col : row, at = c.by_cols ? row : col;
          ASSERT_EQ((place_[{unit_.rd_slot_o, line, at * S::kNibbles / 16}]), first_tile_ + due)
              << "row " << row << " column " << col;
        }
        if (++chunk * kShape.lanes >= tile.cols) {
          chunk = 0;
          if (++row == tile.rows) {
            row = 0;
            ++due;
          }
        }
      }
      Clock(unit_);
      unit_.start_i = 0;
    }
    first_tile_ += due;
    unit_.word_valid_i = unit_.rd_next_i = 0;
    Settle(unit_);
    ASSERT_FALSE(unit_.busy_o || unit_.rd_valid_o || unit_.seg_valid_o);
  }

  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> place_;
  uint32_t first_tile_ = 1;
  std::mt19937 rng_{1};
  typename S::Unit unit_;
};

using Shapes = ::testing::Types<Shape<Vtile_fetch_8x4_int32, 8, 4, 2, 8>,
                                Shape<Vtile_fetch_4x8_codes, 4, 8, 8, 1>>;
TYPED_TEST_SUITE(TileFetchRtl, Shapes);

TYPED_TEST(TileFetchRtl, AsksInOrderAndKeepsEachTileUntilItIsRead) {
  constexpr LoaderShape kShape = TypeParam::kShape;
  for (const LoaderStalls& stalls : kLoaderStalls) {
    for (uint32_t m : EdgeDimensions(kShape.rows)) {
      for (uint32_t n : EdgeDimensions(kShape.cols)) {
        for (uint32_t way = 0; way < 4; ++way) {
          const uint32_t block = (this->rng_() % 3 + 1) * kShape.cols;
          this->Run({0x98765432, 100, way % 2 != 0, m, n, block}, way / 2 != 0, stalls,
                    this->rng_() % 20);
          if (this->HasFailure()) return;
        }
      }
    }
  }
}

}  // namespace
}  // namespace tetralog
