// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Sums of random numbers, of all ones and of single bits, for shapes from one row to many, in RTL
// (which adds numbers) and as gates (the compressors). HEAP_ROWS, HEAP_IN, HEAP_OUT and SUITE
// choose the build.

#include <gtest/gtest.h>

#include <random>

#include "Vbit_heap.h"
#include "tests/pe_testing.h"

namespace tetralog {
namespace {

constexpr unsigned kRows = HEAP_ROWS;
constexpr unsigned kIn = HEAP_IN;
constexpr unsigned kOut = HEAP_OUT;

void Check(Vbit_heap& unit, const std::array<uint32_t, kRows>& rows, uint32_t base) {
  uint32_t expected = base;
  for (unsigned r = 0; r < kRows; ++r) {
    SetBits(unit.rows_i, r * kIn, kIn, rows[r]);
    expected += rows[r];
  }
  SetBits(unit.base_i, 0, kOut, base);
  unit.eval();
  ASSERT_EQ(GetBits(unit.sum_o, 0, kOut), expected & ((1u << kOut) - 1)) << "base " << base;
}

TEST(SUITE, AddsAllRowsToTheBase) {
  Vbit_heap unit;
  const uint32_t ones_in = (1u << kIn) - 1;
  const uint32_t ones_out = (1u << kOut) - 1;
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::array<uint32_t, kRows> rows;
    for (uint32_t& row : rows) {
      const unsigned kind = random() % 4;
      row = kind == 0   ? 0
            : kind == 1 ? ones_in
            : kind == 2 ? 1u << (random() % kIn)
                        : random() & ones_in;
    }
    const uint32_t bases[] = {0, ones_out, static_cast<uint32_t>(random()) & ones_out};
    Check(unit, rows, bases[i % 3]);
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed 1, vector " << i;
  }
}

}  // namespace
}  // namespace tetralog
