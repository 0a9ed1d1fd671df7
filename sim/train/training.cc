// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/training.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "model/contract.h"
#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/driver.h"
#include "sim/functional_machine.h"
#include "sim/shape_text.h"
#include "sim/train/chain_trainer.h"
#include "sim/train/checking_trainer.h"
#include "sim/train/machine_backend.h"
#include "sim/train/reference_backend.h"
#include "sim/train/reference_trainer.h"
#include "sim/train/tensor_trainer.h"

namespace tetralog::train {
namespace {

constexpr uint64_t kMemory = 256 << 20;

reference::Variant VariantOf(const std::string& name) {
  if (name == "fp32") return reference::Variant::kFp32;
  if (name == "nearest") return reference::Variant::kNearestGradients;
  if (name == "floored") return reference::Variant::kFlooredUnderflow;
  return reference::Variant::kLuq;
}

std::unique_ptr<Trainer> MakeReference(const Recipe& recipe, const reference::Images& train) {
  reference::TrainerOptions options;
  options.network = recipe.network;
  options.variant = VariantOf(recipe.variant);
  options.seed = recipe.seed;
  options.hindsight = recipe.scales == "hindsight";
  options.max_clip = recipe.clip == "max";
  options.relu_on_sums = recipe.relu == "sums";
  options.momentum = recipe.momentum;
  options.adam = recipe.optimiser == "adam";
  return MakeReferenceTrainer(options, train);
}

std::unique_ptr<Machine> CheckedMachine(const std::string& level, const std::string& shape,
                                        const MachineMaker& make_machine) {
  std::unique_ptr<Machine> machine = make_machine(level, shape);
  const int bits = Driver(*machine).shape().random_bits;
  if (bits != static_cast<int>(kRandomBits))
    throw std::invalid_argument(
        fmt::format("shape: {} rounds with {} random bits, training needs "
                    "{}; give another shape",
                    shape, bits, kRandomBits));
  return machine;
}

std::unique_ptr<Trainer> MakeTensors(const std::string& level, const Recipe& recipe,
                                     const reference::Images& train,
                                     const MachineMaker& make_machine, Training* training) {
  TensorOptions options;
  options.network = recipe.network;
  options.seed = recipe.seed;
  options.fp32 = recipe.variant == "fp32";
  if (recipe.variant == "nearest") options.rounding = GradientRounding::kNearest;
  if (recipe.variant == "floored") options.rounding = GradientRounding::kFloored;
  if (recipe.variant == "shared-rows") options.rounding = GradientRounding::kSharedRows;
  options.first_last_fp32 = recipe.first_last == "fp32";
  options.hindsight = recipe.scales == "hindsight";
  options.max_clip = recipe.clip == "max";
  options.momentum = recipe.momentum;
  options.adam = recipe.optimiser == "adam";
  std::unique_ptr<GemmBackend> backend;
  if (level == "reference") {
    backend = MakeReferenceBackend();
  } else {
    training->machines.push_back(CheckedMachine(level, recipe.shape, make_machine));
    backend = MakeMachineBackend(*training->machines.back());
  }
  return MakeTensorTrainer(options, std::move(backend), train);
}

std::unique_ptr<Trainer> MakeOn(const std::string& level, const Recipe& recipe,
                                const reference::Images& train, const MachineMaker& make_machine,
                                Training* training) {
  if (IsTensorNetwork(recipe.network)) {
    return MakeTensors(level, recipe, train, make_machine, training);
  }
  if (level == "reference") return MakeReference(recipe, train);
  ChainOptions options;
  options.network = recipe.network;
  options.seed = recipe.seed;
  options.hindsight = recipe.scales == "hindsight";
  options.clip = recipe.clip == "max" ? ClipRule::kMax : ClipRule::kSawb;
  options.relu_on_sums = recipe.relu == "sums";
  options.momentum = recipe.momentum;
  options.adam = recipe.optimiser == "adam";
  if (recipe.fnt > 0) {
    training->helpers.push_back(MakeReference(recipe, train));
    options.fp32 = training->helpers.back().get();
  }
  training->machines.push_back(CheckedMachine(level, recipe.shape, make_machine));
  return MakeChainTrainer(options, *training->machines.back(), train);
}

}  // namespace

std::unique_ptr<Machine> MakeModelMachine(const std::string& level, const std::string& shape,
                                          const std::vector<MachineShape>& known) {
  const MachineShape parsed = ParseShape(shape, known);
  CheckShape(parsed);
  if (level == "functional")
    return std::make_unique<FunctionalMachine>(
        parsed, kMemory, FunctionalOptions{.fast = true, .count_products = false});
  if (level == "cycle")
    return std::make_unique<ClockedMachine>(std::make_unique<CycleCore>(parsed), kMemory);
  throw std::invalid_argument(
      fmt::format("machine: this program has no {}; give functional or cycle", level));
}

Training MakeTraining(const Recipe& recipe, const CheckOptions& check, bool record,
                      const reference::Images& train, const MachineMaker& make_machine) {
  Training training;
  training.trainer = MakeOn(recipe.machine, recipe, train, make_machine, &training);
  if (check.every > 0) {
    std::string level = check.machine;
    if (level.empty()) level = recipe.machine == "reference" ? "functional" : "reference";
    if (recipe.variant != "luq")
      throw std::invalid_argument("check-every: is for the variant luq; leave it out");
    if (level == recipe.machine)
      throw std::invalid_argument(
          fmt::format("check-machine: {} is the machine that trains; give another", level));
    auto checker =
        MakeCheckingTrainer(std::move(training.trainer),
                            MakeOn(level, recipe, train, make_machine, &training), check.every);
    training.checker = checker.get();
    training.check_machine = level;
    training.trainer = std::move(checker);
  }
  if (record) training.recorder = MakeOn("reference", recipe, train, make_machine, &training);
  return training;
}

}  // namespace tetralog::train
