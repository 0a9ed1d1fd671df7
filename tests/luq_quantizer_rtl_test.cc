// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// luq_quantizer.sv against the model. The inputs are sign, |y| in fixed point, sticky, overflow and
// r. At R = 2..4 the space has at most half a million points and is walked in full. At R = 12 every
// r is tried on the |y| around the borders of the intervals, where the rule can go wrong, and all
// |y| are tried on the r around the middle and the ends.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "Vluq_quantizer_r12.h"
#include "Vluq_quantizer_r2.h"
#include "Vluq_quantizer_r3.h"
#include "Vluq_quantizer_r4.h"
#include "model/luq_quantizer.h"

namespace tetralog {
namespace {

struct Input {
  bool sign = false;
  uint32_t magnitude = 0;  // |y| * 2^(R+1), 7 integer bits
  bool sticky = false;
  bool overflow = false;
};

// A value that the scale stage would show to the quantiser as `input`.
ScaledValue ValueOf(const Input& input, int random_bits) {
  const uint64_t whole = uint64_t{input.overflow} << (random_bits + 8);
  return {.negative = input.sign,
          .magnitude = (whole | input.magnitude) << 1 | uint64_t{input.sticky},
          .shift = random_bits + 2};
}

template <typename Unit>
::testing::AssertionResult Agrees(Unit& unit, const Input& input, uint32_t random,
                                  int random_bits) {
  unit.sign_i = input.sign;
  unit.magnitude_i = input.magnitude;
  unit.sticky_i = input.sticky;
  unit.overflow_i = input.overflow;
  unit.random_i = random;
  unit.eval();
  const Quantized want = QuantizeLuq(ValueOf(input, random_bits), random, random_bits);
  if (unit.code_o == want.code && unit.clipped_o == want.clipped) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "R " << random_bits << " sign " << input.sign << " magnitude 0x" << std::hex
         << input.magnitude << " sticky " << input.sticky << " overflow " << input.overflow
         << " r 0x" << random << ": code " << int{unit.code_o} << " clipped " << int{unit.clipped_o}
         << ", the model says " << int{want.code} << " and " << want.clipped;
}

template <typename Unit>
void ExpectAgreesOnEveryInput(int random_bits) {
  Unit unit;
  for (uint32_t magnitude = 0; magnitude < 1U << (random_bits + 8); ++magnitude) {
    for (uint32_t flags = 0; flags < 8; ++flags) {
      const Input input{(flags & 1) != 0, magnitude, (flags & 2) != 0, (flags & 4) != 0};
      for (uint32_t random = 0; random < 1U << random_bits; ++random) {
        ASSERT_TRUE(Agrees(unit, input, random, random_bits));
      }
    }
  }
}

TEST(LuqQuantizerRtl, EqualsTheModelOnEveryInputWithTwoRandomBits) {
  ExpectAgreesOnEveryInput<Vluq_quantizer_r2>(2);
}

TEST(LuqQuantizerRtl, EqualsTheModelOnEveryInputWithThreeRandomBits) {
  ExpectAgreesOnEveryInput<Vluq_quantizer_r3>(3);
}

TEST(LuqQuantizerRtl, EqualsTheModelOnEveryInputWithFourRandomBits) {
  ExpectAgreesOnEveryInput<Vluq_quantizer_r4>(4);
}

TEST(LuqQuantizerRtl, EqualsTheModelForAllTwelveBitRandomsAroundEveryBorder) {
  Vluq_quantizer_r12 unit;
  constexpr int kR = 12;
  std::vector<uint32_t> magnitudes = {0, 1, 2, 3, (1U << (kR + 8)) - 1};
  for (int bit = 0; bit < kR + 8; ++bit) {
    const uint32_t border = 1U << bit;
    for (uint32_t middle : {border, border + border / 2, border + border / 4 + border / 8}) {
      for (uint32_t m : {middle - 1, middle, middle + 1}) magnitudes.push_back(m);
    }
  }
  for (uint32_t magnitude : magnitudes) {
    for (uint32_t random = 0; random < 1U << kR; ++random) {
      const Input input{(random & 1) != 0, magnitude, (random & 2) != 0, false};
      ASSERT_TRUE(Agrees(unit, input, random, kR));
    }
  }
}

TEST(LuqQuantizerRtl, EqualsTheModelForAllMagnitudesAtTwelveBitsOnChosenRandoms) {
  Vluq_quantizer_r12 unit;
  constexpr int kR = 12;
  for (uint32_t random : {0U, 1U, 0x555U, 0x7ffU, 0x800U, 0xffeU, 0xfffU}) {
    for (uint32_t magnitude = 0; magnitude < 1U << (kR + 8); ++magnitude) {
      const Input input{(magnitude & 1) != 0, magnitude, (magnitude & 2) != 0, false};
      ASSERT_TRUE(Agrees(unit, input, random, kR));
    }
  }
}

}  // namespace
}  // namespace tetralog
