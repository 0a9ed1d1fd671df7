// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// output_buffer.sv in four shapes: both halves are filled with INT32 or with the codes of eight
// samples, then every line of both orientations is read from every first element, before and after
// the line's ends too, with random places left out. That is every read there is; the values only
// move.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "Voutput_buffer_r16_l4_b128.h"
#include "Voutput_buffer_r16_l8_b64.h"
#include "Voutput_buffer_r4_l4_b128.h"
#include "Voutput_buffer_r8_l2_b64.h"
#include "tests/write_slave.h"

namespace tetralog {
namespace {

template <typename Unit, int kRows, int kCols, int kLanes, int kAxi>
class Bench {
 public:
  static constexpr int kRowsOfTile = kRows, kColsOfTile = kCols;
  static constexpr int kElements = kAxi / 32;
  static constexpr int kBanks = kLanes > kElements ? kLanes : kElements;

  Bench() {
    unit_.wr_en_i = unit_.rd_en_i = 0;
    unit_.rst_ni = 0;
    Clock();
    unit_.rst_ni = 1;
  }

  // Fills a half with random elements, row by row.
  void Fill(int half, bool int32) {
    unit_.wr_half_i = half;
    unit_.wr_int32_i = int32;
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kCols; c += kLanes) {
        for (int s = 0; s < (int32 ? 1 : 8); ++s) Write(half, r, c, s, int32);
      }
    }
    unit_.wr_en_i = 0;
  }

  // Reads every line of a half from every first element and compares.
  void ExpectEveryRead(int half, bool int32) {
    for (int transposed = 0; transposed < 2; ++transposed) {
      const int lines = transposed != 0 ? kCols : kRows;
      const int length = transposed != 0 ? kRows : kCols;
      for (int line = 0; line < lines; ++line) {
        for (int first = 1 - kBanks; first < length; ++first) {
          Read(half, transposed != 0, line, first, length, int32);
        }
      }
    }
  }

 private:
  void Clock() {
    unit_.clk_i = 0;
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
  }

  void Write(int half, int r, int c, int s, bool int32) {
    unit_.wr_en_i = 1;
    unit_.wr_row_i = r;
    unit_.wr_col_i = c;
    unit_.wr_sample_i = s;
    for (int i = 0; i < kLanes; ++i) {
      SetPortWord(unit_.wr_data_i, i, static_cast<uint32_t>(random_()));
    }
    for (int i = 0; i < kLanes; ++i) {
      uint32_t& element = elements_[(half * kRows + r) * kCols + c + i];
      if (int32) {
        element = PortWord(unit_.wr_data_i, i);
      } else {
        const uint32_t code = PortWord(unit_.wr_data_i, i / 8) >> (4 * (i % 8)) & 15;
        element = (element & ~(15U << (4 * s))) | code << (4 * s);
      }
    }
    Clock();
  }

  void Read(int half, bool transposed, int line, int first, int length, bool int32) {
    const int sample = int32 ? 0 : static_cast<int>(random_() % 8);
    uint32_t valid = 0;
    for (int i = 0; i < kBanks; ++i) {
      const bool exists = first + i >= 0 && first + i < length;
      if (exists && random_() % 8 != 0) valid |= 1U << i;
    }
    unit_.rd_en_i = 1;
    unit_.rd_half_i = half;
    unit_.rd_transposed_i = transposed;
    unit_.rd_line_i = line;
    constexpr int kMaxSide = kRows > kCols ? kRows : kCols;
    unit_.rd_first_i = first & (4 * kMaxSide - 1);
    unit_.rd_valid_i = valid;
    unit_.rd_sample_i = sample;
    Clock();
    // What is read stays, whatever is asked for without an enable.
    unit_.rd_en_i = 0;
    unit_.rd_line_i = random_() % kRows & (kCols - 1);
    unit_.rd_sample_i = random_() % 8;
    unit_.rd_first_i = random_() % kBanks;
    Clock();
    for (int i = 0; i < kBanks; ++i) {
      if ((valid >> i & 1) == 0) continue;
      const int row = transposed ? first + i : line;
      const int col = transposed ? line : first + i;
      const uint32_t element = elements_[(half * kRows + row) * kCols + col];
      const uint32_t code = PortWord(unit_.rd_codes_o, i / 8) >> (4 * (i % 8)) & 15;
      ASSERT_EQ(code, element >> (4 * sample) & 15)
          << "row " << row << " column " << col << " sample " << sample << " place " << i;
      if (int32 && i < kElements) {
        ASSERT_EQ(PortWord(unit_.rd_word_o, i), element)
            << "row " << row << " column " << col << " place " << i;
      }
    }
  }

  Unit unit_;
  std::mt19937_64 random_{3};
  std::vector<uint32_t> elements_ = std::vector<uint32_t>(2 * kRows * kCols);
};

template <typename T>
class OutputBufferRtl : public ::testing::Test {};

struct ShapeName {
  template <typename T>
  static std::string GetName(int) {
    return std::to_string(T::kRowsOfTile) + "x" + std::to_string(T::kColsOfTile) + "Bus" +
           std::to_string(32 * T::kElements);
  }
};
using Shapes = ::testing::Types<Bench<Voutput_buffer_r16_l4_b128, 16, 16, 4, 128>,
                                Bench<Voutput_buffer_r4_l4_b128, 4, 4, 4, 128>,
                                Bench<Voutput_buffer_r8_l2_b64, 8, 4, 2, 64>,
                                Bench<Voutput_buffer_r16_l8_b64, 16, 16, 8, 64>>;
TYPED_TEST_SUITE(OutputBufferRtl, Shapes, ShapeName);

TYPED_TEST(OutputBufferRtl, ReadsRowsAndColumnsOfInt32FromEveryElement) {
  TypeParam bench;
  for (int half : {0, 1}) bench.Fill(half, true);
  for (int half : {0, 1}) bench.ExpectEveryRead(half, true);
}

TYPED_TEST(OutputBufferRtl, KeepsTheCodesOfEightSamplesApart) {
  TypeParam bench;
  for (int half : {0, 1}) bench.Fill(half, false);
  for (int half : {0, 1}) bench.ExpectEveryRead(half, false);
}

TYPED_TEST(OutputBufferRtl, KeepsTheHalvesApart) {
  TypeParam bench;
  bench.Fill(0, true);
  bench.Fill(1, false);
  bench.ExpectEveryRead(0, true);
  bench.Fill(0, false);
  bench.ExpectEveryRead(1, false);
  bench.ExpectEveryRead(0, false);
}

}  // namespace
}  // namespace tetralog
