// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// All products of decoded operands: every A code of both formats times every value of a decoded B.

#include <gtest/gtest.h>

#include "Voperand_decode_a.h"
#include "Voperand_product.h"
#include "tests/pe_testing.h"

#ifndef SUITE
#define SUITE OperandProductRtl
#endif

namespace tetralog {
namespace {

TEST(SUITE, EveryProductIsExactButForTheBiasOfItsNegativeDigits) {
  Voperand_decode_a decode;
  Voperand_product unit;
  for (const bool log4 : {false, true}) {
    for (unsigned code = 0; code < 16; ++code) {
      decode.code_i = code;
      decode.log4_i = log4;
      decode.eval();
      const int op = decode.operand_o;
      const int d0 = op & 3;  // magnitudes 0, 1, 2
      const int d1 = op >> 3 & 3;
      const int negative = ((op & 4 ? d0 : 0) + (op & 32 ? 4 * d1 : 0)) * (op & 64 ? 16 : 1);
      for (int b = 0; b < 16; ++b) {
        unit.a_i = op;
        unit.a_n_i = OperandComplements(op);
        unit.b_i = b;
        unit.b_n_i = ~b & 15;
        unit.eval();
        EXPECT_EQ(static_cast<int>(unit.product_o), AValue(code, log4) * b + 15 * negative)
            << "code " << code << " log4 " << log4 << " b " << b;
        EXPECT_LE(unit.product_o, 960u);
      }
    }
  }
}

}  // namespace
}  // namespace tetralog
