// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Whole runs on machines: the run of the reference's own loop, resumed runs, checked and recorded
// ones, all to the same weights.

#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "sim/reference/training_run.h"
#include "sim/train/code_histogram.h"
#include "sim/train/hash.h"
#include "sim/train/run.h"
#include "sim/train/training.h"
#include "tests/train_testing.h"
#include "tests/train_toy.h"

namespace tetralog::train {
namespace {

using testing::ExpectErrorHas;
using testing::Folder;
using ::tetralog::testing::TrainImages;

const reference::Dataset& Data() {
  static const reference::Dataset data = [] {
    reference::Dataset small{TrainImages(), TrainImages()};
    small.train.pixels.resize(100 * reference::kImageSize);
    small.train.labels.resize(100);
    small.test.pixels.resize(50 * reference::kImageSize);
    small.test.labels.resize(50);
    return small;
  }();
  return data;
}

// 10 steps of 10 images in 2 epochs of 5.
Recipe SmallRecipe(const std::string& machine) {
  Recipe recipe;
  recipe.machine = machine;
  recipe.batch = 20;
  recipe.epochs = 2;
  recipe.samples = 2;
  CompleteRecipe(Data().train.size(), &recipe);
  return recipe;
}

std::unique_ptr<Machine> MakeMachine(const std::string& level, const std::string& shape) {
  return MakeModelMachine(level, shape);
}

RunResult RunOn(const Recipe& recipe, RunOptions options = {}, const CheckOptions& check = {},
                bool record = false) {
  Training training = MakeTraining(recipe, check, record, Data().train, MakeMachine);
  options.quiet = true;
  options.recorder = training.recorder.get();
  return RunTraining(recipe, options, Data(), *training.trainer);
}

TEST(TrainMachine, IsTheRunOfTheReferencesOwnLoop) {
  const Recipe recipe = SmallRecipe("functional");
  reference::RunOptions options;
  options.trainer.relu_on_sums = true;
  options.batch = recipe.batch;
  options.epochs = recipe.epochs;
  options.rate = recipe.rate;
  options.samples = 2;
  reference::TrainingRun reference(options, Data());
  std::vector<double> losses;
  while (reference.steps_done() < reference.total_steps())
    losses.push_back(reference.next_step().loss);
  std::vector<double> weights;
  for (const reference::LayerParameters& layer : reference.trainer().parameters()) {
    weights.insert(weights.end(), layer.weight.values.begin(), layer.weight.values.end());
    weights.insert(weights.end(), layer.bias.values.begin(), layer.bias.values.end());
  }
  Training training = MakeTraining(recipe, {}, false, Data().train, MakeMachine);
  const RunResult run = RunTraining(recipe, {.quiet = true}, Data(), *training.trainer);
  EXPECT_EQ(run.history.loss, losses);
  EXPECT_DOUBLE_EQ(100 * run.test_accuracy.value(), reference.test_accuracy());
  std::vector<double> found;
  for (const NamedValues& named : training.trainer->Weights())
    found.insert(found.end(), named.values.begin(), named.values.end());
  EXPECT_EQ(found, weights);
}

TEST(TrainMachine, ShapesThatCannotBeBuiltAreRefused) {
  for (const char* level : {"functional", "cycle"}) {
    for (const char* shape : {"16x16x4:depth_b=0", "16x16x4:axi_data=0", "0x0x0", "9x9x9",
                              "16x16x4:axi_addr=70", "16x16x4:acc_width=64"}) {
      ExpectErrorHas([&] { MakeMachine(level, shape); }, {"cannot be built"});
    }
  }
}

TEST(TrainMachine, AResumedRunEndsInTheSameWeightsOnAnyMachine) {
  const Folder folder;
  const RunResult whole = RunOn(SmallRecipe("functional"));
  Recipe cut = SmallRecipe("functional");
  cut.steps = 3;
  RunOn(cut, {.checkpoint = folder / "c"});
  std::filesystem::copy(folder / "c", folder / "d");
  const RunResult same =
      RunOn(SmallRecipe("functional"), {.checkpoint = folder / "c", .resume = true});
  EXPECT_EQ(same.first_step, 3);
  EXPECT_EQ(same.weights_hash, whole.weights_hash);
  EXPECT_EQ(same.history.loss, whole.history.loss);
  const RunResult other =
      RunOn(SmallRecipe("reference"), {.checkpoint = folder / "d", .resume = true});
  EXPECT_EQ(other.weights_hash, whole.weights_hash);
}

// A run that is stopped before its first step saves the state that it was made with.
TEST(TrainMachine, TheStartIsAStateToGoOnFrom) {
  const Folder folder;
  volatile std::sig_atomic_t stop = 1;
  const Recipe recipe = SmallRecipe("functional");
  EXPECT_EQ(RunOn(recipe, {.checkpoint = folder / "c", .stop = &stop}).steps, 0);
  const RunResult run = RunOn(recipe, {.checkpoint = folder / "c", .resume = true});
  EXPECT_EQ(run.weights_hash, RunOn(recipe).weights_hash);
}

TEST(TrainMachine, AdamAndCosineGoOnToTheSameBitsOnAnyMachine) {
  const Folder folder;
  const auto adam = [](const std::string& machine) {
    Recipe recipe = SmallRecipe(machine);
    recipe.optimiser = "adam";
    recipe.rate = 0.001;
    recipe.schedule = "cosine";
    return recipe;
  };
  const RunResult whole = RunOn(adam("functional"));
  Recipe cut = adam("functional");
  cut.steps = 3;
  RunOn(cut, {.checkpoint = folder / "c"});
  const RunResult other = RunOn(adam("reference"), {.checkpoint = folder / "c", .resume = true});
  EXPECT_EQ(other.first_step, 3);
  EXPECT_EQ(other.weights_hash, whole.weights_hash);
  EXPECT_NE(other.weights_hash, RunOn(SmallRecipe("functional")).weights_hash);
  // Steps in FP32 pass the state through another trainer.
  Recipe functional = adam("functional"), reference = adam("reference");
  functional.fnt = reference.fnt = 2;
  EXPECT_EQ(RunOn(functional).weights_hash, RunOn(reference).weights_hash);
  Training sgd = MakeTraining(SmallRecipe("functional"), {}, false, Data().train, MakeMachine);
  Training with_adam = MakeTraining(adam("functional"), {}, false, Data().train, MakeMachine);
  ExpectErrorHas([&] { sgd.trainer->Load(with_adam.trainer->Save(), 0); }, {"fc1.weight.square"});
  ExpectErrorHas([&] { with_adam.trainer->Load(sgd.trainer->Save(), 0); }, {"fc1.weight.square"});
}

TEST(TrainMachine, ChecksAndRecordingsLeaveTheWeightsAlone) {
  Recipe recipe = SmallRecipe("functional");
  const uint64_t hash = RunOn(recipe).weights_hash;
  EXPECT_EQ(RunOn(recipe, {}, {.every = 3}).weights_hash, hash);
  const RunResult recorded = RunOn(recipe, {.record_steps = 2}, {}, true);
  EXPECT_EQ(recorded.weights_hash, hash);
  ASSERT_EQ(recorded.record.size(), 16);  // 3 forward, 2 input, 3 weight gradients, twice
  EXPECT_EQ(recorded.record.front().step, 8);
  EXPECT_EQ(recorded.record.back().step, 9);
}

struct RecordedNetwork {
  const char* network;
  size_t gemms;
  const char *first, *last;
};

class TrainMachineRecords : public ::testing::TestWithParam<RecordedNetwork> {};

TEST_P(TrainMachineRecords, EveryGemmByLayerAndKindAndKnowsTheSizeBefore) {
  Recipe recipe;
  recipe.network = GetParam().network;
  recipe.machine = "functional";
  recipe.batch = 2;
  recipe.steps = 2;
  CompleteRecipe(Data().train.size(), &recipe);
  const RunResult run = RunOn(recipe, {.test_images = 0}, {}, true);
  EXPECT_EQ(run.weights_hash, RunOn(recipe, {.test_images = 0}).weights_hash);
  ASSERT_EQ(run.record.size(), GetParam().gemms);
  EXPECT_EQ(run.record.front().name, GetParam().first);
  EXPECT_EQ(run.record.back().name, GetParam().last);
  uint64_t bytes = 0;
  for (const TraceGemm& gemm : run.record) {
    EXPECT_NE(gemm.scale_a * gemm.scale_b, 1) << gemm.name;
    bytes += data_bytes(gemm);
  }
  const auto record_both = [&] {
    const uint64_t room = 2 * bytes - 1;
    RunOn(recipe, {.test_images = 0, .record_steps = 9, .record_room = room}, {}, true);
  };
  ExpectErrorHas(record_both,
                 {"--record: 2 steps of " + std::to_string(GetParam().gemms) + " GEMMs are",
                  "--record-steps"});
}

INSTANTIATE_TEST_SUITE_P(
    Networks, TrainMachineRecords,
    ::testing::Values(
        RecordedNetwork{"mlp", 8, "step001/fc1_forward", "step001/fc1_weight_gradient"},
        RecordedNetwork{"lenet", 14, "step001/conv1_forward", "step001/conv1_weight_gradient"},
        RecordedNetwork{"resnet8", 23, "step001/conv1_forward", "step001/conv1_weight_gradient"},
        RecordedNetwork{"vit", 53, "step001/patches_forward", "step001/patches_weight_gradient"}),
    [](const auto& network) { return std::string(network.param.network); });

TEST(TrainMachine, LastStepsInFp32AreTheSameOnBothMachines) {
  Recipe functional = SmallRecipe("functional"), reference = SmallRecipe("reference");
  functional.fnt = reference.fnt = 2;
  const RunResult run = RunOn(functional), other = RunOn(reference);
  const uint64_t hash = run.weights_hash;
  EXPECT_EQ(hash, other.weights_hash);
  EXPECT_EQ(run.test_accuracy, other.test_accuracy);
  EXPECT_NE(hash, RunOn(SmallRecipe("functional")).weights_hash);
}

TEST(TrainMachine, MaximumClipAndCurrentScalesAreTheSameOnBothMachines) {
  Recipe functional = SmallRecipe("functional"), reference = SmallRecipe("reference");
  functional.clip = reference.clip = "max";
  functional.scales = reference.scales = "current";
  EXPECT_EQ(RunOn(functional).weights_hash, RunOn(reference).weights_hash);
}

TEST(TrainMachine, GradientCodesOfTheLastEpochAreCountedOnAllMachines) {
  for (const char* network : {"mlp", "lenet"}) {
    for (const uint64_t fnt : {0, 2}) {
      CodeHistogram counted[2];
      for (const bool reference : {false, true}) {
        Recipe recipe = SmallRecipe(reference ? "reference" : "functional");
        recipe.network = network;
        recipe.fnt = fnt;
        RunOptions options = {.histogram = &counted[reference]};
        const RunResult run = RunOn(recipe, options, {.every = 1});
        EXPECT_EQ(run.histogram_steps, 5);
        options.histogram = nullptr;
        EXPECT_EQ(RunOn(recipe, options).weights_hash, run.weights_hash);
      }
      const auto &functional = counted[0].tensors(), &reference = counted[1].tensors();
      ASSERT_EQ(functional.size(), reference.size());
      EXPECT_EQ(functional.back().name, "fc3");
      EXPECT_EQ(functional.back().total(), 5 * 2 * 20 * 10);  // steps, samples, images, classes
      for (size_t i = 0; i < functional.size(); ++i) {
        EXPECT_EQ(functional[i].name, reference[i].name);
        EXPECT_EQ(functional[i].counts, reference[i].counts) << network << " " << i;
        EXPECT_LT(functional[i].zeros(), functional[i].total());
      }
    }
  }
}

TEST(TrainMachine, WhatDoesNotGoTogetherIsRefused) {
  const auto make = [](const Recipe& recipe, const CheckOptions& check) {
    return [=] { MakeTraining(recipe, check, false, Data().train, MakeMachine); };
  };
  const Recipe recipe = SmallRecipe("functional");
  ExpectErrorHas(make(recipe, {1, "functional"}), {"check-machine: functional"});
  ExpectErrorHas(make(SmallRecipe("rtl"), {}), {"no rtl"});
  Recipe shape = recipe;
  shape.shape = "16x16";
  ExpectErrorHas(make(shape, {}), {"16x16"});
  shape.shape = "8x4x2:random_bits=8";
  ExpectErrorHas(make(shape, {}), {"8 random bits", "needs 12"});
}

}  // namespace
}  // namespace tetralog::train
