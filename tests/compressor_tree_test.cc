// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The two rows that compressor_tree.sv leaves add up to its columns, for columns of uneven heights
// (the module's defaults, none of 9 bits to 0): all ones, single bits, and random bits of every
// density. In RTL, which adds, and as gates, which are the tree; the trees of the users run in the
// netlists of epilogue_lane and epilogue_stats.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vcompressor_tree.h"

#ifndef SUITE
#define SUITE CompressorTreeRtl
#endif

namespace tetralog {
namespace {

constexpr unsigned kHeights[] = {4, 5, 7, 0, 2, 9, 3, 1};  // of the columns, lowest first
constexpr unsigned kColumns = 8, kSlots = 9;

class SUITE : public ::testing::Test {
 protected:
  void Put(unsigned column, unsigned slot, bool bit) {
    const unsigned place = column * kSlots + slot;
    if (bit) unit_.bits_i[place / 32] |= uint32_t{1} << place % 32;
    if (bit && slot < kHeights[column]) want_ += 1u << column;
  }

  void Check(const char* what, unsigned number) {
    unit_.eval();
    ASSERT_EQ((unit_.row_a_o + unit_.row_b_o) % (1u << kColumns), want_ % (1u << kColumns))
        << what << " " << number;
    for (auto& word : unit_.bits_i.m_storage) word = 0;
    want_ = 0;
  }

 private:
  Vcompressor_tree unit_;
  unsigned want_ = 0;
};

TEST_F(SUITE, LeavesTwoRowsOfTheSameSum) {
  for (unsigned c = 0; c < kColumns; ++c) {
    for (unsigned s = 0; s < kSlots; ++s) {
      Put(c, s, true);
      ASSERT_NO_FATAL_FAILURE(Check("bit", c * kSlots + s));
    }
  }
  std::mt19937 random(1);
  for (unsigned i = 0; i < 100000; ++i) {
    const unsigned density = i % 9;  // in eighths
    for (unsigned c = 0; c < kColumns; ++c)
      for (unsigned s = 0; s < kSlots; ++s) Put(c, s, random() % 8 < density);
    ASSERT_NO_FATAL_FAILURE(Check("seed 1, vector", i));
  }
}

}  // namespace
}  // namespace tetralog
