// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic that the comparison MACs share, against double arithmetic with explicit rounding:
// every pair of operands of the small formats; of the large ones all pairs of named corners and
// seeded random pairs, half of them close to each other, where subtraction cancels. FP32 is also
// compared with the processor's own float arithmetic.

#include <gtest/gtest.h>

#include <bit>

#include "Vfp_add_e3m3.h"
#include "Vfp_add_e4m2.h"
#include "Vfp_add_fp16.h"
#include "Vfp_add_fp32.h"
#include "Vfp_mul_bf16.h"
#include "Vfp_mul_fp32.h"
#include "Vfp_mul_fp7.h"
#include "Vfp_mul_fp8.h"
#include "Vint_to_fp_12.h"
#include "Vint_to_fp_14.h"
#include "tests/macs_reference.h"

namespace tetralog {
namespace {

// Corners: zeros, the smallest and largest numbers, ones, mantissas of one bit, all ones and ties.
std::vector<uint64_t> Corners(const FpFormat& format) {
  const uint64_t ones = (uint64_t{1} << format.man_bits) - 1;
  const uint64_t bias = format.bias, top = format.Largest(), man = format.man_bits;
  std::vector<uint64_t> codes;
  for (const uint64_t e : {uint64_t{0}, uint64_t{1}, uint64_t{2}, bias - 1, bias, bias + 1,
                           bias + man, bias + man + 1, bias + man + 2, top - 1, top}) {
    for (const uint64_t m : {uint64_t{0}, uint64_t{1}, ones / 2, ones / 2 + 1, ones - 1, ones}) {
      for (const uint64_t sign : {0, 1}) {
        codes.push_back(sign << (format.Width() - 1) | (e & top) << man | m);
      }
    }
  }
  return codes;
}

template <typename Unit>
void CheckAdd(Unit& unit, const FpFormat& format, uint64_t a, uint64_t b) {
  unit.a_i = a;
  unit.b_i = b;
  unit.eval();
  const double sum = FpValue(format, a) + FpValue(format, b);
  ASSERT_TRUE(FpIs(format, unit.sum_o, sum))
      << std::hex << "a " << a << " b " << b << " sum " << uint64_t{unit.sum_o} << " want "
      << FpRound(format, sum);
}

template <typename Unit>
void CheckMul(Unit& unit, const FpFormat& in, const FpFormat& out, uint64_t a, uint64_t b) {
  unit.a_i = a;
  unit.b_i = b;
  unit.eval();
  const double product = FpValue(in, a) * FpValue(in, b);
  ASSERT_TRUE(FpIs(out, unit.product_o, product))
      << std::hex << "a " << a << " b " << b << " product " << uint64_t{unit.product_o} << " want "
      << FpRound(out, product);
}

template <typename Check>
void ForAllPairs(const FpFormat& format, Check check) {
  for (uint64_t a = 0; a < uint64_t{1} << format.Width(); ++a) {
    for (uint64_t b = 0; b < uint64_t{1} << format.Width(); ++b) {
      check(a, b);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

template <typename Check>
void ForCornersAndRandom(const FpFormat& format, uint32_t seed, int pairs, Check check) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (const uint64_t a : Corners(format)) {
    for (const uint64_t b : Corners(format)) {
      check(a, b);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  std::mt19937 random(seed);
  for (int i = 0; i < pairs; ++i) {
    const uint64_t e = 1 + random() % format.Largest();
    const uint64_t a =
        RandomFp(random, format, i % 2 == 0 ? 1 : e, i % 2 == 0 ? format.Largest() : e);
    const uint64_t near = std::min<uint64_t>(e + random() % 4, format.Largest());
    uint64_t b =
        RandomFp(random, format, i % 2 == 0 ? 1 : near, i % 2 == 0 ? format.Largest() : near);
    if (i % 16 == 1) b = a ^ uint64_t { 1 } << (format.Width() - 1) ^ (random() & 3);
    check(a, b);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

// A float of the processor, where it has a number that the blocks have too.
bool Native(uint32_t code) { return (code >> 23 & 255) != 255; }

TEST(FpAdd, EveryPairOfSmallNumbersIsRoundedToNearest) {
  Vfp_add_e4m2 e4m2;
  ForAllPairs({4, 2, 1}, [&](uint64_t a, uint64_t b) { CheckAdd(e4m2, {4, 2, 1}, a, b); });
  Vfp_add_e3m3 e3m3;
  ForAllPairs({3, 3, 3}, [&](uint64_t a, uint64_t b) { CheckAdd(e3m3, {3, 3, 3}, a, b); });
}

TEST(FpAdd, CornersAndRandomFp16) {
  Vfp_add_fp16 unit;
  ForCornersAndRandom(kFp16, 1, 300000,
                      [&](uint64_t a, uint64_t b) { CheckAdd(unit, kFp16, a, b); });
}

TEST(FpAdd, CornersAndRandomFp32) {
  Vfp_add_fp32 unit;
  int native = 0;
  ForCornersAndRandom(kFp32, 2, 300000, [&](uint64_t a, uint64_t b) {
    CheckAdd(unit, kFp32, a, b);
    const float sum = std::bit_cast<float>(static_cast<uint32_t>(a)) +
                      std::bit_cast<float>(static_cast<uint32_t>(b));
    if (Native(a) && Native(b) && kFp32.Exponent(a) != 0 && kFp32.Exponent(b) != 0 &&
        std::isnormal(sum)) {
      ASSERT_EQ(unit.sum_o, std::bit_cast<uint32_t>(sum)) << std::hex << a << " " << b;
      ++native;
    }
  });
  EXPECT_GT(native, 100000);
}

TEST(FpMul, EveryPairOfFp7IsRoundedToFp7) {
  Vfp_mul_fp7 unit;
  const FpFormat fp7{4, 2, 1};
  ForAllPairs(fp7, [&](uint64_t a, uint64_t b) { CheckMul(unit, fp7, fp7, a, b); });
}

TEST(FpMul, EveryPairOfFp8IsExact) {
  Vfp_mul_fp8 unit;
  const FpFormat in{4, 3, 7}, out{5, 7, 13};
  ForAllPairs(in, [&](uint64_t a, uint64_t b) {
    CheckMul(unit, in, out, a, b);
    if (in.Exponent(a) != 0 && in.Exponent(b) != 0) {
      ASSERT_EQ(FpValue(out, unit.product_o), FpValue(in, a) * FpValue(in, b));
    }
  });
}

TEST(FpMul, CornersAndRandomBf16) {
  Vfp_mul_bf16 unit;
  const FpFormat in{8, 7, 127}, out{8, 15, 127};
  ForCornersAndRandom(in, 3, 300000,
                      [&](uint64_t a, uint64_t b) { CheckMul(unit, in, out, a, b); });
}

TEST(FpMul, CornersAndRandomFp32) {
  Vfp_mul_fp32 unit;
  int native = 0;
  ForCornersAndRandom(kFp32, 4, 300000, [&](uint64_t a, uint64_t b) {
    CheckMul(unit, kFp32, kFp32, a, b);
    const float product = std::bit_cast<float>(static_cast<uint32_t>(a)) *
                          std::bit_cast<float>(static_cast<uint32_t>(b));
    if (Native(a) && Native(b) && kFp32.Exponent(a) != 0 && kFp32.Exponent(b) != 0 &&
        std::isnormal(product) && std::fabs(product) > 2e-38F) {
      ASSERT_EQ(unit.product_o, std::bit_cast<uint32_t>(product)) << std::hex << a << " " << b;
      ++native;
    }
  });
  EXPECT_GT(native, 50000);
}

template <typename Unit>
void CheckIntegers(Unit& unit, unsigned width, const FpFormat& format,
                   std::initializer_list<int> exponents) {
  for (const int exponent : exponents) {
    for (unsigned code = 0; code < 1u << width; ++code) {
      unit.value_i = code;
      unit.exponent_i = exponent & ((1 << (format.exp_bits + 2)) - 1);
      unit.eval();
      const double value = std::ldexp(SignExtend(code, width), exponent - format.bias);
      ASSERT_TRUE(FpIs(format, unit.number_o, value))
          << "integer " << SignExtend(code, width) << " exponent " << exponent << std::hex
          << " got " << unit.number_o << " want " << FpRound(format, value);
    }
  }
}

TEST(IntToFp, EveryIntegerOf12BitsIsExactInFp32) {
  Vint_to_fp_12 unit;
  CheckIntegers(unit, 12, kFp32, {127, 1, 0, -5, -129, 245, 255, 383});
}

TEST(IntToFp, EveryIntegerOf14BitsIsRoundedToFp16) {
  Vint_to_fp_14 unit;
  CheckIntegers(unit, 14, kFp16, {15, 1, 0, -5, 20, 31});
}

}  // namespace
}  // namespace tetralog
