// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Sixteen inputs: all of them.

#include <gtest/gtest.h>

#include "Vand_or_invert.h"

namespace tetralog {
namespace {

TEST(AndOrInvertRtl, IsLowWhenAPairIsBothHigh) {
  Vand_or_invert unit;
  for (unsigned abcd = 0; abcd < 16; ++abcd) {
    unit.a_i = abcd & 1;
    unit.b_i = abcd >> 1 & 1;
    unit.c_i = abcd >> 2 & 1;
    unit.d_i = abcd >> 3 & 1;
    unit.eval();
    EXPECT_EQ(unit.y_o == 0, (abcd & 3) == 3 || (abcd & 12) == 12) << abcd;
  }
}

}  // namespace
}  // namespace tetralog
