// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The whole input space is 32: every code in both formats.

#include <gtest/gtest.h>

#include "Voperand_decode_a.h"
#include "tests/pe_testing.h"

namespace tetralog {
namespace {

int Digit(unsigned two, unsigned one, unsigned negative) {
  const int magnitude = static_cast<int>(2 * two + one);
  return negative ? -magnitude : magnitude;
}

TEST(OperandDecodeARtl, EveryCodeIsTwoDigitsAndAShiftOfItsValue) {
  Voperand_decode_a unit;
  for (const bool log4 : {false, true}) {
    for (unsigned code = 0; code < 16; ++code) {
      unit.code_i = code;
      unit.log4_i = log4;
      unit.eval();
      const unsigned op = unit.operand_o;
      const int d0 = Digit(op >> 1 & 1, op & 1, op >> 2 & 1);
      const int d1 = Digit(op >> 4 & 1, op >> 3 & 1, op >> 5 & 1);
      EXPECT_EQ((d0 + 4 * d1) * ((op >> 6 & 1) ? 16 : 1), AValue(code, log4))
          << "code " << code << " log4 " << log4;
      EXPECT_LE(std::abs(d0), 2) << "one and two of digit 0 exclude each other, code " << code;
      EXPECT_LE(std::abs(d1), 2) << "one and two of digit 1 exclude each other, code " << code;
      if (op >> 6 & 1) {
        EXPECT_LE(std::abs(d0) + 4 * std::abs(d1), 4) << "range, code " << code;
      } else {
        EXPECT_LE(std::abs(d0) + 4 * std::abs(d1), 10) << "range, code " << code;
      }
    }
  }
}

// Idle beats carry zeros, and most gradient codes are zero: nothing may toggle behind them.
TEST(OperandDecodeARtl, EveryZeroIsAllZeros) {
  Voperand_decode_a unit;
  for (const bool log4 : {false, true}) {
    for (unsigned code = 0; code < 16; ++code) {
      unit.code_i = code;
      unit.log4_i = log4;
      unit.eval();
      EXPECT_EQ(unit.operand_o == 0, AValue(code, log4) == 0) << "code " << code;
    }
  }
}

}  // namespace
}  // namespace tetralog
