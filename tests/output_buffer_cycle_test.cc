// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of output_buffer against output_buffer.sv in four shapes: random writes of INT32
// and of codes and random reads of rows and columns in the same cycles, with pauses and resets;
// every place that the last read asked for is compared in every cycle. The RTL alone is tried with
// every read there is in its own test, so this one only has to meet each bank, sample and turn many
// times.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include "Voutput_buffer_r16_l4_b128.h"
#include "Voutput_buffer_r16_l8_b64.h"
#include "Voutput_buffer_r4_l4_b128.h"
#include "Voutput_buffer_r8_l2_b64.h"
#include "model/cycle/output_buffer.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog {
namespace {

constexpr uint64_t kSeed = 4;

template <typename Unit, int kRows, int kCols, int kLanes, int kAxi>
class Bench {
 public:
  static constexpr int kRowsOfTile = kRows, kColsOfTile = kCols, kBus = kAxi;

  // Every element is written once, so that none is unknown.
  Bench() {
    Reset();
    for (int half : {0, 1}) {
      for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kCols; c += kLanes) {
          Write(half, r, c, true, 0);
          in_.rd_en = false;
          Cycle();
        }
      }
    }
  }

  void RandomCycle() {
    if (Below(500) == 0) Reset();
    const bool int32 = Below(2) != 0;
    Write(Below(2), Below(kRows), Below(kCols / kLanes) * kLanes, int32, int32 ? 0 : Below(8));
    in_.wr_en = Below(4) != 0;
    Read();
    Cycle();
  }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<uint64_t>(end)); }

  void Write(int half, int row, int col, bool int32, int sample) {
    for (uint32_t& word : data_) word = static_cast<uint32_t>(random_());
    in_.wr_en = true;
    in_.wr_half = half != 0;
    in_.wr_int32 = int32;
    in_.wr_sample = static_cast<uint8_t>(sample);
    in_.wr_row = row;
    in_.wr_col = col;
    in_.wr_data = data_.data();
  }

  // Elements of a line that are not written in this cycle.
  void Read() {
    in_.rd_en = Below(4) != 0;
    in_.rd_half = Below(2) != 0;
    in_.rd_transposed = Below(2) != 0;
    in_.rd_sample = static_cast<uint8_t>(Below(8));
    in_.rd_line = Below(in_.rd_transposed ? kCols : kRows);
    const int length = in_.rd_transposed ? kRows : kCols;
    in_.rd_first = Below(length + kBanks - 1) - (kBanks - 1);
    in_.rd_valid = 0;
    for (int i = 0; i < kBanks; ++i) {
      const int element = in_.rd_first + i;
      if (element < 0 || element >= length || Below(8) == 0) continue;
      const uint32_t row = in_.rd_transposed ? element : in_.rd_line;
      const uint32_t col = in_.rd_transposed ? in_.rd_line : element;
      const bool written =
          in_.wr_en && in_.wr_half == in_.rd_half && in_.wr_row == row && col - in_.wr_col < kLanes;
      if (!written) in_.rd_valid |= 1U << i;
    }
  }

  void Cycle() {
    unit_.wr_en_i = in_.wr_en;
    unit_.wr_half_i = in_.wr_half;
    unit_.wr_row_i = in_.wr_row;
    unit_.wr_col_i = in_.wr_col;
    unit_.wr_int32_i = in_.wr_int32;
    unit_.wr_sample_i = in_.wr_sample;
    for (int i = 0; i < kLanes; ++i) SetPortWord(unit_.wr_data_i, i, data_[i]);
    unit_.rd_en_i = in_.rd_en;
    unit_.rd_half_i = in_.rd_half;
    unit_.rd_transposed_i = in_.rd_transposed;
    unit_.rd_line_i = in_.rd_line;
    unit_.rd_first_i = in_.rd_first & (4 * (kRows > kCols ? kRows : kCols) - 1);
    unit_.rd_valid_i = in_.rd_valid;
    unit_.rd_sample_i = in_.rd_sample;
    Settle(unit_);
    const bool active = lockstep_.Cycle(
        in_, [&](OutputCheck& check, const cycle::OutputBuffer& m) { Compare(check, m); });
    EXPECT_EQ(active, in_.wr_en || in_.rd_en);
    Clock(unit_);
    if (in_.rd_en) valid_ = in_.rd_valid;
  }

  void Compare(OutputCheck& check, const cycle::OutputBuffer& model) const {
    const AxiWord word = PortAxiWord(unit_.rd_word_o);
    for (int i = 0; i < kBanks; ++i) {
      if ((valid_ >> i & 1) == 0) continue;
      const uint32_t code = PortWord(unit_.rd_codes_o, i / 8) >> (4 * (i % 8)) & 15;
      check("rd_codes", code, model.rd_codes() >> (4 * i) & 15);
      if (i >= kAxi / 32) continue;
      const int shift = 32 * (i % 2);
      check("rd_word", static_cast<uint32_t>(word[i / 2] >> shift),
            static_cast<uint32_t>(model.rd_word()[i / 2] >> shift));
    }
  }

  void Reset() {
    unit_.wr_en_i = unit_.rd_en_i = 0;
    ResetUnit(unit_);
    lockstep_.Reset();
    valid_ = 0;
  }

  static MachineShape Shape() {
    MachineShape shape;
    shape.rows = kRows;
    shape.cols = kCols;
    shape.lanes = kLanes;
    shape.axi_data = kAxi;
    return shape;
  }
  static constexpr int kBanks = kLanes > kAxi / 32 ? kLanes : kAxi / 32;

  Unit unit_;
  UnitLockstep<cycle::OutputBuffer> lockstep_{kSeed, cycle::OutputBuffer(Shape(), true)};
  cycle::OutputBuffer::Inputs in_;
  std::array<uint32_t, kLanes> data_{};
  std::mt19937_64 random_{kSeed};
  uint32_t valid_ = 0;  // places of the last read
};

template <typename Bench>
class OutputBufferCycle : public ::testing::Test {};

struct ShapeName {
  template <typename T>
  static std::string GetName(int) {
    return std::to_string(T::kRowsOfTile) + "x" + std::to_string(T::kColsOfTile) + "Bus" +
           std::to_string(T::kBus);
  }
};
using Shapes = ::testing::Types<Bench<Voutput_buffer_r16_l4_b128, 16, 16, 4, 128>,
                                Bench<Voutput_buffer_r4_l4_b128, 4, 4, 4, 128>,
                                Bench<Voutput_buffer_r8_l2_b64, 8, 4, 2, 64>,
                                Bench<Voutput_buffer_r16_l8_b64, 16, 16, 8, 64>>;
TYPED_TEST_SUITE(OutputBufferCycle, Shapes, ShapeName);

TYPED_TEST(OutputBufferCycle, IsTheRtlInEveryCycleOfRandomWritesAndReads) {
  TypeParam bench;
  for (int i = 0; i < 30000 && !this->HasFailure(); ++i) bench.RandomCycle();
}

}  // namespace
}  // namespace tetralog
