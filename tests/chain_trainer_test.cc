// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Training steps on machines against the reference's: loss, all weights, velocities and estimates
// have the same bits after every step. Both networks; one and two samples, changing between steps;
// scales by hindsight and current; both clip rules; odd batches; the functional machine by the
// plain model and the fast path, small buffers that cut every product, and the cycle model. State
// that was saved and loaded goes on to the same bits on another machine.
#include "sim/train/chain_trainer.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/functional_machine.h"
#include "sim/train/checking_trainer.h"
#include "sim/train/reference_trainer.h"
#include "tests/train_testing.h"

namespace tetralog::train {
namespace {

using testing::BatchAt;
using testing::Difference;
using testing::TrainImages;

constexpr uint64_t kMemory = 64 << 20;

FunctionalMachine Functional(const MachineShape& shape = {}) {
  return FunctionalMachine(shape, kMemory, {.fast = true, .count_products = false});
}

std::unique_ptr<Trainer> Reference(const ChainOptions& options) {
  reference::TrainerOptions same;
  same.network = options.network;
  same.seed = options.seed;
  same.hindsight = options.hindsight;
  same.max_clip = options.clip == ClipRule::kMax;
  same.relu_on_sums = options.relu_on_sums;
  same.adam = options.adam;
  return MakeReferenceTrainer(same, TrainImages());
}

// Runs steps on both and compares after each; step i has 1 + (i + samples) % 2 samples.
void ExpectSameSteps(const ChainOptions& options, Machine& machine, size_t steps, size_t batch,
                     uint32_t samples = 0) {
  const auto trainer = MakeChainTrainer(options, machine, TrainImages());
  const auto reference = Reference(options);
  ASSERT_EQ(Difference(trainer->Save(), reference->Save()), "") << "before the first step";
  for (size_t step = 0; step < steps; ++step) {
    const uint32_t n = 1 + (static_cast<uint32_t>(step) + samples) % 2;
    const StepOptions how = {0.05 / static_cast<double>(step + 1), n, false};
    const StepResult got = trainer->Step(BatchAt(step, batch), how);
    const StepResult expected = reference->Step(BatchAt(step, batch), how);
    EXPECT_EQ(got.loss, expected.loss) << "step " << step;
    EXPECT_EQ(got.correct, expected.correct) << "step " << step;
    ASSERT_EQ(Difference(trainer->Save(), reference->Save()), "") << "step " << step;
    ASSERT_EQ(trainer->steps(), step + 1);
  }
  EXPECT_EQ(Difference(trainer->Weights(), reference->Weights()), "");
  EXPECT_EQ(trainer->CountCorrect(BatchAt(3, 200), false),
            reference->CountCorrect(BatchAt(3, 200), false));
}

TEST(ChainTrainer, MlpOnTheFunctionalMachineIsTheReferences) {
  FunctionalMachine machine = Functional();
  ExpectSameSteps({}, machine, 4, 128);
}

TEST(ChainTrainer, LenetOnTheFunctionalMachineIsTheReferences) {
  FunctionalMachine machine = Functional();
  ExpectSameSteps({.network = "lenet"}, machine, 4, 32);
}

TEST(ChainTrainer, OddBatchesAreTheReferences) {
  for (const char* network : {"mlp", "lenet"}) {
    FunctionalMachine machine = Functional();
    ExpectSameSteps({.network = network, .seed = 7}, machine, 3, 5, 1);
  }
}

TEST(ChainTrainer, CurrentScalesAndMaximumClipsAreTheReferences) {
  for (const char* network : {"mlp", "lenet"}) {
    FunctionalMachine machine = Functional();
    ExpectSameSteps({.network = network, .hindsight = false}, machine, 3, 16);
    ExpectSameSteps({.network = network, .clip = ClipRule::kMax}, machine, 3, 16);
  }
}

TEST(ChainTrainer, ReluOnSumsIsTheReferences) {
  for (const char* network : {"mlp", "lenet"}) {
    FunctionalMachine machine = Functional();
    ExpectSameSteps({.network = network, .relu_on_sums = true}, machine, 4, 32);
    ExpectSameSteps({.network = network, .hindsight = false, .relu_on_sums = true}, machine, 3, 5);
  }
}

TEST(ChainTrainer, AdamIsTheReferences) {
  for (const char* network : {"mlp", "lenet"}) {
    FunctionalMachine machine = Functional();
    ExpectSameSteps({.network = network, .adam = true}, machine, 4, 16);
  }
}

TEST(ChainTrainer, ProductsInManyPartsAreTheReferences) {
  const MachineShape small = {
      .rows = 4, .cols = 4, .dot = 1, .depth_a = 8, .depth_b = 8, .axi_data = 64};
  for (const char* network : {"mlp", "lenet"}) {
    FunctionalMachine machine = Functional(small);
    ExpectSameSteps({.network = network}, machine, 2, 6);
  }
}

TEST(ChainTrainer, TheCycleModelIsTheReference) {
  const MachineShape shape = {.depth_a = 64, .depth_b = 128};
  for (const char* network : {"mlp", "lenet"}) {
    ClockedMachine machine(std::make_unique<CycleCore>(shape), kMemory);
    ExpectSameSteps({.network = network}, machine, network[0] == 'm' ? 3 : 2, 8);
  }
}

TEST(ChainTrainer, ASavedStateGoesOnOnAnotherMachine) {
  for (const char* network : {"mlp", "lenet"}) {
    const ChainOptions options = {.network = network, .seed = 5, .adam = network[0] == 'l'};
    FunctionalMachine machine = Functional(), other = Functional();
    const auto trainer = MakeChainTrainer(options, machine, TrainImages());
    for (size_t step = 0; step < 2; ++step) trainer->Step(BatchAt(step, 12), {});
    const auto resumed = MakeChainTrainer(options, other, TrainImages());
    const auto reference = Reference(options);
    resumed->Load(trainer->Save(), trainer->steps());
    reference->Load(trainer->Save(), trainer->steps());
    for (Trainer* each : {trainer.get(), resumed.get(), reference.get()}) {
      for (size_t step = 2; step < 4; ++step) each->Step(BatchAt(step, 12), {});
      EXPECT_EQ(Difference(each->Save(), trainer->Save()), "");
    }
  }
}

TEST(ChainTrainer, StepsInFp32GoThroughTheSameState) {
  reference::TrainerOptions fp32;
  fp32.variant = reference::Variant::kFp32;
  const auto host = MakeReferenceTrainer(fp32, TrainImages());
  FunctionalMachine machine = Functional();
  const auto trainer = MakeChainTrainer({.fp32 = host.get()}, machine, TrainImages());
  const auto reference = Reference({});
  for (size_t step = 0; step < 4; ++step) {
    const StepOptions how = {0.05, 1, step >= 2};
    const StepResult got = trainer->Step(BatchAt(step, 12), how);
    EXPECT_EQ(got.loss, reference->Step(BatchAt(step, 12), how).loss);
    ASSERT_EQ(Difference(trainer->Save(), reference->Save()), "") << "step " << step;
  }
}

TEST(ChainTrainer, ChecksNameTheFirstValueThatDiffers) {
  FunctionalMachine machine = Functional();
  const auto make = [&](uint64_t seed) {
    return MakeCheckingTrainer(MakeChainTrainer({}, machine, TrainImages()),
                               Reference({.seed = seed}), 2);
  };
  const auto same = make(1);
  for (size_t step = 0; step < 3; ++step) same->Step(BatchAt(step, 8), {});
  EXPECT_EQ(same->checked(), 2) << "steps 0 and 2";
  // Another seed rounds gradients differently: the last layer's weights show it first.
  const auto differs = make(2);
  try {
    differs->Step(BatchAt(0, 8), {});
    FAIL() << "no difference";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("step 0: fc1.weight[", 0), 0U) << error.what();
  }
}

TEST(ChainTrainer, ErrorsSayWhatToDo) {
  FunctionalMachine machine = Functional();
  EXPECT_THROW(MakeChainTrainer({.network = "resnet"}, machine, TrainImages()),
               std::invalid_argument);
  const auto trainer = MakeChainTrainer({}, machine, TrainImages());
  EXPECT_THROW(trainer->Step(BatchAt(0, 4), {0.05, 1, true}), std::invalid_argument);
  EXPECT_THROW(trainer->Step(BatchAt(0, 0), {}), std::invalid_argument);
  auto state = trainer->Save();
  state[0].values.pop_back();
  EXPECT_THROW(trainer->Load(state, 0), std::invalid_argument);
  FunctionalMachine small({}, 1 << 18, {.fast = true});
  const auto cramped = MakeChainTrainer({}, small, TrainImages());
  try {
    cramped->Step(BatchAt(0, 128), {});
    FAIL() << "it fits";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("give it more memory"), std::string::npos);
  }
}

}  // namespace
}  // namespace tetralog::train
