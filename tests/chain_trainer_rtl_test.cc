// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Training steps on the Verilated core of the flagship: the state after each is the reference's.
#include <gtest/gtest.h>

#include "sim/core_builds.h"
#include "sim/train/chain_trainer.h"
#include "sim/train/reference_trainer.h"
#include "tests/train_testing.h"

namespace tetralog::train {
namespace {

TEST(ChainTrainerRtl, AnMlpStepIsTheReferences) {
  const auto machine = MakeRtlMachine("16x16x4", 4 << 20);
  const auto trainer = MakeChainTrainer({}, *machine, testing::TrainImages());
  const auto reference = MakeReferenceTrainer({}, testing::TrainImages());
  // The second step has scales by hindsight.
  for (size_t step = 0; step < 2; ++step) {
    const Batch batch = testing::BatchAt(step, 8);
    EXPECT_EQ(trainer->Step(batch, {}).loss, reference->Step(batch, {}).loss);
    ASSERT_EQ(testing::Difference(trainer->Save(), reference->Save()), "") << "step " << step;
  }
}

}  // namespace
}  // namespace tetralog::train
