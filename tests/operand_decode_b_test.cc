// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The whole input space is 32: every code in both formats.

#include <gtest/gtest.h>

#include "Voperand_decode_b.h"
#include "tests/pe_testing.h"

namespace tetralog {
namespace {

TEST(OperandDecodeBRtl, EveryCodeIsItsValueInExcessEightOrUnsigned) {
  Voperand_decode_b unit;
  for (const bool int4 : {false, true}) {
    for (unsigned code = 0; code < 16; ++code) {
      unit.code_i = code;
      unit.int4_i = int4;
      unit.eval();
      EXPECT_EQ(static_cast<int>(unit.operand_o), BValue(code, int4) + (int4 ? 8 : 0))
          << "code " << code << " int4 " << int4;
    }
  }
}

}  // namespace
}  // namespace tetralog
