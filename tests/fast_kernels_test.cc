// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The vector loops on their own, on every instruction set of this processor: decoding of every
// byte, the random words, and the stochastic rounding of corner numbers with exactly the random
// values at which the model's code changes, which whole commands hardly ever draw.
#include "sim/functional/fast_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "model/epilogue_lane.h"
#include "model/formats.h"
#include "model/random_source.h"
#include "sim/functional/instruction_set.h"
#include "sim/functional/rounding_plans.h"

namespace tetralog {

void PrintTo(InstructionSet set, std::ostream* out) { *out << NameOf(set); }

namespace {

class FastKernelsFunctional : public ::testing::TestWithParam<InstructionSet> {
 protected:
  const Kernels& kernels_ = KernelsOf(GetParam());
};

TEST_P(FastKernelsFunctional, EveryByteDecodesToTheValuesOfItsCodes) {
  std::array<uint8_t, 256> bytes;
  std::iota(bytes.begin(), bytes.end(), 0);
  std::array<int8_t, 512> values;
  const auto expect = [&](Format format) {
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(values[i], Decode(format, LoadCode(bytes.data(), i))) << "element " << i;
    }
  };
  kernels_.decode_int4(bytes.data(), bytes.size(), values.data());
  expect(Format::kInt4);
  kernels_.decode_uint4(bytes.data(), bytes.size(), values.data());
  expect(Format::kUint4);
  kernels_.decode_log4(bytes.data(), bytes.size(), values.data());
  expect(Format::kLog4);
}

TEST_P(FastKernelsFunctional, RandomWordsAreThoseOfTheModel) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 engine(seed);
    const uint64_t key = engine();
    const auto sample = static_cast<uint8_t>(engine());
    const auto row = static_cast<uint32_t>(engine());
    const size_t groups = 1 + engine() % 200;
    const auto group0 = static_cast<uint32_t>(engine() % ((1U << 24) - groups + 1));
    std::vector<uint16_t> words(groups * kRandomGroup);
    kernels_.random_words(key, sample, row, group0, groups, words.data());
    for (uint32_t i = 0; i < words.size(); ++i) {
      ASSERT_EQ(words[i], RandomWord(key, sample, row, group0 * kRandomGroup + i))
          << "seed " << seed << ", column " << i;
    }
  }
}

TEST_P(FastKernelsFunctional, RandomWordsOfRowsAreThoseOfTheModel) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 engine(seed);
    const uint64_t key = engine();
    const auto sample = static_cast<uint8_t>(engine());
    const auto row0 = static_cast<uint32_t>(engine());
    const auto group = static_cast<uint32_t>(engine() % (1U << 24));
    const size_t rows = 1 + engine() % 200;
    std::vector<uint16_t> words(rows * kRandomGroup);
    kernels_.random_rows(key, sample, row0, group, rows, words.data());
    for (uint32_t i = 0; i < words.size(); ++i) {
      const uint32_t column = group * kRandomGroup + i % kRandomGroup;
      ASSERT_EQ(words[i], RandomWord(key, sample, row0 + i / kRandomGroup, column))
          << "seed " << seed << ", word " << i;
    }
  }
}

TEST_P(FastKernelsFunctional, NonZeroCodesAreCounted) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 engine(seed);
    const size_t rows = 1 + engine() % 70, bytes = 1 + engine() % 1200, stride = bytes + 3;
    const uint8_t mask = seed % 2 == 0 ? 0x77 : 0xff;
    std::vector<uint8_t> packed(rows * stride);
    for (uint8_t& byte : packed) byte = static_cast<uint8_t>(engine() & engine());
    std::vector<uint32_t> counts(2 * bytes, 7), expected = counts;
    kernels_.count_columns(packed.data(), rows, stride, bytes, mask, counts.data());
    for (size_t r = 0; r < rows; ++r) {
      uint64_t row = 0;
      for (size_t i = 0; i < 2 * bytes; ++i) {
        const bool counted = (packed[r * stride + i / 2] & mask) >> (4 * (i % 2)) & 15;
        expected[i] += counted;
        row += counted;
      }
      ASSERT_EQ(kernels_.count_row(&packed[r * stride], bytes, mask), row) << "seed " << seed;
    }
    ASSERT_EQ(counts, expected) << "seed " << seed;
  }
}

