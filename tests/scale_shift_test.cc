// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The exact scaled value. State space: every p up to 200 with every n and exponent against
// double (exact there), and the named extremes of z, m and n.

#include "model/scale_shift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace tetralog {
namespace {

TEST(ScaleShiftModel, ExtremeResultsAndMultipliersStayExact) {
  const ScaledValue least = ScaleShift(std::numeric_limits<int32_t>::min(), 255, -32);
  EXPECT_TRUE(least.negative);
  EXPECT_EQ(least.magnitude, 255ull << 31);
  EXPECT_EQ(least.shift, -32);
  EXPECT_TRUE(FloorScaled(least, 0) == uint128_t{255} << 63);
  const ScaledValue greatest = ScaleShift(std::numeric_limits<int32_t>::max(), 1, 63);
  EXPECT_FALSE(greatest.negative);
  EXPECT_EQ(greatest.magnitude, 0x7fffffffull);
  EXPECT_TRUE(FloorScaled(greatest, 0) == 0);
  EXPECT_EQ(ScaleShift(0, 17, 0).magnitude, 0u);
  EXPECT_FALSE(ScaleShift(0, 17, 0).negative);
}

TEST(ScaleShiftModel, FloorIntegerAndComparisonAgreeWithRealArithmetic) {
  for (uint64_t p = 0; p <= 200; ++p) {
    for (int n = kScaleShiftMin; n <= kScaleShiftMax; ++n) {
      const ScaledValue y{false, p, n};
      for (int exponent = -7; exponent <= 17; ++exponent) {
        const double scaled = std::ldexp(static_cast<double>(p), exponent - n);
        ASSERT_EQ(static_cast<double>(FloorScaled(y, exponent)), std::floor(scaled))
            << "p " << p << " n " << n << " exponent " << exponent;
        ASSERT_EQ(IsIntegerScaled(y, exponent), std::floor(scaled) == scaled)
            << "p " << p << " n " << n << " exponent " << exponent;
      }
      for (uint32_t limit : {0u, 1u, 7u, 15u, 64u}) {
        ASSERT_EQ(Exceeds(y, limit), std::ldexp(static_cast<double>(p), -n) > limit)
            << "p " << p << " n " << n << " limit " << limit;
      }
    }
  }
}

TEST(ScaleShiftModel, ScalesOutOfRangeAreRefused) {
  EXPECT_NO_THROW(ScaleShift(1, 1, 63));
  EXPECT_THROW(ScaleShift(1, 0, 0), std::invalid_argument);
  EXPECT_THROW(ScaleShift(1, 256, 0), std::invalid_argument);
  EXPECT_THROW(ScaleShift(1, -1, 0), std::invalid_argument);
  EXPECT_THROW(ScaleShift(1, 1, 64), std::invalid_argument);
  EXPECT_THROW(ScaleShift(1, 1, -33), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
