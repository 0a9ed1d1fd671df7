// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/noise/trained_operands.h"

#include <memory>

#include "sim/train/batches.h"
#include "sim/train/run.h"
#include "sim/train/training.h"

namespace tetralog::noise {
namespace {

std::unique_ptr<Machine> MakeMachine(const std::string& level, const std::string& shape) {
  return train::MakeModelMachine(level, shape);
}

}  // namespace

train::Recipe RecipeOf(const std::string& network, uint64_t steps, uint64_t seed, size_t images) {
  train::Recipe recipe;
  recipe.network = network;
  recipe.steps = steps;
  recipe.seed = seed;
  train::CompleteRecipe(images, &recipe);
  return recipe;
}

std::vector<LayerOperands> TrainedOperands(const train::Recipe& recipe,
                                           const reference::Dataset& dataset) {
  train::Training training = train::MakeTraining(recipe, {}, true, dataset.train, MakeMachine);
  train::RunOptions options;
  options.test_images = 0;
  options.quiet = true;
  train::RunTraining(recipe, options, dataset, *training.trainer);
  train::Batches batches(dataset.train, recipe.seed, recipe.batch);
  const train::Batch batch = batches.At(recipe.steps);
  std::vector<TraceGemm> step;
  train::StepOptions record;
  record.record = &step;
  training.recorder->Load(training.trainer->Save(), recipe.steps);
  training.recorder->Step(batch, record);
  return CaptureOperands(recipe.network, step, training.trainer->Weights(), batch);
}

}  // namespace tetralog::noise
