// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The carry rule of stochastic rounding. State space: every fraction F and every random value for
// R = 1..8, and every F against all 4096 values at R = 12 by counting.

#include "model/rounding.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tetralog {
namespace {

uint32_t CountUps(uint32_t fraction, int random_bits) {
  uint32_t ups = 0;
  for (uint32_t r = 0; r >> random_bits == 0; ++r) ups += RoundsUp(fraction, r, random_bits);
  return ups;
}

TEST(RoundingModel, AFractionGoesUpForFloorOfHalfFPlusOneRandomValues) {
  for (int random_bits : {1, 2, 3, 4, 5, 6, 7, 8, 12}) {
    const uint32_t one = 2u << random_bits;  // a fraction of 1 in units of 2^-(R+1)
    for (uint32_t fraction = 0; fraction < one; fraction += random_bits == 12 ? 7 : 1) {
      ASSERT_EQ(CountUps(fraction, random_bits), (fraction + 1) / 2)
          << "F " << fraction << " R " << random_bits;
    }
  }
}

TEST(RoundingModel, TheEndsOfTheFractionNeverAndAlwaysGoUp) {
  for (int random_bits = 1; random_bits <= 16; ++random_bits) {
    const uint32_t last = (1u << random_bits) - 1;
    EXPECT_FALSE(RoundsUp(0, last, random_bits));
    EXPECT_TRUE(RoundsUp(1, last, random_bits));
    EXPECT_TRUE(RoundsUp(2 * last + 1, 0, random_bits));
    EXPECT_FALSE(RoundsUp(2 * last, 0, random_bits));
  }
}

TEST(RoundingModel, RandomValuesOutsideRBitsAreRefused) {
  EXPECT_NO_THROW(CheckRandom(4095, 12));
  EXPECT_THROW(CheckRandom(4096, 12), std::invalid_argument);
  EXPECT_THROW(CheckRandom(0, 0), std::invalid_argument);
  EXPECT_THROW(CheckRandom(0, 17), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
