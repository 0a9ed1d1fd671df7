// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The stages of an output. State space: named extremes of every stage, all masks and formats, and
// seeded elements whose y is worked in double, exact because |z| * m < 2^40.

#include "model/epilogue_lane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>

#include "model/formats.h"

namespace tetralog {
namespace {

constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
constexpr int32_t kMax = std::numeric_limits<int32_t>::max();

EpilogueConfig WithC() {
  EpilogueConfig config;
  config.c_enable = true;
  return config;
}

TEST(EpilogueLaneModel, SumsWithCWrapAndSaySo) {
  const auto sum = [](int32_t acc, int32_t c) { return AddC(WithC(), acc, c); };
  EXPECT_EQ(sum(1, kMax).z, kMin);
  EXPECT_TRUE(sum(1, kMax).wrapped);
  EXPECT_EQ(sum(-1, kMin).z, kMax);
  EXPECT_TRUE(sum(-1, kMin).wrapped);
  EXPECT_EQ(sum(0, kMax).z, kMax);
  EXPECT_FALSE(sum(0, kMax).wrapped);
  EXPECT_EQ(sum(-8388607, kMin + 8388607).z, kMin);
  EXPECT_FALSE(sum(-8388607, kMin + 8388607).wrapped);
  EXPECT_EQ(AddC(EpilogueConfig{}, 5, 100).z, 5);  // C is off
}

TEST(EpilogueLaneModel, AMaskBlocksWhereItsCodeIs0000) {
  EpilogueConfig config;
  config.mask_enable = true;
  for (uint8_t code = 0; code < 16; ++code) {
    EXPECT_EQ(Mask(config, -77, code), code == 0 ? 0 : -77);
    EXPECT_EQ(Mask(EpilogueConfig{}, -77, code), -77);
  }
}

TEST(EpilogueLaneModel, BlockedElementsCountAsZeroAndTheirWrapsCount) {
  EpilogueConfig config = WithC();
  config.mask_enable = true;
  config.d_format = Format::kLog4;
  EpilogueStats stats;
  const int32_t z = AccumulatorToZ(config, 1, kMax, 0, stats);
  EXPECT_EQ(z, 0);
  EXPECT_EQ(EmitSample(config, z, 0xffff, 1, stats), 0u);
  EXPECT_EQ(stats.max_abs, 0u);
  EXPECT_EQ(stats.wraps, 1u);
  EXPECT_EQ(stats.zeros[1], 1u);
  EXPECT_EQ(stats.zeros[0], 0u);
}

TEST(EpilogueLaneModel, Int32OutputsAreZWhateverTheScale) {
  EpilogueConfig config;
  config.scale_mul = 255;
  config.scale_shift = 63;
  for (int32_t z : {0, 1, -1, kMin, kMax}) {
    EXPECT_EQ(ScaleAndRound(config, z, 0xffff),
              (LaneOutput{static_cast<uint32_t>(z), z == 0, false}));
  }
}

TEST(EpilogueLaneModel, TheTopBitsOfTheWordRound) {
  EXPECT_EQ(TopBits(0xabcd, 12), 0xabcu);
  EXPECT_EQ(TopBits(0xabcd, 16), 0xabcdu);
  EXPECT_EQ(TopBits(0xabcd, 1), 1u);
  EpilogueConfig config;
  config.d_format = Format::kLog4;
  config.scale_shift = 12;  // z = 1 is 2^-12: up for r = 4095 only
  EXPECT_EQ(ScaleAndRound(config, 1, 0xfff0).data, 1u);
  EXPECT_EQ(ScaleAndRound(config, 1, 0xffe0).data, 0u);
  EXPECT_TRUE(ScaleAndRound(config, 1, 0xffe0).zero);
}

// y in double and the paper's rounding; R = 12 random bits.
double ExpectedValue(const EpilogueConfig& config, int32_t z, uint32_t r) {
  const double y = std::ldexp(static_cast<double>(z) * config.scale_mul, -config.scale_shift);
  const double magnitude = std::abs(y);
  const double epsilon = (2 * r + 1) / 8192.0;  // up iff the floored fraction + this >= 1
  const auto carry = [epsilon](double fraction) {
    return std::floor(fraction * 8192) / 8192 + epsilon >= 1 ? 1.0 : 0.0;
  };
  const double sign = y < 0 ? -1 : 1;
  if (config.d_format == Format::kLog4) {
    if (magnitude >= 64) return sign * 64;
    if (magnitude < 1) return sign * carry(magnitude);
    const double power = std::exp2(static_cast<double>(std::ilogb(magnitude)));
    return sign * power * (1 + carry(magnitude / power - 1));
  }
  const bool nearest = config.rounding == Rounding::kNearest;
  const double floor = std::floor(magnitude);
  const double rounded =
      sign * (nearest ? std::nearbyint(magnitude) : floor + carry(magnitude - floor));
  if (config.d_format == Format::kUint4) {
    return std::clamp(rounded, 0.0, 15.0);
  }
  return std::clamp(rounded, -7.0, 7.0);
}

TEST(EpilogueLaneModel, SeededElementsOfAllFormatsEqualTheFormulas) {
  constexpr unsigned kSeed = 424242;
  std::mt19937 engine(kSeed);
  const Format formats[] = {Format::kInt4, Format::kUint4, Format::kLog4};
  for (int i = 0; i < 400000; ++i) {
    EpilogueConfig config;
    config.d_format = formats[engine() % 3];
    config.rounding = engine() % 2 == 0 ? Rounding::kNearest : Rounding::kStochastic;
    config.scale_mul = config.d_format == Format::kLog4 ? 1 : 1 + static_cast<int>(engine() % 255);
    const int z_bits = static_cast<int>(engine() % 32);  // magnitudes of every size
    const auto z = static_cast<int32_t>(engine()) >> z_bits;
    // A shift that puts y near the range of the format, now and then any shift.
    const int near = 31 - z_bits + static_cast<int>(engine() % 14) - 7;
    config.scale_shift = engine() % 8 == 0 ? static_cast<int>(engine() % 96) - 32
                                           : std::clamp(near, kScaleShiftMin, kScaleShiftMax);
    const auto word = static_cast<uint16_t>(engine());
    const LaneOutput output = ScaleAndRound(config, z, word);
    const double value = Decode(config.d_format, static_cast<uint8_t>(output.data));
    ASSERT_EQ(value, ExpectedValue(config, z, word >> 4))
        << "seed " << kSeed << " element " << i << " format " << static_cast<int>(config.d_format)
        << " z " << z << " m " << config.scale_mul << " n " << config.scale_shift << " word "
        << word;
    ASSERT_EQ(output.zero, value == 0);
  }
}

TEST(EpilogueLaneModel, ConfigurationsOutOfRangeAreRefused) {
  EpilogueConfig config;
  EXPECT_NO_THROW(config.Check());
  config.scale_mul = 256;
  EXPECT_THROW(config.Check(), std::invalid_argument);
  config.scale_mul = 2;
  config.d_format = Format::kLog4;
  EXPECT_THROW(config.Check(), std::invalid_argument);
  config.scale_mul = 1;
  EXPECT_NO_THROW(config.Check());
  config.scale_shift = 64;
  EXPECT_THROW(config.Check(), std::invalid_argument);
  config.scale_shift = 0;
  config.random_bits = 17;
  EXPECT_THROW(config.Check(), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
