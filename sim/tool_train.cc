// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog train`: checks the command line, then becomes the program tetralog-train beside it,
// which has the tensor library. So other commands need not load it, and errors come at once.

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include "sim/tool.h"
#include "sim/train/train_arguments.h"

namespace tetralog {
namespace {

int StartTraining(const std::vector<std::string>& arguments) {
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tetralog-train";
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  throw std::runtime_error(
      fmt::format("cannot start {}: {}; build it: cmake --build build --target tetralog-train",
                  program.string(), std::strerror(errno)));
}

}  // namespace

void AddTrain(CLI::App& app, Action& action, int argc, char** argv) {
  auto args = std::make_shared<train::TrainArguments>();
  CLI::App* command = app.add_subcommand("train", "train a network with every GEMM on a machine");
  train::AddTrainOptions(*command, *args);
  std::vector<std::string> words = {"tetralog-train"};
  if (argc > 2) words.insert(words.end(), argv + 2, argv + argc);
  command->callback([args, words, &action] {
    action = [args, words] {
      train::CheckTrainArguments(*args);
      return StartTraining(words);
    };
  });
}

}  // namespace tetralog
