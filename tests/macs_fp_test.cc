// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The blocks with floating-point operands (fp8_e4m3, bf16, fp32), on random sums against double
// arithmetic; the factors alone are tried exhaustively or on corners in macs_parts_test.cc. With
// Dot 1 product and sum are rounded; with more, products are cut to 24 bits from the leading one of
// the largest on, added exactly, rounded to FP32 and added to the accumulator.

#include <gtest/gtest.h>

#include "Vbf16_d1.h"
#include "Vbf16_d4.h"
#include "Vfp32_d1.h"
#include "Vfp32_d4.h"
#include "Vfp8_e4m3_d1.h"
#include "Vfp8_e4m3_d4.h"
#include "tests/macs_reference.h"

namespace tetralog {
namespace {

constexpr int kWindow = 24;

struct Shape {
  int dot;
  FpFormat in, product;
  // Exponent codes of random operands: far apart, and close together.
  uint64_t low, high, close_low, close_high;
};

// The sum of a beat's products, as the block adds them.
double BeatSum(const Shape& shape, const std::vector<double>& products) {
  if (shape.dot == 1) return products[0];
  double largest = 0;
  for (const double product : products) largest = std::max(largest, std::fabs(product));
  if (largest == 0) return 0;
  const double unit = std::ldexp(1, std::ilogb(largest) - kWindow + 1);
  double sum = 0;
  for (const double product : products) sum += std::trunc(product / unit);
  return sum * unit;
}

template <typename Unit>
void Check(const Shape& shape, uint32_t seed) {
  const auto step = [&](uint64_t accumulator, const MacBeat& beat) {
    std::vector<double> products;
    for (int i = 0; i < shape.dot; ++i) {
      const double exact = FpValue(shape.in, beat.a[i]) * FpValue(shape.in, beat.b[i]);
      products.push_back(FpValue(shape.product, FpRound(shape.product, exact)));
    }
    const uint64_t sum = FpRound(kFp32, BeatSum(shape, products));
    return FpRound(kFp32, FpValue(kFp32, accumulator) + FpValue(kFp32, sum));
  };
  const auto same = [](uint64_t got, uint64_t want) {
    return kFp32.Exponent(want) == 0 ? kFp32.Exponent(got) == 0 : got == want;
  };
  unsigned beats = 0;
  const auto make = [&](std::mt19937& random) {
    MacBeat beat;
    const bool close = beats++ % 4 != 0;
    for (int i = 0; i < shape.dot; ++i) {
      for (auto* operands : {&beat.a, &beat.b}) {
        operands->push_back(RandomFp(random, shape.in, close ? shape.close_low : shape.low,
                                     close ? shape.close_high : shape.high));
      }
    }
    return beat;
  };
  CheckSums<Unit>(seed, shape.in.Width(), 0, make, step, same, 12000, 24);
}

constexpr FpFormat kE4m3{4, 3, 7}, kE5m7{5, 7, 13}, kBf16{8, 7, 127}, kBf16Product{8, 15, 127};

TEST(Fp8E4m3, Dot1) { Check<Vfp8_e4m3_d1>({1, kE4m3, kE5m7, 1, 15, 5, 9}, 1); }
TEST(Fp8E4m3, Dot4) { Check<Vfp8_e4m3_d4>({4, kE4m3, kE5m7, 1, 15, 5, 9}, 2); }
TEST(Bf16, Dot1) { Check<Vbf16_d1>({1, kBf16, kBf16Product, 50, 180, 124, 130}, 3); }
TEST(Bf16, Dot4) { Check<Vbf16_d4>({4, kBf16, kBf16Product, 50, 180, 124, 130}, 4); }
TEST(Fp32, Dot1) { Check<Vfp32_d1>({1, kFp32, kFp32, 50, 180, 124, 130}, 5); }
TEST(Fp32, Dot4) { Check<Vfp32_d4>({4, kFp32, kFp32, 50, 180, 124, 130}, 6); }

}  // namespace
}  // namespace tetralog
