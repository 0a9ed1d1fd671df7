// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tetralog-noise: trains a network for a while on the functional machine, takes the operands of
// the next step, and measures what every way of rounding does to its gradients. Exit codes: 0, 1
// when a claim does not hold, 2 for errors.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>

#include "sim/functional_machine.h"
#include "sim/noise/noise.h"
#include "sim/noise/noise_report.h"
#include "sim/noise/trained_operands.h"
#include "sim/progress.h"
#include "sim/provenance.h"
#include "sim/reference/trainer.h"
#include "sim/train/machine_backend.h"
#include "sim/train/recipe.h"
#include "sim/whole_number.h"

namespace tetralog::noise {
namespace {

using train::Recipe;

constexpr uint64_t kMemory = 64 << 20;

struct Arguments {
  std::vector<std::string> networks = {"mlp", "lenet"};
  uint64_t steps = 500;
  NoiseOptions noise;
  std::string data = reference::kDatasetFolder;
  std::string json;
};

int Measure(const Arguments& args) {
  const reference::Dataset dataset = reference::load_dataset(args.data);
  nlohmann::ordered_json report = {{"steps", args.steps},
                                   {"draws", args.noise.draws},
                                   {"seed", args.noise.seed},
                                   {"networks", nlohmann::ordered_json::object()}};
  std::vector<std::string> failed;
  Progress progress;
  for (const std::string& network : args.networks) {
    const Recipe recipe = RecipeOf(network, args.steps, args.noise.seed, dataset.train.size());
    progress.Show(fmt::format("{}: training {} steps", network, recipe.steps));
    const std::vector<LayerOperands> operands = TrainedOperands(recipe, dataset);
    FunctionalMachine machine({}, kMemory, {.fast = true, .count_products = false});
    const std::unique_ptr<train::GemmBackend> backend = train::MakeMachineBackend(machine);
    NoiseOptions options = args.noise;
    options.progress = [&](const std::string& layer, const std::string& scheme) {
      progress.Show(fmt::format("{}: {} {}", network, layer, scheme));
    };
    const std::vector<SchemeNoise> noise = MeasureNoise(operands, Schemes(), options, *backend);
    progress.Clear();
    fmt::print("{}, step {}, batch {}, {} draws: percent of the exact gradient's norm\n\n{}\n",
               network, recipe.steps, recipe.batch, options.draws, NoiseTable(noise));
    for (const std::string& line : FailedClaims(noise)) failed.push_back(network + ": " + line);
    report["networks"][network] = {{"recipe", train::RecipeJson(recipe)},
                                   {"schemes", NoiseJson(noise)}};
  }
  report["failed"] = failed;
  if (!args.json.empty()) {
    report.update(Provenance());
    report["tools"]["libtorch"] = reference::tensor_library_version();
    WriteReport(args.json, report);
  }
  for (const std::string& line : failed) fmt::print(stderr, "failed: {}\n", line);
  return failed.empty() ? 0 : 1;
}

int Main(int argc, char** argv) {
  CLI::App app{"Measure what rounding gradients to LOG4 does to dX and dW", "tetralog-noise"};
  Arguments args;
  app.add_option("--network", args.networks, "mlp, lenet, or both")
      ->check(CLI::IsMember({"mlp", "lenet"}))
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--steps", args.steps, "training steps before the one that is measured")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  app.add_option("--draws", args.noise.draws,
                 "of the random bits, at least 256: fewer do not show a bias")
      ->check(CLI::Range(256, 100'000))
      ->capture_default_str();
  app.add_option("--seed", args.noise.seed, "of the training and of the draws")
      ->check(WholeNumberFault)
      ->capture_default_str();
  app.add_option("--data", args.data, "folder of the IDX files of Fashion-MNIST")
      ->capture_default_str();
  app.add_option("--json", args.json, "write the result to this file");
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return fmt::format("error: {}; see --help\n", e.what());
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    reference::prepare_process();
    return Measure(args);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
  }
  return 2;
}

}  // namespace
}  // namespace tetralog::noise

int main(int argc, char** argv) { return tetralog::noise::Main(argc, argv); }
