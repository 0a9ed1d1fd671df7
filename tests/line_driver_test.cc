// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The driver, both inputs.

#include <gtest/gtest.h>

#include "Vline_driver.h"

namespace tetralog {
namespace {

TEST(LineDriverRtl, GivesItsInputAndTheComplement) {
  Vline_driver unit;
  for (const unsigned a : {0u, 1u}) {
    unit.a_i = a;
    unit.eval();
    EXPECT_EQ(unit.y_o, a);
    EXPECT_EQ(unit.y_n_o, 1 - a);
  }
}

}  // namespace
}  // namespace tetralog
