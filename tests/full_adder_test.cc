// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Eight inputs: all of them.

#include <gtest/gtest.h>

#include "Vfull_adder.h"

namespace tetralog {
namespace {

TEST(FullAdderRtl, SumAndCarryCountTheOnes) {
  Vfull_adder unit;
  for (unsigned abc = 0; abc < 8; ++abc) {
    unit.a_i = abc & 1;
    unit.b_i = abc >> 1 & 1;
    unit.c_i = abc >> 2 & 1;
    unit.eval();
    EXPECT_EQ(unit.sum_o + 2 * unit.carry_o, __builtin_popcount(abc)) << abc;
  }
}

}  // namespace
}  // namespace tetralog
