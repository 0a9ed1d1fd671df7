// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Every pair of rows whose sum is in range, shifted and not.

#include <gtest/gtest.h>

#include "Vproduct_sum.h"

#ifndef SUITE
#define SUITE ProductSumRtl
#endif

namespace tetralog {
namespace {

TEST(SUITE, AddsTheRowsAndShiftsByFour) {
  Vproduct_sum unit;
  int shifted = 0;
  for (unsigned row0 = 0; row0 < 32; ++row0) {
    for (unsigned row1 = 0; row1 < 32; ++row1) {
      const unsigned sum = row0 + 4 * row1;
      for (const unsigned shift : {0u, 1u}) {
        if (sum >= (shift ? 64 : 128)) continue;
        unit.row0_n_i = ~row0 & 31;
        unit.row1_n_i = ~row1 & 31;
        unit.shift_i = shift;
        unit.shift_n_i = 1 - shift;
        unit.eval();
        ASSERT_EQ(unit.product_o, shift ? 16 * sum : sum)
            << "rows " << row0 << " and " << row1 << " shift " << shift;
        shifted += shift;
      }
    }
  }
  EXPECT_GT(shifted, 200);
}

}  // namespace
}  // namespace tetralog
