// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the comparison MACs share: floating-point formats in double arithmetic with
// explicit rounding, and a bench that runs sums through a block. It has nothing in common with the
// blocks but the definition of their numbers (synth/macs/fp_add.sv).

#ifndef TETRALOG_TESTS_MACS_REFERENCE_H_
#define TETRALOG_TESTS_MACS_REFERENCE_H_

#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/pe_testing.h"

namespace tetralog {

// {sign, exponent code e, mantissa m}: (-1)^sign * 2^(e - bias) * 1.m, zero where e is zero. Every
// other code is a number.
struct FpFormat {
  int exp_bits = 8;
  int man_bits = 23;
  int bias = 127;
  int Width() const { return 1 + exp_bits + man_bits; }
  uint64_t Exponent(uint64_t code) const { return code >> man_bits & ((1u << exp_bits) - 1); }
  uint64_t Largest() const { return (1u << exp_bits) - 1; }  // exponent code
};

inline constexpr FpFormat kFp32{8, 23, 127};
inline constexpr FpFormat kFp16{5, 10, 15};

inline double FpValue(const FpFormat& format, uint64_t code) {
  const uint64_t e = format.Exponent(code);
  if (e == 0) return 0;
  const double m = static_cast<double>(code & ((uint64_t{1} << format.man_bits) - 1));
  const double value = std::ldexp(std::ldexp(m, -format.man_bits) + 1, int(e) - format.bias);
  return (code >> (format.Width() - 1) & 1) != 0 ? -value : value;
}

// The nearest number, ties to even; the exponent is unbounded while rounding. Below the smallest
// number 0; above the largest the exponent code of all ones with a mantissa of 0.
inline uint64_t FpRound(const FpFormat& format, double value) {
  if (value == 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);  // in [0.5, 1)
  double integer = std::nearbyint(std::ldexp(fraction, format.man_bits + 1));
  if (integer == std::ldexp(1, format.man_bits + 1)) {
    integer /= 2;
    ++exponent;
  }
  const int64_t e = int64_t{exponent} - 1 + format.bias;
  const uint64_t sign = uint64_t{value < 0} << (format.Width() - 1);
  if (e <= 0) return 0;
  if (e > static_cast<int64_t>(format.Largest())) {
    return sign | format.Largest() << format.man_bits;
  }
  const uint64_t mantissa = static_cast<uint64_t>(integer) & ((uint64_t{1} << format.man_bits) - 1);
  return sign | static_cast<uint64_t>(e) << format.man_bits | mantissa;
}

inline bool FpOverflows(const FpFormat& format, double value) {
  FpFormat wide = format;
  ++wide.exp_bits;
  return wide.Exponent(FpRound(wide, value)) > format.Largest();
}

// Whether a block's `got` is the rounded `value`, where zeros are equal and an overflow has only an
// exponent.
inline bool FpIs(const FpFormat& format, uint64_t got, double value) {
  if (FpOverflows(format, value)) return format.Exponent(got) == format.Largest();
  const uint64_t want = FpRound(format, value);
  if (format.Exponent(want) == 0) return format.Exponent(got) == 0;
  return got == want;
}

// A random number whose exponent lies in [low, high]; one in eight is zero, one in eight has a
// mantissa of all ones or of zeros.
inline uint64_t RandomFp(std::mt19937& random, const FpFormat& format, uint64_t low,
                         uint64_t high) {
  const uint64_t ones = (uint64_t{1} << format.man_bits) - 1;
  uint64_t e = low + random() % (high - low + 1), m = random() & ones;
  const unsigned kind = random() % 16;
  if (kind < 2) e = 0;
  if (kind == 2) m = 0;
  if (kind == 3) m = ones;
  return uint64_t{random() & 1} << (format.Width() - 1) | e << format.man_bits | m;
}

// Operands of one beat: elements of `bits` bits, and what follows them, a block's exponent, if any.
struct MacBeat {
  std::vector<uint64_t> a, b;
  uint64_t a_scale = 0, b_scale = 0;
};

// Runs sums through a block, one beat a cycle with no gap, and compares each with the reference as
// long as it can be read: not if the next sum has one beat only.
//   bits      width of an element; scale_bits follow the elements
//   make      random beat: MacBeat(std::mt19937&)
//   step      reference: accumulator after a beat, uint64_t(uint64_t accumulator, const MacBeat&)
//   same      whether the block's sum is the reference's: bool(uint64_t got, uint64_t want)
//   longest   beats of the longest sum; 2: all sums have two
template <typename Unit, typename Make, typename Step, typename Same>
void CheckSums(uint32_t seed, int bits, int scale_bits, Make make, Step step, Same same, int sums,
               int longest) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  VerilatedContext context;
  context.randReset(2);
  context.randSeed(static_cast<int>(seed));
  Unit unit(&context);
  std::mt19937 random(seed);
  uint64_t accumulator = 0, finished = 0, shadow = 0;
  bool first_before = false;  // the beat of the last cycle was the first of a sum
  int shadows = 0, read = 0;
  for (int sum = 0; sum < sums; ++sum) {
    const int length =
        longest == 2 ? 2 : 1 + static_cast<int>(random() % (sum % 4 == 0 ? longest : 3));
    for (int beat = 0; beat < length; ++beat) {
      const MacBeat operands = make(random);
      const auto dot = static_cast<int>(operands.a.size());
      for (int i = 0; i < dot; ++i) {
        SetBits(unit.a_i, i * bits, bits, operands.a[i]);
        SetBits(unit.b_i, i * bits, bits, operands.b[i]);
      }
      if (scale_bits > 0) {
        SetBits(unit.a_i, dot * bits, scale_bits, operands.a_scale);
        SetBits(unit.b_i, dot * bits, scale_bits, operands.b_scale);
      }
      unit.first_i = beat == 0;
      unit.clk_i = 0;
      unit.eval();
      // What was there before the first sum is not defined.
      if (!first_before && shadows > 1) {
        ASSERT_TRUE(same(unit.acc_o, shadow)) << "sum " << sum << " beat " << beat << std::hex
                                              << " got " << unit.acc_o << " want " << shadow;
        ++read;
      }
      unit.clk_i = 1;
      unit.eval();
      if (first_before) {
        shadow = finished;
        ++shadows;
      }
      if (beat == 0) finished = accumulator;
      first_before = beat == 0;
      accumulator = step(beat == 0 ? 0 : accumulator, operands);
    }
  }
  EXPECT_GE(read, sums / 2);
}

}  // namespace tetralog

#endif  // TETRALOG_TESTS_MACS_REFERENCE_H_
