// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The command line of `tetralog train`. Two programs read it: the tool `tetralog`, which refuses
// what is wrong at once, and `tetralog-train`, which it starts and which has the tensor library.

#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/train/recipe.h"

namespace tetralog::train {

struct TrainArguments {
  std::string config;
  std::vector<std::pair<std::string, std::string>> values;  // of recipe keys, in order
  std::string data;
  std::string checkpoint;
  uint64_t checkpoint_every = 0;
  bool resume = false;
  uint64_t check_every = 0;
  std::string check_machine;
  std::string record;
  uint64_t record_steps = 1;
  std::optional<uint64_t> test_images;  // all
  std::string json, csv, plot, histogram;
};

// The arguments outlive the command.
void AddTrainOptions(CLI::App& command, TrainArguments& arguments);

// The recipe of configuration file and command line, complete, and every check that needs no data:
// std::invalid_argument or std::runtime_error with one line.
Recipe CheckTrainArguments(const TrainArguments& arguments, size_t train_images = 60'000);

}  // namespace tetralog::train
