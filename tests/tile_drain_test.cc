// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tile_drain.sv with a fake array that answers a row select with known values: every tile size of a
// 4 x 6 array (24 of them), each with the sink always ready and with seeded pauses. Checked are the
// order of the beats, their indices, lanes and data, the Delay before the first one, and that busy
// falls only after the last.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vtile_drain.h"

namespace tetralog {
namespace {

constexpr uint32_t kRows = 4, kCols = 6, kLanes = 2, kAccWidth = 12, kDelay = 5;
constexpr uint32_t kAccMask = (1U << kAccWidth) - 1;

// Sum and bias of an element; their sum, modulo 2^12, is on the column bus.
uint32_t Value(uint32_t row, uint32_t col) { return 0x100 + row * 16 + col; }
uint32_t Bias(uint32_t row) { return 0xf35 + row; }

// Answers the row select as the column buses do, 0 when no row is selected.
void AnswerRowSelect(Vtile_drain& unit) {
  for (int i = 0; i < 3; ++i) unit.row_data_i[i] = 0;
  unit.row_bias_i = 0;
  for (uint32_t row = 0; row < kRows; ++row) {
    if ((unit.row_sel_o >> row & 1) == 0) continue;
    unit.row_bias_i = Bias(row);
    for (uint32_t col = 0; col < kCols; ++col) {
      const uint32_t bit = col * kAccWidth;
      const uint64_t shifted = uint64_t{(Value(row, col) + Bias(row)) & kAccMask} << (bit % 32);
      unit.row_data_i[bit / 32] |= static_cast<uint32_t>(shifted);
      if (bit / 32 < 2) unit.row_data_i[bit / 32 + 1] |= static_cast<uint32_t>(shifted >> 32);
    }
  }
}

void DrainTile(Vtile_drain& unit, uint32_t rows, uint32_t cols, bool last, bool pauses,
               std::mt19937& rng) {
  const uint32_t row0 = rng(), col0 = (rng() >> 8) * kLanes;
  ASSERT_FALSE(unit.busy_o);
  unit.start_i = 1;
  unit.rows_i = rows;
  unit.cols_i = cols;
  unit.row_i = row0;
  unit.col_i = col0;
  unit.last_i = last;
  uint32_t row = 0, col = 0, cycle = 0;
  while (row < rows) {
    unit.acc_ready_i = !pauses || rng() % 3 == 0;
    unit.clk_i = 0;
    unit.eval();
    AnswerRowSelect(unit);
    unit.eval();
    if (cycle > 0) {
      ASSERT_TRUE(unit.busy_o) << "cycle " << cycle;
    }
    ASSERT_EQ(unit.acc_valid_o, cycle >= kDelay) << "cycle " << cycle;
    if (unit.acc_valid_o && unit.acc_ready_i) {
      ASSERT_EQ(unit.acc_row_o, row0 + row);
      ASSERT_EQ(unit.acc_col_o, col0 + col);
      for (uint32_t lane = 0; lane < kLanes; ++lane) {
        const bool valid = col + lane < cols;
        ASSERT_EQ(unit.acc_lane_valid_o >> lane & 1, valid) << "row " << row << " col " << col;
        if (valid) {
          ASSERT_EQ(unit.acc_data_o >> (lane * kAccWidth) & kAccMask, Value(row, col + lane));
        }
      }
      col += kLanes;
      if (col >= cols) {
        col = 0;
        ++row;
      }
      ASSERT_EQ(unit.acc_last_o, last && row == rows);
    }
    unit.clk_i = 1;
    unit.eval();
    unit.start_i = 0;
    ++cycle;
  }
  ASSERT_FALSE(unit.busy_o) << "after the last beat";
  if (!pauses) {
    ASSERT_EQ(cycle, kDelay + rows * ((cols + kLanes - 1) / kLanes));
  }
}

void DrainEverySize(bool pauses) {
  Vtile_drain unit;
  unit.rst_ni = 0;
  unit.clk_i = 0;
  unit.eval();
  unit.clk_i = 1;
  unit.eval();
  unit.rst_ni = 1;
  std::mt19937 rng(1);
  for (uint32_t rows = 1; rows <= kRows; ++rows) {
    for (uint32_t cols = 1; cols <= kCols; ++cols) {
      SCOPED_TRACE(::testing::Message() << rows << " rows, " << cols << " columns, seed 1");
      DrainTile(unit, rows, cols, (rows + cols) % 2 == 0, pauses, rng);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(TileDrainRtl, ReadsEveryTileSizeInOrderAndInTheFewestCycles) { DrainEverySize(false); }

TEST(TileDrainRtl, KeepsOrderAndDataWhenTheSinkPauses) { DrainEverySize(true); }

}  // namespace
}  // namespace tetralog
