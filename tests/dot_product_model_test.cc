// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Products and sums. State space: 16 x 16 codes in four pairs of formats, exhausted against values
// worked from the definition of the formats by floating point; sums seeded, and at the limit.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

#include "model/dot_product.h"
#include "model/formats.h"

namespace tetralog {
namespace {

// The value of a code from the definition, in floating point.
double Value(Format format, unsigned code) {
  if (format == Format::kUint4) return code;
  if (format == Format::kInt4) return (code & 7) - 8.0 * (code >> 3);
  const double magnitude = (code & 7) == 0 ? 0.0 : std::exp2((code & 7) - 1.0);
  return code >= 8 ? -magnitude : magnitude;
}

struct Pair {
  Format a, b;
  int product;         // greatest |a * b|
  int64_t at_24_bits;  // products that fit
};

constexpr Pair kPairs[] = {{Format::kInt4, Format::kInt4, 64, 131071},
                           {Format::kInt4, Format::kUint4, 120, 69905},
                           {Format::kLog4, Format::kInt4, 512, 16383},
                           {Format::kLog4, Format::kUint4, 960, 8738}};

TEST(DotProductModel, EveryProductOfEveryPairIsExact) {
  for (const Pair& pair : kPairs) {
    int greatest = 0;
    for (uint8_t a = 0; a < 16; ++a) {
      for (uint8_t b = 0; b < 16; ++b) {
        const int product = Product(pair.a, a, pair.b, b);
        EXPECT_EQ(product, Value(pair.a, a) * Value(pair.b, b)) << int{a} << " * " << int{b};
        greatest = std::max(greatest, std::abs(product));
      }
    }
    EXPECT_EQ(greatest, pair.product);
    EXPECT_EQ(MaxProduct(pair.a, pair.b), pair.product);
  }
}

TEST(DotProductModel, TheLimitAt24BitsIsTheGreatestCountThatCannotOverflow) {
  for (const Pair& pair : kPairs) {
    EXPECT_EQ(MaxProducts(pair.a, pair.b, 24), pair.at_24_bits);
    for (int width = 2; width <= 32; ++width) {
      const int64_t top = (int64_t{1} << (width - 1)) - 1;
      const int64_t limit = MaxProducts(pair.a, pair.b, width);
      EXPECT_LE(limit * pair.product, top);
      EXPECT_GT((limit + 1) * pair.product, top);
    }
  }
  EXPECT_THROW(MaxProducts(Format::kInt4, Format::kInt4, 1), std::invalid_argument);
  EXPECT_THROW(MaxProducts(Format::kInt4, Format::kInt4, 33), std::invalid_argument);
}

TEST(DotProductModel, TheLongestSumOfGreatestProductsIsExact) {
  const std::vector<int16_t> a(8738, -64), b(8738, 15);  // of LOG4 and UINT4
  EXPECT_EQ(DotProduct(a, b), -8388480);                 // -(2^23 - 1) + 127
}

TEST(DotProductModel, SeededSumsEqualTheSumOfRealProducts) {
  constexpr unsigned kSeed = 20230501;
  std::mt19937 engine(kSeed);
  for (const Pair& pair : kPairs) {
    for (size_t length = 0; length < 200; ++length) {
      std::vector<int16_t> a(length), b(length);
      double expected = 0;
      for (size_t i = 0; i < length; ++i) {
        const auto a_code = static_cast<uint8_t>(engine() % 16);
        const auto b_code = static_cast<uint8_t>(engine() % 16);
        a[i] = static_cast<int16_t>(Decode(pair.a, a_code));
        b[i] = static_cast<int16_t>(Decode(pair.b, b_code));
        expected += Value(pair.a, a_code) * Value(pair.b, b_code);
      }
      ASSERT_EQ(DotProduct(a, b), expected) << "seed " << kSeed << " K " << length;
    }
  }
}

TEST(DotProductModel, OtherFormatsAndUnequalLengthsAreRefused) {
  EXPECT_THROW(Product(Format::kUint4, 1, Format::kInt4, 1), std::invalid_argument);
  EXPECT_THROW(Product(Format::kInt4, 1, Format::kLog4, 1), std::invalid_argument);
  EXPECT_THROW(Product(Format::kInt32, 1, Format::kInt4, 1), std::invalid_argument);
  EXPECT_THROW(MaxProduct(Format::kLog4, Format::kLog4), std::invalid_argument);
  const std::vector<int16_t> two(2), three(3);
  EXPECT_THROW(DotProduct(two, three), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
