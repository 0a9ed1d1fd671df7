// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The processor-independent softmax, against the C library and against values worked by hand.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/reference/loss.h"

namespace tetralog::reference {
namespace {

TEST(ReferenceLoss, ExponentialAgreesWithTheLibraryOnItsWholeRange) {
  EXPECT_EQ(fixed_exp(0.0), 1.0);
  for (double x = 0; x > -708; x -= 0.0173) {
    ASSERT_NEAR(fixed_exp(x) / std::exp(x), 1.0, 1e-15) << x;
  }
  for (double x = -1e-300; x > -1e-3; x = x * 1.7) ASSERT_NEAR(fixed_exp(x), std::exp(x), 2e-16);
  EXPECT_EQ(fixed_exp(-708.5), 0.0);
  EXPECT_EQ(fixed_exp(-1e300), 0.0);
}

TEST(ReferenceLoss, GradientIsSoftmaxMinusLabelOverTheBatch) {
  // Logits 0 and ln 3 have softmax 1/4, 3/4; equal logits 1/2, 1/2.
  const uint8_t labels[] = {0, 1};
  const Loss loss = softmax_loss({0.0, std::log(3.0), 5.0, 5.0}, labels, 2);
  EXPECT_NEAR(loss.gradient[0], -0.75 / 2, 1e-15);
  EXPECT_NEAR(loss.gradient[1], 0.75 / 2, 1e-15);
  EXPECT_EQ(loss.gradient[2], 0.25);
  EXPECT_EQ(loss.gradient[3], -0.25);
  EXPECT_NEAR(loss.mean, (std::log(4.0) + std::log(2.0)) / 2, 1e-15);
  EXPECT_EQ(loss.correct, 0u);  // the first of equal logits is the answer
}

TEST(ReferenceLoss, LargeLogitsDoNotOverflow) {
  const uint8_t label = 2;
  const Loss loss = softmax_loss({1e6, -1e6, 2e6}, &label, 3);
  EXPECT_EQ(loss.gradient, (std::vector<double>{0.0, 0.0, 0.0}));
  EXPECT_EQ(loss.correct, 1u);
}

// The bits themselves, as computed on one machine: another processor must give the same.
TEST(ReferenceLoss, BitsDoNotDependOnTheProcessor) {
  EXPECT_EQ(fixed_exp(-1.0), 0x1.78b56362cef38p-2);
  EXPECT_EQ(fixed_exp(-0.3), 0x1.7b4c869c37c05p-1);
  EXPECT_EQ(fixed_exp(-37.25), 0x1.3278bcd70e981p-54);
}

}  // namespace
}  // namespace tetralog::reference
