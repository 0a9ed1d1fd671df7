// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The host's loss gradient on cases that can be worked out by hand. That its codes are the
// reference's on a real step is tested with the step (mlp_step_test).

#include "sim/loss_gradient.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "model/formats.h"

namespace tetralog {
namespace {

constexpr uint8_t kLabels[] = {1, 0};

TEST(LossGradient, EqualLogitsGiveTheirShareAndTheLabelTheRest) {
  // Four equal logits: softmax 1/4, over two images 1/8, and (1/4 - 1)/2 for the label.
  const std::vector<int32_t> logits(8, 5);
  const LossGradient loss = MakeLossGradient(logits, kLabels, {.scale = 0.5, .shift = -3});
  ASSERT_EQ(loss.codes.size(), 1U);
  EXPECT_NEAR(loss.mean, std::log(4.0), 1e-12);
  EXPECT_EQ(loss.correct, 1U);  // the first of equals, class 0
  for (size_t i = 0; i < 8; ++i) {
    const int value = Decode(Format::kLog4, loss.codes[0][i]);
    if (i == 1 || i == 4) {
      EXPECT_TRUE(value == -2 || value == -4) << i << ": " << value;  // of -3
    } else {
      EXPECT_EQ(value, 1) << i;
    }
  }
}

TEST(LossGradient, SamplesAreIndependentAndUnbiased) {
  // y = -3 is -2 or -4, each with probability 1/2.
  const std::vector<int32_t> logits(8, 0);
  int sum = 0, count = 0, differ = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const LossGradient loss = MakeLossGradient(
        logits, kLabels, {.shift = -3, .seed = seed * 0x9e3779b97f4a7c15u, .samples = 2});
    ASSERT_EQ(loss.codes.size(), 2U);
    differ += loss.codes[0][1] != loss.codes[1][1];
    for (const std::vector<uint8_t>& codes : loss.codes) {
      sum += Decode(Format::kLog4, codes[1]);
      ++count;
    }
  }
  // A standard error is 1/sqrt(2000) = 0.022 of the mean, and 16 of the differences.
  EXPECT_NEAR(static_cast<double>(sum) / count, -3.0, 0.09);
  EXPECT_NEAR(differ, 500, 64);
}

TEST(LossGradient, LargeValuesAreTheGreatestCodeAndSmallOnesZero) {
  const std::vector<int32_t> logits = {100, 0, 0, 100};  // both images wrong, by far
  const LossGradient large = MakeLossGradient(logits, kLabels, {.shift = -20});
  EXPECT_EQ(large.codes[0], (std::vector<uint8_t>{0x7, 0xf, 0xf, 0x7}));
  const LossGradient small = MakeLossGradient(logits, kLabels, {.shift = 30});
  EXPECT_EQ(small.codes[0], (std::vector<uint8_t>{0, 0, 0, 0}));
}

TEST(LossGradient, RefusesWhatIsNoBatch) {
  const std::vector<int32_t> logits(7, 0);
  EXPECT_THROW(MakeLossGradient(logits, kLabels, {}), std::invalid_argument);
  EXPECT_THROW(MakeLossGradient(logits, {}, {}), std::invalid_argument);
  const std::vector<int32_t> two(2, 0);  // one class: label 1 is none
  EXPECT_THROW(MakeLossGradient(two, kLabels, {}), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