TEST_P(FastKernelsFunctional, StatisticsOfEveryMagnitude) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 engine(seed);
    std::vector<int32_t> z(1 + engine() % kSegment);
    const int shift = static_cast<int>(seed % 32);
    for (int32_t& value : z) value = static_cast<int32_t>(engine()) >> shift;
    if (seed % 5 == 0) z[0] = INT32_MIN >> shift;
    uint64_t max = 0, sum = 0, zeros = 0;
    unsigned __int128 squares = 0;
    for (const int64_t value : z) {
      const auto magnitude = static_cast<uint64_t>(value < 0 ? -value : value);
      max = std::max(max, magnitude);
      sum += magnitude;
      zeros += magnitude == 0;
      squares += static_cast<unsigned __int128>(magnitude) * magnitude;
    }
    const SegmentStats stats = kernels_.statistics(z.data(), z.size());
    ASSERT_EQ(stats.max_abs, max) << "seed " << seed;
    ASSERT_EQ(stats.sum_abs, sum) << "seed " << seed;
    ASSERT_EQ(stats.zeros, zeros) << "seed " << seed;
    ASSERT_TRUE(stats.sum_squares == squares) << "seed " << seed;

    std::vector<int32_t> positive = z;
    for (int32_t& value : positive) value = std::max(value, 0);
    const SegmentStats clamped = kernels_.statistics(positive.data(), positive.size());
    const SegmentStats same = kernels_.positive_statistics(z.data(), z.size());
    ASSERT_EQ(same.max_abs, clamped.max_abs) << "seed " << seed;
    ASSERT_EQ(same.sum_abs, clamped.sum_abs) << "seed " << seed;
    ASSERT_EQ(same.zeros, clamped.zeros) << "seed " << seed;
    ASSERT_TRUE(same.sum_squares == clamped.sum_squares) << "seed " << seed;
  }
}

TEST_P(FastKernelsFunctional, StatisticsOfRowsLeaveOutWhatIsBetweenThem) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 engine(seed);
    const size_t n = 1 + engine() % 200, rows = 1 + engine() % (kSegment / n);
    const size_t stride = n + engine() % 4;
    const int shift = static_cast<int>(seed % 32);
    std::vector<int32_t> z(rows * stride), dense;
    for (int32_t& value : z) value = static_cast<int32_t>(engine()) >> shift;
    for (size_t r = 0; r < rows; ++r) dense.insert(dense.end(), &z[r * stride], &z[r * stride + n]);
    const SegmentStats stats = kernels_.statistics_of_rows(z.data(), n, rows, stride);
    const SegmentStats expected = kernels_.statistics(dense.data(), dense.size());
    ASSERT_EQ(stats.max_abs, expected.max_abs) << "seed " << seed;
    ASSERT_EQ(stats.sum_abs, expected.sum_abs) << "seed " << seed;
    ASSERT_EQ(stats.zeros, expected.zeros) << "seed " << seed;
    ASSERT_TRUE(stats.sum_squares == expected.sum_squares) << "seed " << seed;
  }
}

// Segments of narrow rows, each of which leaves most of a register empty.
TEST_P(FastKernelsFunctional, StatisticsOfNarrowRowsDoNotWrap) {
  for (size_t n = 1; n <= 20; ++n) {
    for (const int32_t value : {4095, -65535, (1 << 24) - 1, (1 << 26) - 1, INT32_MIN}) {
      const size_t rows = kSegment / n;
      const std::vector<int32_t> z(rows * n, value);
      const SegmentStats stats = kernels_.statistics_of_rows(z.data(), n, rows, n);
      const auto magnitude = static_cast<uint64_t>(std::abs(int64_t{value}));
      ASSERT_EQ(stats.max_abs, magnitude) << n << " columns of " << value;
      ASSERT_EQ(stats.sum_abs, rows * n * magnitude) << n << " columns of " << value;
      ASSERT_EQ(stats.zeros, 0u) << n << " columns of " << value;
      ASSERT_TRUE(stats.sum_squares ==
                  static_cast<unsigned __int128>(magnitude) * magnitude * (rows * n))
          << n << " columns of " << value;
    }
  }
}

