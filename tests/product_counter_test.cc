// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// product_counter.sv against a count of every product on its own, for 4 x 8 with 2 products and 8 x
// 2 with 4: random codes with many zeros (both zeros of LOG4 among them) and without, every tile
// size, every set of valid places.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "Vproduct_counter_4x8x2.h"
#include "Vproduct_counter_8x2x4.h"
#include "tests/operand_testing.h"
#include "tests/verilated_unit.h"

namespace tetralog {
namespace {

// Codes of an operand: those of place d of row r at r * dot + d.
template <class Port>
std::vector<uint8_t> Draw(Port& port, uint32_t limit, uint32_t rows, uint32_t dot, uint32_t k_valid,
                          std::mt19937& rng) {
  std::vector<uint8_t> codes(limit * dot, 0);
  const bool dense = rng() % 3 == 0;
  for (uint32_t i = 0; i < limit * dot; ++i) {
    if (i / dot < rows && (k_valid >> i % dot & 1) != 0) {
      codes[i] = static_cast<uint8_t>(dense            ? 1 + rng() % 7
                                      : rng() % 3 == 0 ? rng() & 8
                                                       : rng() & 15);
    }
    testing::SetNibble(port, i, codes[i]);
  }
  return codes;
}

template <class V>
void CountEverySize(uint32_t max_rows, uint32_t max_cols, uint32_t dot) {
  std::mt19937 rng(1);
  V unit;
  ResetUnit(unit);
  for (uint32_t rows = 1; rows <= max_rows; ++rows) {
    for (uint32_t cols = 1; cols <= max_cols; ++cols) {
      for (uint32_t k_valid = 1; k_valid < 1U << dot; ++k_valid) {
        for (uint32_t round = 0; round < 40; ++round) {
          const bool log = rng() % 2 == 0;
          const auto a = Draw(unit.a_i, max_rows, rows, dot, k_valid, rng);
          const auto b = Draw(unit.b_i, max_cols, cols, dot, k_valid, rng);
          uint32_t products = 0, gated = 0;
          for (uint32_t r = 0; r < rows; ++r) {
            for (uint32_t c = 0; c < cols; ++c) {
              for (uint32_t d = 0; d < dot; ++d) {
                if ((k_valid >> d & 1) == 0) continue;
                ++products;
                const uint8_t code = a[r * dot + d];
                gated += (log ? (code & 7) == 0 : code == 0) || b[c * dot + d] == 0;
              }
            }
          }
          unit.beat_i = 1;
          unit.a_log_i = log;
          unit.k_valid_i = k_valid;
          unit.rows_i = rows;
          unit.cols_i = cols;
          Settle(unit);
          Clock(unit);
          unit.beat_i = 0;
          for (int i = 0; i < 2; ++i) {
            Settle(unit);
            Clock(unit);
          }
          ASSERT_EQ(unit.products_o, products) << rows << " x " << cols << " places " << k_valid;
          ASSERT_EQ(unit.gated_o, gated) << rows << " x " << cols << " places " << k_valid;
          Settle(unit);
          Clock(unit);
          ASSERT_EQ(unit.products_o, 0U) << "counted without a beat";
          ASSERT_EQ(unit.gated_o, 0U) << "counted without a beat";
        }
      }
    }
  }
}

TEST(ProductCounterRtl, CountsProductsAndZerosOfEveryTileSize) {
  CountEverySize<Vproduct_counter_4x8x2>(4, 8, 2);
  CountEverySize<Vproduct_counter_8x2x4>(8, 2, 4);
}

}  // namespace
}  // namespace tetralog
