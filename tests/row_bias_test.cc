// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The bias unit alone, one beat per tile: every A code in both formats of B, in every position,
// against the bias worked out from what the array multiplies: for UINT4 the difference at b = 0,
// for INT4 that at b = 0 in excess-8 form. Tiles of many beats are in the tests of pe_group, where
// sums use it.

#include <gtest/gtest.h>

#include "Voperand_decode_a.h"
#include "Voperand_product.h"
#include "Vrow_bias.h"
#include "tests/pe_testing.h"

namespace tetralog {
namespace {

constexpr unsigned kDot = 4;
constexpr unsigned kAWidth = 7;

TEST(RowBiasRtl, IsWhatAZeroOperandOfBAddsToTheSum) {
  Voperand_decode_a decode;
  Voperand_product product;
  VerilatedContext context;
  context.randReset(2);
  Vrow_bias unit(&context);
  const auto cycle = [&unit] {
    unit.clk_i = 0;
    unit.eval();
    unit.clk_i = 1;
    unit.eval();
  };
  for (const bool log4 : {false, true}) {
    for (const bool int4 : {false, true}) {
      for (unsigned code = 0; code < 16; ++code) {
        for (unsigned position = 0; position < kDot; ++position) {
          decode.code_i = code;
          decode.log4_i = log4;
          decode.eval();
          product.a_i = decode.operand_o;
          product.a_n_i = OperandComplements(decode.operand_o);
          product.b_i = int4 ? 8 : 0;
          product.b_n_i = int4 ? 7 : 15;
          product.eval();
          unit.a_i = static_cast<uint32_t>(decode.operand_o) << (position * kAWidth);
          unit.b_int4_i = int4;
          unit.first_i = 1;
          unit.hold_i = 0;
          unit.last_i = 1;
          cycle();
          unit.a_i = 0;
          unit.first_i = 0;
          unit.last_i = 0;
          unit.hold_i = code & 1;
          cycle();
          cycle();
          unit.sel_i = 1;
          unit.clk_i = 0;
          unit.eval();
          EXPECT_EQ(unit.bus_o, product.product_o)
              << "code " << code << " log4 " << log4 << " int4 " << int4;
          unit.sel_i = 0;
          unit.eval();
          EXPECT_EQ(unit.bus_o, 0U);
        }
      }
    }
  }
}

}  // namespace
}  // namespace tetralog
