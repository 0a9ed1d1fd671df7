// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// LUQ. State space: y = p * 2^-n and r. For R = 1..6 and n = 0..11 every p up to 66 (underflow, all
// six binades, the carry into 64, clipping) against ALL 2^R random values, so that probabilities
// are counted, not sampled; R = 12 on selected inputs against all 4096 values; wide operands by
// name. What is expected is worked in double from the paper's definition, exact at these widths.

#include "model/luq_quantizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "model/formats.h"

namespace tetralog {
namespace {

// The two values that |y| may become, and how many of the 2^R random values give the upper one.
struct Expected {
  double low = 0;
  double high = 0;
  uint32_t ups = 0;
  bool clipped = false;
  double fraction = 0;  // (|y| - low) / (high - low)
};

Expected Expect(double magnitude, int random_bits) {
  if (magnitude >= 64) return {64, 64, 0, magnitude > 64, 0};
  Expected expected;
  if (magnitude < 1) {
    expected = {0, 1, 0, false, magnitude};
  } else {
    const double power = std::exp2(std::ilogb(magnitude));
    expected = {power, 2 * power, 0, false, magnitude / power - 1};
  }
  const double f = std::floor(expected.fraction * std::exp2(random_bits + 1));
  expected.ups = static_cast<uint32_t>(std::floor((f + 1) / 2));
  return expected;
}

std::string Name(const ScaledValue& y, int random_bits) {
  return "p " + std::to_string(y.magnitude) + " n " + std::to_string(y.shift) + " negative " +
         std::to_string(y.negative) + " R " + std::to_string(random_bits);
}

// Quantises y with every random value; checks codes, counts, bias and clipping.
void CheckOverAllRandomValues(const ScaledValue& y, int random_bits) {
  const double magnitude = std::ldexp(static_cast<double>(y.magnitude), -y.shift);
  const double sign = y.negative ? -1 : 1;
  const Expected expected = Expect(magnitude, random_bits);
  const uint32_t values = 1u << random_bits;
  uint32_t ups = 0;
  double sum = 0;
  for (uint32_t r = 0; r < values; ++r) {
    const Quantized q = QuantizeLuq(y, r, random_bits);
    const double value = Decode(Format::kLog4, q.code);
    ASSERT_TRUE(value == sign * expected.low || value == sign * expected.high)
        << Name(y, random_bits) << " r " << r << " gave " << value;
    ASSERT_NE(q.code, 8) << "a zero is emitted as 0000: " << Name(y, random_bits);
    ASSERT_EQ(q.clipped, expected.clipped) << Name(y, random_bits) << " r " << r;
    if (expected.low != expected.high) ups += value == sign * expected.high ? 1 : 0;
    sum += value;
  }
  ASSERT_EQ(ups, expected.ups) << Name(y, random_bits);
  if (expected.clipped) return;
  const double bias = sum / values - sign * magnitude;
  const double step = expected.high - expected.low;
  const double in_random_steps = expected.fraction * values;
  if (in_random_steps == std::floor(in_random_steps)) {
    ASSERT_EQ(bias, 0) << Name(y, random_bits);
  } else {
    ASSERT_LE(std::abs(bias), step / (2 * values)) << Name(y, random_bits);
  }
}

class LuqQuantizerModelSmall : public testing::TestWithParam<int> {};

TEST_P(LuqQuantizerModelSmall, EveryInputHasTheRightProbabilityOverAllRandomValues) {
  const int random_bits = GetParam();
  for (int n = 0; n <= 11; ++n) {
    for (uint64_t p = 0; p <= uint64_t{66} << n; ++p) {
      CheckOverAllRandomValues({p % 2 == 1, p, n}, random_bits);
      if (HasFatalFailure()) return;
    }
  }
  for (int n = -32; n < 0; ++n) {
    for (uint64_t p = 0; p <= 66; ++p) CheckOverAllRandomValues({p % 2 == 1, p, n}, random_bits);
  }
}

INSTANTIATE_TEST_SUITE_P(AllR, LuqQuantizerModelSmall, testing::Range(1, 7));

TEST(LuqQuantizerModel, SelectedInputsHaveTheRightProbabilityAtR12) {
  for (int n : {0, 1, 5, 12, 13, 14, 20, 40, 45}) {
    for (int binade = 0; binade <= 7; ++binade) {
      const uint64_t base = uint64_t{1} << (binade - 1 + n < 0 ? 0 : binade - 1 + n);
      for (uint64_t p :
           {base - 1, base, base + 1, base + base / 3, base + base / 2, base * 2 - 2}) {
        CheckOverAllRandomValues({n % 2 == 1, p, n}, 12);
      }
    }
  }
}

TEST(LuqQuantizerModel, LessThanHalfARandomStepAlwaysBecomesZero) {
  for (int random_bits = 1; random_bits <= 12; ++random_bits) {
    const uint32_t last = (1u << random_bits) - 1;
    const int n = random_bits + 1 + 20;
    const uint64_t half_step = uint64_t{1} << 20;  // p of |y| = 2^-(R+1)
    EXPECT_EQ(QuantizeLuq({false, half_step - 1, n}, last, random_bits).code, 0);
    EXPECT_EQ(QuantizeLuq({true, half_step - 1, n}, last, random_bits).code, 0);
    EXPECT_EQ(QuantizeLuq({false, half_step, n}, last, random_bits).code, 1);
    EXPECT_EQ(QuantizeLuq({true, half_step, n}, last, random_bits).code, 9);
  }
}

// The mean bias over evenly spread fractions is that of its ties alone, which go up: it shrinks
// with the spacing, whereas truncation to R bits would lose half a random step at every spacing.
TEST(LuqQuantizerModel, BiasDoesNotDriftOverEvenlySpreadFractions) {
  constexpr int kR = 4;
  for (int finer : {1, 2, 4, 6}) {
    const int n = kR + finer;
    double bias = 0;  // of y in [1, 2), in units of 2^-R
    for (uint64_t p = uint64_t{1} << n; p < uint64_t{2} << n; ++p) {
      double mean = 0;
      for (uint32_t r = 0; r < 1u << kR; ++r) {
        mean += Decode(Format::kLog4, QuantizeLuq({false, p, n}, r, kR).code);
      }
      bias += mean - std::ldexp(static_cast<double>(p), kR - n);
    }
    EXPECT_EQ(bias / std::exp2(n), std::exp2(-finer - 1)) << "spacing 2^-" << n;
  }
}

struct Corner {
  const char* name;
  ScaledValue y;
  uint32_t random;  // of 12 bits
  uint8_t code;
  bool clipped;
};

constexpr uint64_t kInt32Min = uint64_t{1} << 31;

// Worked by hand, at R = 12.
constexpr Corner kCorners[] = {
    {"zero", {false, 0, 0}, 4095, 0x0, false},
    {"zero of negative sign", {true, 0, 7}, 4095, 0x0, false},
    {"zero, greatest scale", {false, 0, -32}, 4095, 0x0, false},
    {"exactly 1 never goes up", {false, 1, 0}, 4095, 0x1, false},
    {"exactly -32 never goes up", {true, 32, 0}, 4095, 0xe, false},
    {"exactly 64 is not clipped", {false, 64, 0}, 0, 0x7, false},
    {"exactly -64 by a long shift", {true, uint64_t{64} << 26, 26}, 4095, 0xf, false},
    {"64 + 2^-25 is clipped", {false, (uint64_t{64} << 25) + 1, 25}, 0, 0x7, true},
    {"65 is clipped", {true, 65, 0}, 4095, 0xf, true},
    {"64 - 2^-25 carries to 64, not clipped", {false, (uint64_t{64} << 25) - 1, 25}, 0, 0x7, false},
    {"63, the least random value", {false, 63, 0}, 0, 0x6, false},
    {"63, r = 127: F + 2r + 1 = 8191", {false, 63, 0}, 127, 0x6, false},
    {"63, r = 128: F + 2r + 1 = 8193", {false, 63, 0}, 128, 0x7, false},
    {"48 is half way, r = 2047", {false, 48, 0}, 2047, 0x6, false},
    {"48 is half way, r = 2048", {false, 48, 0}, 2048, 0x7, false},
    {"3/4, r = 1023", {true, 3, 2}, 1023, 0x0, false},
    {"3/4, r = 1024", {true, 3, 2}, 1024, 0x9, false},
    {"2^-12 becomes 1 for the last r only", {false, 1, 12}, 4094, 0x0, false},
    {"2^-12, the last r", {false, 1, 12}, 4095, 0x1, false},
    {"2^-13, the last r", {false, 1, 13}, 4095, 0x1, false},
    {"2^-14 never", {false, 1, 14}, 4095, 0x0, false},
    {"INT32_MIN at n = 25 is -64", {true, kInt32Min, 25}, 4095, 0xf, false},
    {"INT32_MIN at n = 24 is clipped", {true, kInt32Min, 24}, 0, 0xf, true},
    {"INT32_MIN at n = 63 is too small", {true, kInt32Min, 63}, 4095, 0x0, false},
    {"INT32_MIN at n = -32 is clipped", {true, kInt32Min, -32}, 0, 0xf, true},
    {"1 at n = -32 is clipped", {false, 1, -32}, 0, 0x7, true},
    {"1 at n = -6 is 64", {false, 1, -6}, 4095, 0x7, false},
    {"1 at n = -5 is 32", {false, 1, -5}, 4095, 0x6, false},
    {"INT32_MAX at n = 31 is below 1", {false, 0x7fffffff, 31}, 0, 0x1, false},
    {"255 * 2^31 at n = 33 is 63.75, r = 31", {false, 255ull << 31, 33}, 31, 0x6, false},
    {"255 * 2^31 at n = 33 is 63.75, r = 32", {false, 255ull << 31, 33}, 32, 0x7, false},
    {"1 at n = 63", {false, 1, 63}, 4095, 0x0, false},
};

TEST(LuqQuantizerModel, NamedCornersGiveTheCodeWorkedByHand) {
  for (const Corner& corner : kCorners) {
    EXPECT_EQ(QuantizeLuq(corner.y, corner.random), (Quantized{corner.code, corner.clipped}))
        << corner.name;
  }
}

// Vectors from the paper's equations (Chmiel et al., ICLR 2023), alpha = 1. A uniform epsilon in
// [0, 1) is r / 2^R; the upper value is taken by the last floor((F+1)/2) random values.
TEST(LuqQuantizerModel, StochasticUnderflowOfEquation10) {
  // |x| = 5/8 < alpha: alpha with probability |x|/alpha = 5/8, that is for 5 of 8 random values.
  const uint8_t expected[8] = {0x0, 0x0, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1};
  for (uint32_t r = 0; r < 8; ++r) EXPECT_EQ(QuantizeLuq({false, 5, 3}, r, 3).code, expected[r]);
  // x = -alpha/4: sign(x) * alpha with probability 1/4.
  const uint8_t negative[4] = {0x0, 0x0, 0x0, 0x9};
  for (uint32_t r = 0; r < 4; ++r) EXPECT_EQ(QuantizeLuq({true, 1, 2}, r, 2).code, negative[r]);
}

TEST(LuqQuantizerModel, LogarithmicRoundingOfEquation12) {
  // x = 11, 2^3 < x < 2^4: 16 with probability (11 - 8) / 8 = 3/8, else 8.
  const uint8_t expected[8] = {0x4, 0x4, 0x4, 0x4, 0x4, 0x5, 0x5, 0x5};
  for (uint32_t r = 0; r < 8; ++r) EXPECT_EQ(QuantizeLuq({false, 11, 0}, r, 3).code, expected[r]);
  // x = -1.5: -2 with probability 1/2.
  EXPECT_EQ(QuantizeLuq({true, 3, 1}, 0, 1).code, 0x9);
  EXPECT_EQ(QuantizeLuq({true, 3, 1}, 1, 1).code, 0xa);
}

TEST(LuqQuantizerModel, MeanOfEquation16IsTheInput) {
  // E[X_q] = x for x = 45.5 alpha: 32 and 64 with probability (45.5 - 32) / 32 = 27/64.
  double sum = 0;
  for (uint32_t r = 0; r < 64; ++r) {
    sum += Decode(Format::kLog4, QuantizeLuq({false, 91, 1}, r, 6).code);
  }
  EXPECT_EQ(sum / 64, 45.5);
}

TEST(LuqQuantizerModel, RandomValuesOutsideRBitsAreRefused) {
  EXPECT_THROW(QuantizeLuq({false, 1, 0}, 4096), std::invalid_argument);
  EXPECT_THROW(QuantizeLuq({false, 1, 0}, 0, 0), std::invalid_argument);
  EXPECT_THROW(QuantizeLuq({false, 1, 0}, 0, 17), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
