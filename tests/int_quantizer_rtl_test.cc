// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// int_quantizer.sv against the model. The inputs are the format, the rounding, sign, |y| in fixed
// point, sticky, overflow and r. At R = 2..4 the space has at most two million points and is walked
// in full. At R = 12 every r is tried on the |y| around each integer and each tie.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "Vint_quantizer_r12.h"
#include "Vint_quantizer_r2.h"
#include "Vint_quantizer_r3.h"
#include "Vint_quantizer_r4.h"
#include "model/int_quantizer.h"

namespace tetralog {
namespace {

struct Input {
  bool uint4 = false;
  bool stochastic = false;
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
  unit.uint4_i = input.uint4;
  unit.stochastic_i = input.stochastic;
  unit.sign_i = input.sign;
  unit.magnitude_i = input.magnitude;
  unit.sticky_i = input.sticky;
  unit.overflow_i = input.overflow;
  unit.random_i = random;
  unit.eval();
  const ScaledValue y = ValueOf(input, random_bits);
  const Format format = input.uint4 ? Format::kUint4 : Format::kInt4;
  const Quantized want = input.stochastic ? QuantizeIntStochastic(format, y, random, random_bits)
                                          : QuantizeIntNearest(format, y);
  if (unit.code_o == want.code && unit.clipped_o == want.clipped) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "R " << random_bits << (input.uint4 ? " UINT4" : " INT4")
         << (input.stochastic ? " stochastic" : " nearest") << " sign " << input.sign
         << " magnitude 0x" << std::hex << input.magnitude << " sticky " << input.sticky
         << " overflow " << input.overflow << " r 0x" << random << ": code " << int{unit.code_o}
         << " clipped " << int{unit.clipped_o} << ", the model says " << int{want.code} << " and "
         << want.clipped;
}

template <typename Unit>
void ExpectAgreesOnEveryInput(int random_bits) {
  Unit unit;
  for (uint32_t magnitude = 0; magnitude < 1U << (random_bits + 8); ++magnitude) {
    for (uint32_t flags = 0; flags < 32; ++flags) {
      const Input input{(flags & 8) != 0, (flags & 16) != 0, (flags & 1) != 0,
                        magnitude,        (flags & 2) != 0,  (flags & 4) != 0};
      for (uint32_t random = 0; random < 1U << random_bits; ++random) {
        ASSERT_TRUE(Agrees(unit, input, random, random_bits));
      }
    }
  }
}

TEST(IntQuantizerRtl, EqualsTheModelOnEveryInputWithTwoRandomBits) {
  ExpectAgreesOnEveryInput<Vint_quantizer_r2>(2);
}

TEST(IntQuantizerRtl, EqualsTheModelOnEveryInputWithThreeRandomBits) {
  ExpectAgreesOnEveryInput<Vint_quantizer_r3>(3);
}

TEST(IntQuantizerRtl, EqualsTheModelOnEveryInputWithFourRandomBits) {
  ExpectAgreesOnEveryInput<Vint_quantizer_r4>(4);
}

TEST(IntQuantizerRtl, EqualsTheModelForAllTwelveBitRandomsAroundEveryIntegerAndTie) {
  Vint_quantizer_r12 unit;
  constexpr int kR = 12;
  for (uint32_t half = 0; half < 40; ++half) {
    for (int offset = -2; offset <= 2; ++offset) {
      const uint32_t magnitude = ((half << kR) + offset) & ((1U << (kR + 8)) - 1);
      for (uint32_t random = 0; random < 1U << kR; ++random) {
        for (uint32_t flags = 0; flags < 8; ++flags) {
          const Input input{(flags & 4) != 0, true, (flags & 1) != 0, magnitude,
                            (flags & 2) != 0, false};
          ASSERT_TRUE(Agrees(unit, input, random, kR));
        }
      }
    }
  }
}

TEST(IntQuantizerRtl, EqualsTheModelToNearestForAllMagnitudesAtTwelveBits) {
  Vint_quantizer_r12 unit;
  constexpr int kR = 12;
  for (uint32_t magnitude = 0; magnitude < 1U << (kR + 8); ++magnitude) {
    for (uint32_t flags = 0; flags < 8; ++flags) {
      const Input input{(flags & 4) != 0, false, (flags & 1) != 0, magnitude,
                        (flags & 2) != 0, false};
      ASSERT_TRUE(Agrees(unit, input, magnitude & 0xfff, kR));
    }
  }
}

}  // namespace
}  // namespace tetralog
