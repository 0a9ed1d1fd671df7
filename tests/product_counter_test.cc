// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// product_counter.sv against a count of every product on its own, for 4 x 8 with 2 products: random
// codes with many zeros (both zeros of LOG4 among them), every tile size, every set of valid
// places.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vproduct_counter_4x8x2.h"

namespace tetralog {
namespace {

constexpr uint32_t kRows = 4, kCols = 8, kDot = 2;

void Clock(Vproduct_counter_4x8x2& unit) {
  unit.clk_i = 1;
  unit.eval();
  unit.clk_i = 0;
  unit.eval();
}

TEST(ProductCounterRtl, CountsProductsAndZerosOfEveryTileSize) {
  std::mt19937 rng(1);
  Vproduct_counter_4x8x2 unit;
  unit.rst_ni = 0;
  Clock(unit);
  unit.rst_ni = 1;
  for (uint32_t rows = 1; rows <= kRows; ++rows) {
    for (uint32_t cols = 1; cols <= kCols; ++cols) {
      for (uint32_t k_valid = 1; k_valid < 1U << kDot; ++k_valid) {
        for (uint32_t round = 0; round < 40; ++round) {
          const bool log = rng() & 1;
          uint32_t a = 0;
          uint64_t b = 0;
          uint32_t products = 0, gated = 0;
          uint32_t code_a[kRows][kDot] = {}, code_b[kCols][kDot] = {};
          const auto code = [&] { return rng() % 3 == 0 ? (rng() & 8) : rng() & 15; };
          for (uint32_t r = 0; r < rows; ++r) {
            for (uint32_t d = 0; d < kDot; ++d) {
              if ((k_valid >> d & 1) == 0) continue;
              code_a[r][d] = code();
              a |= code_a[r][d] << ((r * kDot + d) * 4);
            }
          }
          for (uint32_t c = 0; c < cols; ++c) {
            for (uint32_t d = 0; d < kDot; ++d) {
              if ((k_valid >> d & 1) == 0) continue;
              code_b[c][d] = code();
              b |= uint64_t{code_b[c][d]} << ((c * kDot + d) * 4);
            }
          }
          for (uint32_t r = 0; r < rows; ++r) {
            for (uint32_t c = 0; c < cols; ++c) {
              for (uint32_t d = 0; d < kDot; ++d) {
                if ((k_valid >> d & 1) == 0) continue;
                ++products;
                const bool a_zero = log ? (code_a[r][d] & 7) == 0 : code_a[r][d] == 0;
                gated += a_zero || code_b[c][d] == 0;
              }
            }
          }
          unit.beat_i = 1;
          unit.a_log_i = log;
          unit.a_i = a;
          unit.b_i = b;
          unit.k_valid_i = k_valid;
          unit.rows_i = rows;
          unit.cols_i = cols;
          Clock(unit);
          unit.beat_i = 0;
          Clock(unit);
          Clock(unit);
          ASSERT_EQ(unit.products_o, products) << rows << " x " << cols << " places " << k_valid;
          ASSERT_EQ(unit.gated_o, gated) << rows << " x " << cols << " places " << k_valid;
          Clock(unit);
          ASSERT_EQ(unit.products_o, 0U) << "counted without a beat";
          ASSERT_EQ(unit.gated_o, 0U) << "counted without a beat";
        }
      }
    }
  }
}

}  // namespace
}  // namespace tetralog
