// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Every product of two codes in all four pairs of formats, in every position of a dot product of
// four while the other positions hold zero, random or extreme operands, through the real decoders.
// The unit's sum carries the bias of its A operands; the test takes the bias from the decoded
// digits.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "Vdot_product.h"
#include "Voperand_decode_a.h"
#include "Voperand_decode_b.h"
#include "tests/pe_testing.h"

#ifndef SUITE
#define SUITE DotProductRtl
#endif

namespace tetralog {
namespace {

constexpr unsigned kDot = 4;
constexpr unsigned kAWidth = 7;
constexpr unsigned kBWidth = 4;
constexpr uint32_t kAccMask = (1u << 24) - 1;

struct Codes {
  std::array<unsigned, kDot> a = {};
  std::array<unsigned, kDot> b = {};
};

class SUITE : public ::testing::Test {
 protected:
  // What the unit returns, less what its operands' biases explain.
  uint32_t Run(const Codes& codes, bool log4, bool int4, uint32_t base) {
    int64_t bias = 0;
    for (unsigned i = 0; i < kDot; ++i) {
      decode_a_.code_i = codes.a[i];
      decode_a_.log4_i = log4;
      decode_a_.eval();
      decode_b_.code_i = codes.b[i];
      decode_b_.int4_i = int4;
      decode_b_.eval();
      const unsigned op = decode_a_.operand_o;
      SetBits(dot_.a_i, i * kAWidth, kAWidth, op);
      SetBits(dot_.a_n_i, i * 3, 3, OperandComplements(op));
      SetBits(dot_.b_i, i * kBWidth, kBWidth, decode_b_.operand_o);
      SetBits(dot_.b_n_i, i * kBWidth, kBWidth, ~decode_b_.operand_o & 15);
      const int64_t negative = ((op >> 2 & 1) * (op & 3) + 4 * (op >> 5 & 1) * (op >> 3 & 3))
                               << ((op >> 6 & 1) * 4);
      bias += 15 * negative + (int4 ? 8 * AValue(codes.a[i], log4) : 0);
    }
    dot_.base_i = base;
    dot_.eval();
    return static_cast<uint32_t>(dot_.sum_o - bias) & kAccMask;
  }

  static uint32_t Expected(const Codes& codes, bool log4, bool int4, uint32_t base) {
    int64_t sum = base;
    for (unsigned i = 0; i < kDot; ++i) sum += AValue(codes.a[i], log4) * BValue(codes.b[i], int4);
    return static_cast<uint32_t>(sum) & kAccMask;
  }

  Voperand_decode_a decode_a_;
  Voperand_decode_b decode_b_;
  Vdot_product dot_;
};

TEST_F(SUITE, EveryProductIsExactInEveryPositionAndFormat) {
  std::mt19937 random(1);
  for (const bool log4 : {false, true}) {
    for (const bool int4 : {false, true}) {
      for (unsigned i = 0; i < kDot; ++i) {
        for (unsigned ab = 0; ab < 256; ++ab) {
          for (int others = 0; others < 3; ++others) {
            Codes codes;
            for (unsigned j = 0; j < kDot; ++j) {
              if (others == 1) codes.a[j] = random() % 16, codes.b[j] = random() % 16;
              // The greatest magnitudes: -8 or -64, times -8 or 15.
              if (others == 2) codes.a[j] = log4 ? 15 : 8, codes.b[j] = int4 ? 8 : 15;
            }
            codes.a[i] = ab / 16;
            codes.b[i] = ab % 16;
            const uint32_t base = others == 0 ? 0 : random() & kAccMask;
            ASSERT_EQ(Run(codes, log4, int4, base), Expected(codes, log4, int4, base))
                << "position " << i << " a " << codes.a[i] << " b " << codes.b[i] << " log4 "
                << log4 << " int4 " << int4 << " others " << others << " base " << base;
          }
        }
      }
    }
  }
}

TEST_F(SUITE, CarriesRunThroughTheWholeAccumulator) {
  Codes one;  // a product of 1, the others 0
  one.a[0] = 1;
  one.b[0] = 1;
  Codes minus_one = one;
  minus_one.a[0] = 15;
  for (const uint32_t base : {0u, 0x7fffffu, 0x800000u, kAccMask, 0x555555u, 0xaaaaaau}) {
    EXPECT_EQ(Run(one, false, false, base), (base + 1) & kAccMask) << base;
    EXPECT_EQ(Run(minus_one, false, false, base), (base - 1) & kAccMask) << base;
  }
}

}  // namespace
}  // namespace tetralog
