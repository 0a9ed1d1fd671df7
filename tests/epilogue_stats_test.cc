// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Statistics. State space: the named extremes of z, and that any split of a seeded command adds up
// to the whole.

#include "model/epilogue_stats.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>

namespace tetralog {
namespace {

constexpr int32_t kMin = std::numeric_limits<int32_t>::min();

TEST(EpilogueStatsModel, TheMagnitudeOfInt32MinIs2To31) {
  EpilogueStats stats;
  stats.AddElement(kMin, false);
  stats.AddElement(kMin, true);
  stats.AddElement(-3, false);
  stats.AddElement(std::numeric_limits<int32_t>::max(), false);
  EXPECT_EQ(stats.max_abs, 0x80000000u);
  EXPECT_EQ(stats.sum_abs, 2 * 0x80000000ull + 3 + 0x7fffffffull);
  const unsigned __int128 max = 0x7fffffff;
  EXPECT_TRUE(stats.sum_squares == (static_cast<unsigned __int128>(1) << 63) + 9 + max * max);
  EXPECT_EQ(stats.wraps, 1u);
}

TEST(EpilogueStatsModel, OutputsCountPerSample) {
  EpilogueStats stats;
  stats.AddOutput(0, true, false);
  stats.AddOutput(0, true, false);
  stats.AddOutput(7, false, true);
  stats.AddOutput(3, false, false);
  EXPECT_EQ(stats.zeros, (std::array<uint64_t, 8>{2, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(stats.clipped, (std::array<uint64_t, 8>{0, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_THROW(stats.AddOutput(8, false, false), std::invalid_argument);
  EXPECT_THROW(stats.AddOutput(-1, false, false), std::invalid_argument);
}

TEST(EpilogueStatsModel, TheSumOfSquaresGoesBeyond64Bits) {
  EpilogueStats stats;
  for (int i = 0; i < 8; ++i) stats.AddElement(kMin, false);
  EXPECT_TRUE(stats.sum_squares == static_cast<unsigned __int128>(1) << 65);
}

TEST(EpilogueStatsModel, PartsAddUpToTheWhole) {
  constexpr unsigned kSeed = 7;
  std::mt19937 engine(kSeed);
  EpilogueStats whole, parts[3];
  for (int i = 0; i < 3000; ++i) {
    const auto z = static_cast<int32_t>(engine());
    const bool wrapped = engine() % 5 == 0;
    const int sample = static_cast<int>(engine() % 8);
    const bool zero = engine() % 2 == 0;
    const bool clipped = !zero && engine() % 3 == 0;
    for (EpilogueStats* stats : {&whole, &parts[engine() % 3]}) {
      stats->AddElement(z, wrapped);
      stats->AddOutput(sample, zero, clipped);
    }
  }
  EpilogueStats sum;
  for (const EpilogueStats& part : parts) sum += part;
  EXPECT_EQ(sum, whole) << "seed " << kSeed;
}

}  // namespace
}  // namespace tetralog
