// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The trainer of a recipe with the machines under it.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/machine.h"
#include "sim/reference/dataset.h"
#include "sim/train/checking_trainer.h"
#include "sim/train/recipe.h"
#include "sim/train/trainer.h"

namespace tetralog::train {

// A machine of a level ("functional", "cycle" or "rtl") and shape (as text). A program that has no
// Verilated cores gives one that refuses them; std::invalid_argument with one line.
using MachineMaker =
    std::function<std::unique_ptr<Machine>(const std::string& level, const std::string& shape)>;

// The levels functional and cycle, of every shape; what is left out of a shape is as in `known`.
std::unique_ptr<Machine> MakeModelMachine(const std::string& level, const std::string& shape,
                                          const std::vector<MachineShape>& known = {});

struct CheckOptions {
  uint64_t every = 0;   // steps; 0: no second machine
  std::string machine;  // empty: the reference, and for the reference the functional machine
};

struct Training {
  std::vector<std::unique_ptr<Machine>> machines;
  std::vector<std::unique_ptr<Trainer>> helpers;  // FP32 steps of the others
  std::unique_ptr<Trainer> trainer;
  const CheckingTrainer* checker = nullptr;  // the trainer, if it checks steps
  std::string check_machine;                 // on this machine
  std::unique_ptr<Trainer> recorder;         // the same network on the reference, if asked for
};

// Throws std::invalid_argument with one line for what does not go together.
Training MakeTraining(const Recipe& recipe, const CheckOptions& check, bool record,
                      const reference::Images& train, const MachineMaker& make_machine);

}  // namespace tetralog::train
