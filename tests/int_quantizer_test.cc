// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The integer quantiser. State space: y = p * 2^-n in both formats. To nearest, every p up to |y| =
// 20 for n = 0..10; stochastic, the same against all 2^R random values for R = 1..6, and R = 12 on
// selected inputs; wide operands and ties by name.

#include "model/int_quantizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <string>

#include "model/formats.h"

namespace tetralog {
namespace {

constexpr Format kFormats[] = {Format::kInt4, Format::kUint4};

std::string Name(Format format, const ScaledValue& y) {
  return std::string(format == Format::kInt4 ? "INT4" : "UINT4") + " p " +
         std::to_string(y.magnitude) + " n " + std::to_string(y.shift) + " negative " +
         std::to_string(y.negative);
}

double Real(const ScaledValue& y) {
  return std::ldexp(y.negative ? -1.0 : 1.0, -y.shift) * static_cast<double>(y.magnitude);
}

// What a format makes of a rounded value.
struct Clamped {
  double value;
  bool clipped;
};

Clamped Clamp(Format format, double rounded) {
  if (format == Format::kUint4) {
    const double positive = std::max(rounded, 0.0);
    return {std::min(positive, 15.0), positive > 15};
  }
  return {std::clamp(rounded, -7.0, 7.0), std::abs(rounded) > 7};
}

TEST(IntQuantizerModel, NearestAgreesWithRoundingOfTheProcessor) {
  ASSERT_EQ(std::fegetround(), FE_TONEAREST);
  for (Format format : kFormats) {
    for (int n = 0; n <= 10; ++n) {
      for (uint64_t p = 0; p <= uint64_t{20} << n; ++p) {
        for (bool negative : {false, true}) {
          const ScaledValue y{negative, p, n};
          const Clamped expected = Clamp(format, std::nearbyint(Real(y)));
          const Quantized q = QuantizeIntNearest(format, y);
          ASSERT_EQ(Decode(format, q.code), expected.value) << Name(format, y);
          ASSERT_EQ(q.clipped, expected.clipped) << Name(format, y);
        }
      }
    }
  }
}

// Every random value; the counts and bias are of the value before the clamp where it does not clip.
void CheckOverAllRandomValues(Format format, const ScaledValue& y, int random_bits) {
  const double magnitude = std::abs(Real(y));
  const double low = std::floor(magnitude);
  const double fraction = magnitude - low;
  const double f = std::floor(fraction * std::exp2(random_bits + 1));
  const auto first_up = static_cast<uint32_t>((1u << random_bits) - std::floor((f + 1) / 2));
  double bias = 0;
  bool inside = true;
  for (uint32_t r = 0; r < 1u << random_bits; ++r) {
    const double rounded = r >= first_up ? low + 1 : low;
    const Clamped expected = Clamp(format, y.negative ? -rounded : rounded);
    const Quantized q = QuantizeIntStochastic(format, y, r, random_bits);
    ASSERT_EQ(Decode(format, q.code), expected.value)
        << Name(format, y) << " r " << r << " R " << random_bits;
    ASSERT_EQ(q.clipped, expected.clipped) << Name(format, y) << " r " << r << " R " << random_bits;
    inside = inside && !expected.clipped;
    bias += expected.value - Real(y);
  }
  if (!inside || (format == Format::kUint4 && y.negative)) return;
  bias /= std::exp2(random_bits);
  const double steps = fraction * std::exp2(random_bits);
  const double bound = steps == std::floor(steps) ? 0 : std::exp2(-random_bits - 1);
  ASSERT_LE(std::abs(bias), bound) << Name(format, y) << " R " << random_bits;
}

class IntQuantizerModelSmall : public testing::TestWithParam<int> {};

TEST_P(IntQuantizerModelSmall, StochasticHasTheRightProbabilityOverAllRandomValues) {
  for (Format format : kFormats) {
    for (int n = 0; n <= 9; ++n) {
      for (uint64_t p = 0; p <= uint64_t{18} << n; ++p) {
        CheckOverAllRandomValues(format, {false, p, n}, GetParam());
        CheckOverAllRandomValues(format, {true, p, n}, GetParam());
        if (HasFatalFailure()) return;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllR, IntQuantizerModelSmall, testing::Range(1, 7));

TEST(IntQuantizerModel, SelectedInputsHaveTheRightProbabilityAtR12) {
  for (Format format : kFormats) {
    for (int n : {1, 11, 12, 13, 14, 20}) {
      for (uint64_t whole : {0, 1, 6, 7, 8, 14, 15, 16}) {
        const uint64_t base = whole << n;
        const uint64_t one = uint64_t{1} << n;
        for (uint64_t p : {base, base + 1, base + one / 3, base + one / 2, base + one - 1}) {
          CheckOverAllRandomValues(format, {false, p, n}, 12);
          CheckOverAllRandomValues(format, {true, p, n}, 12);
        }
      }
    }
  }
}

struct Corner {
  const char* name;
  Format format;
  ScaledValue y;
  int value;
  bool clipped;
};

constexpr uint64_t kInt32Min = uint64_t{1} << 31;

// To nearest, worked by hand.
constexpr Corner kCorners[] = {
    {"0.5 ties to 0", Format::kInt4, {false, 1, 1}, 0, false},
    {"-0.5 ties to 0", Format::kInt4, {true, 1, 1}, 0, false},
    {"1.5 ties to 2", Format::kInt4, {false, 3, 1}, 2, false},
    {"-2.5 ties to -2", Format::kInt4, {true, 5, 1}, -2, false},
    {"6.5 ties to 6", Format::kInt4, {false, 13, 1}, 6, false},
    {"-7.5 ties to -8: clipped to -7", Format::kInt4, {true, 15, 1}, -7, true},
    {"7.5 ties to 8: clipped", Format::kInt4, {false, 15, 1}, 7, true},
    {"-7.5 + 2^-40", Format::kInt4, {true, (uint64_t{15} << 39) - 1, 40}, -7, false},
    {"-8 is never emitted", Format::kInt4, {true, 8, 0}, -7, true},
    {"0.5 + 2^-38", Format::kInt4, {false, (uint64_t{1} << 37) + 1, 38}, 1, false},
    {"0.5 - 2^-38", Format::kInt4, {false, (uint64_t{1} << 37) - 1, 38}, 0, false},
    {"15.5 ties to 16: clipped", Format::kUint4, {false, 31, 1}, 15, true},
    {"14.5 ties to 14", Format::kUint4, {false, 29, 1}, 14, false},
    {"15.5 - 2^-34", Format::kUint4, {false, (uint64_t{31} << 33) - 1, 34}, 15, false},
    {"-3 becomes 0, not clipped", Format::kUint4, {true, 3, 0}, 0, false},
    {"-100 becomes 0, not clipped", Format::kUint4, {true, 100, 0}, 0, false},
    {"INT32_MIN, m = 255, n = -32", Format::kInt4, {true, kInt32Min * 255, -32}, -7, true},
    {"INT32_MIN, m = 255, n = -32", Format::kUint4, {true, kInt32Min * 255, -32}, 0, false},
    {"INT32_MIN, m = 255, n = 63", Format::kInt4, {true, kInt32Min * 255, 63}, 0, false},
    {"INT32_MIN, m = 255, n = 37 is -3.98", Format::kInt4, {true, kInt32Min * 255, 37}, -4, false},
    {"INT32_MIN at n = 32 ties to 0", Format::kInt4, {true, kInt32Min, 32}, 0, false},
    {"3 * 2^31 at n = 32 ties to 2", Format::kUint4, {false, kInt32Min * 3, 32}, 2, false},
    {"1 at n = -32", Format::kUint4, {false, 1, -32}, 15, true},
    {"1 at n = -3", Format::kUint4, {false, 1, -3}, 8, false},
    {"1 at n = 63", Format::kUint4, {false, 1, 63}, 0, false},
};

TEST(IntQuantizerModel, NamedCornersGiveTheNearestValueWorkedByHand) {
  for (const Corner& corner : kCorners) {
    const Quantized q = QuantizeIntNearest(corner.format, corner.y);
    EXPECT_EQ(Decode(corner.format, q.code), corner.value) << corner.name;
    EXPECT_EQ(q.clipped, corner.clipped) << corner.name;
  }
}

// SR of the paper's Eq. 4 with l(x) = floor(x), u(x) = l(x) + 1.
TEST(IntQuantizerModel, StochasticRoundingOfEquation4) {
  // x = 2.25: 3 with probability 1/4.
  const int expected[4] = {2, 2, 2, 3};
  for (uint32_t r = 0; r < 4; ++r) {
    EXPECT_EQ(Decode(Format::kInt4, QuantizeIntStochastic(Format::kInt4, {false, 9, 2}, r, 2).code),
              expected[r]);
    EXPECT_EQ(Decode(Format::kInt4, QuantizeIntStochastic(Format::kInt4, {true, 9, 2}, r, 2).code),
              -expected[r]);
  }
  // x = 7.5 in INT4: 7, or 8 and clipped, with probability 1/2.
  EXPECT_EQ(QuantizeIntStochastic(Format::kInt4, {false, 15, 1}, 0, 1), (Quantized{7, false}));
  EXPECT_EQ(QuantizeIntStochastic(Format::kInt4, {false, 15, 1}, 1, 1), (Quantized{7, true}));
}

TEST(IntQuantizerModel, OtherFormatsAndRandomValuesOutsideRBitsAreRefused) {
  EXPECT_THROW(QuantizeIntNearest(Format::kLog4, {}), std::invalid_argument);
  EXPECT_THROW(QuantizeIntStochastic(Format::kInt32, {}, 0), std::invalid_argument);
  EXPECT_THROW(QuantizeIntStochastic(Format::kInt4, {}, 4096), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