// Elements with a random value each.
struct Draws {
  std::vector<int32_t> z;
  std::vector<uint16_t> words;
};

// Every number with the random values around the one where its code changes, and both ends.
Draws CriticalDraws(const EpilogueConfig& config, const std::vector<int32_t>& numbers) {
  const int unused_bits = static_cast<int>(kRandomWordWidth) - config.random_bits;
  const uint32_t top = (1U << config.random_bits) - 1;
  const auto code = [&](int32_t z, uint32_t r) {
    return ScaleAndRound(config, z, static_cast<uint16_t>(r << unused_bits));
  };
  Draws draws;
  for (const int32_t z : numbers) {
    uint32_t below = 0, above = top;  // the code at below is that of 0, above is past the change
    while (above - below > 1) {
      const uint32_t middle = (below + above) / 2;
      (code(z, middle) == code(z, 0) ? below : above) = middle;
    }
    for (const uint32_t r : {0U, below, above, top}) {
      draws.z.push_back(z);
      draws.words.push_back(static_cast<uint16_t>(r << unused_bits));
    }
  }
  return draws;
}

TEST_P(FastKernelsFunctional, StochasticRoundingTurnsAtTheRandomValueOfTheModel) {
  std::mt19937_64 engine(7);
  std::vector<int32_t> numbers = {0, 1, INT32_MAX, INT32_MIN, (1 << 24) - 1, (1 << 24) + 1};
  for (int i = 0; i < 250; ++i) numbers.push_back(static_cast<int32_t>(engine()) >> engine() % 31);
  for (int n = kScaleShiftMin; n <= kScaleShiftMax; ++n) {
    for (const int random_bits : {1, 7, 12, 15, 16}) {
      for (const Format format : {Format::kLog4, Format::kInt4, Format::kUint4}) {
        EpilogueConfig config{.d_format = format, .rounding = Rounding::kStochastic};
        config.scale_shift = n;
        config.random_bits = random_bits;
        if (format != Format::kLog4) config.scale_mul = 1 + static_cast<int>(engine() % 255);
        const Draws draws = CriticalDraws(config, numbers);
        const std::string trace =
            "n " + std::to_string(n) + ", m " + std::to_string(config.scale_mul) + ", R " +
            std::to_string(random_bits) + ", format " + std::to_string(static_cast<int>(format));
        for (size_t begin = 0; begin < draws.z.size(); begin += kSegment) {
          const size_t size = std::min(kSegment, draws.z.size() - begin);
          const int32_t* z = &draws.z[begin];
          const uint16_t* words = &draws.words[begin];
          std::vector<uint8_t> codes(size);
          const SegmentCounts counts =
              format == Format::kLog4
                  ? kernels_.luq(PlanLuq(config), z, words, size, codes.data())
                  : kernels_.stochastic(PlanStochastic(config), z, words, size, codes.data());
          uint32_t zeros = 0, clipped = 0;
          for (size_t i = 0; i < size; ++i) {
            const LaneOutput expected = ScaleAndRound(config, z[i], words[i]);
            ASSERT_EQ(codes[i], expected.data)
                << trace << ", z " << z[i] << ", word " << words[i] << ", seed 7";
            zeros += expected.zero;
            clipped += expected.clipped;
          }
          ASSERT_EQ(counts.zeros, zeros) << trace;
          ASSERT_EQ(counts.clipped, clipped) << trace;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, FastKernelsFunctional,
                         ::testing::ValuesIn(InstructionSets()),
                         [](const auto& set) { return std::string(NameOf(set.param)); });

}  // namespace
}  // namespace tetralog
