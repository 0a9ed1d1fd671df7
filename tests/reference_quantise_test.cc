// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The quantisers of the reference against values worked by hand from the equations, and LUQ against
// its defining property, the mean over all random values, for few random bits.

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "sim/reference/quantise.h"
#include "sim/reference/random_bits.h"

namespace tetralog::reference {
namespace {

at::Tensor tensor(const std::vector<double>& values) {
  return at::tensor(values, at::TensorOptions(at::kDouble));
}

std::vector<double> values_of(const at::Tensor& tensor) {
  return {tensor.data_ptr<double>(), tensor.data_ptr<double>() + tensor.numel()};
}

double log4(double y, uint32_t random, unsigned bits, Log4Rounding rounding = Log4Rounding::kLuq) {
  const uint16_t word = static_cast<uint16_t>(random << (kRandomWordWidth - bits));
  return round_log4(tensor({y}), {word}, rounding, bits).item<double>();
}

TEST(ReferenceQuantise, WeightClipIsSawb) {
  // rms = sqrt((9 + 16) / 2), mean = 3.5: 12.035 * 3.5355339 - 12.03 * 3.5 = 0.445150; the floor of
  // 0.1 * max = 0.4 and the ceiling of 4 do not apply.
  EXPECT_NEAR(weight_clip({3.0, -4.0}), 0.4451502, 1e-6);
  // All equal: 12.035 - 12.03 = 0.005 of the value, raised to a tenth of the maximum.
  EXPECT_DOUBLE_EQ(weight_clip({2.0, -2.0, 2.0}), 0.2);
  // One outlier: rms 1, mean 0.1 of 100 values: 12.035 - 1.203 = 10.832, lowered to the maximum 10.
  std::vector<double> outlier(100, 0.0);
  outlier[7] = -10.0;
  EXPECT_DOUBLE_EQ(weight_clip(outlier), 10.0);
  EXPECT_EQ(weight_clip({0.0, 0.0}), 0.0);
}

TEST(ReferenceQuantise, ActivationClipLooksAtPositiveElementsOnly) {
  const std::vector<double> z = {-100, 0, 3, 4, 0, -1};
  const PositiveSums sums = positive_sums(z.data(), z.size());
  EXPECT_EQ(sums.count, 2u);
  EXPECT_EQ(sums.sum, 7u);
  EXPECT_EQ(sums.max, 4u);
  EXPECT_EQ(static_cast<uint64_t>(sums.sum_squares), 25u);
  // 17.74 * sqrt(12.5) - 18.64 * 3.5 = -2.5, raised to 0.4.
  EXPECT_DOUBLE_EQ(activation_clip(sums, 1.0), 0.4);
  // 1 and 9: 17.74 * sqrt(41) - 18.64 * 5 = 20.39, lowered to 9, in units of a half.
  const std::vector<double> wide = {1, 9};
  EXPECT_DOUBLE_EQ(activation_clip(positive_sums(wide.data(), 2), 0.5), 4.5);
  // 4 and 8: 17.74 * sqrt(40) - 18.64 * 6 = 0.357404, raised to 0.8; 2 and 8: 17.74 * sqrt(34) -
  // 18.64 * 5 = 10.24, lowered to 8; 3 and 8: 17.74 * sqrt(36.5) - 18.64 * 5.5 = 4.656618.
  const std::vector<double> inner = {3, 8};
  EXPECT_NEAR(activation_clip(positive_sums(inner.data(), 2), 1.0), 4.656618, 1e-5);
  EXPECT_EQ(activation_clip(PositiveSums{}, 1.0), 0.0);
}

TEST(ReferenceQuantise, SumsOfSquaresDoNotOverflow) {
  const std::vector<double> z(4, 4294967295.0);
  const PositiveSums sums = positive_sums(z.data(), z.size());
  const unsigned __int128 square = static_cast<unsigned __int128>(4294967295u) * 4294967295u;
  EXPECT_TRUE(sums.sum_squares == 4 * square);
}

TEST(ReferenceQuantise, ScaleIsTheNearestEightBitFactor) {
  EXPECT_EQ(nearest_scale(1.0).mul, 128u);
  EXPECT_EQ(nearest_scale(1.0).shift, 7);
  EXPECT_EQ(nearest_scale(255.0 / 256).mul, 255u);
  EXPECT_EQ(nearest_scale(255.0 / 256).shift, 8);
  // 0.999 * 256 rounds to 256: the next binade.
  EXPECT_EQ(nearest_scale(0.999).mul, 128u);
  EXPECT_EQ(nearest_scale(0.999).shift, 7);
  for (double factor = 1e-9; factor < 1e9; factor *= 1.37) {
    const Scale scale = nearest_scale(factor);
    EXPECT_GE(scale.mul, 128u);
    EXPECT_LE(scale.mul, 255u);
    EXPECT_LE(std::fabs(scale.factor() / factor - 1), 1.0 / 256) << factor;
  }
  EXPECT_THROW(nearest_scale(0.0), std::runtime_error);
  EXPECT_THROW(nearest_scale(std::nan("")), std::runtime_error);
  EXPECT_THROW(nearest_scale(1e300), std::runtime_error);
}

TEST(ReferenceQuantise, AlphaIsTheLeastPowerOfTwoThatDoesNotClip) {
  EXPECT_EQ(log4_shift(64), 0);
  EXPECT_EQ(log4_shift(64.0000001), 1);
  EXPECT_EQ(log4_shift(63.9999999), 0);
  EXPECT_EQ(log4_shift(32), -1);
  EXPECT_EQ(log4_shift(1), -6);
  EXPECT_EQ(log4_shift(0x1p31), 25);
  EXPECT_EQ(log4_shift(0), 0);
}

TEST(ReferenceQuantise, IntegersRoundTiesToEvenAndClamp) {
  EXPECT_EQ(values_of(round_int4(tensor({0.5, 1.5, -0.5, -1.5, -2.5, 6.5, 7.5, -7.5, -9, 2.4}))),
            (std::vector<double>{0, 2, 0, -2, -2, 6, 7, -7, -7, 2}));
  EXPECT_EQ(values_of(round_uint4(tensor({0.5, 1.5, -0.5, -3, 14.5, 15.4, 15.5, 99}))),
            (std::vector<double>{0, 2, 0, 0, 14, 15, 15, 15}));
}

TEST(ReferenceQuantise, LuqRoundsUpForExactlyTheRightNumberOfRandomValues) {
  constexpr unsigned kBits = 4;
  for (double y = 0; y <= 64; y += 1.0 / 128) {
    const double lower = y < 1 ? 0 : std::exp2(std::floor(std::log2(y)));
    const double upper = y < 1 ? 1 : 2 * lower;
    const double fraction = (y - lower) / (upper - lower);
    const int first_bits = static_cast<int>(std::floor(fraction * 32));
    int ups = 0;
    for (uint32_t random = 0; random < 16; ++random) {
      const double result = log4(y, random, kBits);
      ASSERT_TRUE(result == lower || result == upper) << y << " " << random;
      ASSERT_EQ(log4(-y, random, kBits), -result);
      ups += result == upper;
    }
    ASSERT_EQ(ups, (first_bits + 1) / 2) << y;
  }
}

TEST(ReferenceQuantise, LuqMeanIsWithinHalfAStepOfTheRandomBits) {
  constexpr unsigned kBits = 6;
  for (double y = 0.001; y < 64; y *= 1.0371) {
    double sum = 0;
    for (uint32_t random = 0; random < 64; ++random) sum += log4(y, random, kBits);
    const double step = y < 1 ? 1 : std::exp2(std::floor(std::log2(y)));
    ASSERT_LE(std::fabs(sum / 64 - y), step / 128 + 1e-12) << y;
  }
}

TEST(ReferenceQuantise, LuqCornersHold) {
  constexpr unsigned kBits = 12;
  for (uint32_t random : {0u, 1u, 2048u, 4095u}) {
    EXPECT_EQ(log4(64, random, kBits), 64);
    EXPECT_EQ(log4(65, random, kBits), 64);
    EXPECT_EQ(log4(-1e9, random, kBits), -64);
    EXPECT_EQ(log4(0, random, kBits), 0);
    EXPECT_EQ(log4(0x1p-14, random, kBits), 0);  // below 2^-(R+1): always zero
    for (double exact : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0}) {
      EXPECT_EQ(log4(exact, random, kBits), exact);
    }
  }
  // The largest fraction below 64 carries into it except for r = 0.
  EXPECT_EQ(log4(64 - 0x1p-7, 4095, kBits), 64);
  EXPECT_EQ(log4(64 - 0x1p-20, 0, kBits), 64);
  EXPECT_EQ(log4(64 - 0x1p-6, 0, kBits), 32);
  // F = 1 reaches 2^(R+1) with the greatest r only.
  EXPECT_EQ(log4(0x1p-13, 4095, kBits), 1);
  EXPECT_EQ(log4(0x1p-13, 4094, kBits), 0);
}

TEST(ReferenceQuantise, MeanOverAddressedWordsIsUnbiased) {
  // 65,536 elements of each value: the mean is within 4 standard errors.
  for (double y : {0.03, 0.4, 1.3, 2.9, 7.7, 23.0, 50.0}) {
    const at::Tensor input = at::full({1024, 64}, y, at::TensorOptions(at::kDouble));
    const at::Tensor output = round_log4(input, random_words(0x9e3779b97f4a7c15, 0, 1024, 64));
    const double step = y < 1 ? 1 : std::exp2(std::floor(std::log2(y)));
    const double p = y < 1 ? y : y / step - 1;
    const double error = step * std::sqrt(p * (1 - p) / 65536);
    EXPECT_NEAR(output.mean().item<double>(), y, 4 * error + step * 0x1p-13) << y;
  }
}

TEST(ReferenceQuantise, BrokenVariantsAreBrokenAsNamed) {
  constexpr unsigned kBits = 12;
  constexpr Log4Rounding kNearest = Log4Rounding::kNearest;
  EXPECT_EQ(log4(0.49, 4095, kBits, kNearest), 0);
  EXPECT_EQ(log4(0.5, 0, kBits, kNearest), 1);
  EXPECT_EQ(log4(-2.9, 4095, kBits, kNearest), -2);
  EXPECT_EQ(log4(3.0, 0, kBits, kNearest), 4);
  constexpr Log4Rounding kFloored = Log4Rounding::kFlooredUnderflow;
  EXPECT_EQ(log4(0.999, 4095, kBits, kFloored), 0);
  EXPECT_EQ(log4(1.5, 4095, kBits, kFloored), 2);
  EXPECT_EQ(log4(1.5, 0, kBits, kFloored), 1);
}

}  // namespace
}  // namespace tetralog::reference
