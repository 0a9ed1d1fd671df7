// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Training steps on the functional machine against FP32 libtorch and against the reference, of the
// same network in one process on one thread, as CPU times of an epoch; ratios as JSON.
//
// All take turns, some steps each, so that all see the same machine; a time is the median of these
// turns. The fastest turns are given as well: what a processor with nothing else to do would show.
// The reference runs on both of its routes, FP32 (the one that counts) and float64. An epoch is the
// steps alone: no loading, no shuffling, no test images.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/functional_machine.h"
#include "sim/provenance.h"
#include "sim/reference/dataset.h"
#include "sim/train/chain_trainer.h"
#include "sim/train/reference_trainer.h"

namespace tetralog::train {
namespace {

constexpr double kFp32Limit = 1.5;      // at most as many times the FP32 epoch
constexpr double kReferenceTarget = 5;  // times faster than the reference; reported, no error

struct Options {
  std::vector<std::string> networks = {"mlp", "lenet"};
  size_t turns = 15, steps = 5;
  std::string output;
};

// Of this process, which has one thread: a loaded machine does not count.
double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double Seconds(Trainer& trainer, const reference::Images& images, size_t batch, size_t first,
               size_t steps) {
  const size_t in_epoch = images.size() / batch;
  const double start = CpuSeconds();
  for (size_t step = first; step < first + steps; ++step) {
    const size_t image = step % in_epoch * batch;
    trainer.Step({&images.pixels[image * reference::kImageSize], &images.labels[image], batch}, {});
  }
  return CpuSeconds() - start;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

nlohmann::ordered_json Measure(const std::string& network, const Options& options,
                               const reference::Images& images, bool& met) {
  FunctionalMachine machine({}, 64 << 20, {.fast = true, .count_products = false});
  const size_t batch = network == "mlp" ? 128 : 32;  // as in docs/fidelity.md
  const auto functional =
      MakeChainTrainer({.network = network, .relu_on_sums = true}, machine, images);
  reference::TrainerOptions same;
  same.network = network;
  same.relu_on_sums = true;
  const auto reference = MakeReferenceTrainer(same, images);
  same.float64 = true;
  const auto float64 = MakeReferenceTrainer(same, images);
  same.float64 = false;
  same.variant = reference::Variant::kFp32;
  const auto fp32 = MakeReferenceTrainer(same, images);
  Trainer* const trainers[] = {functional.get(), fp32.get(), reference.get(), float64.get()};
  std::vector<double> times[4];
  for (size_t turn = 0; turn <= options.turns; ++turn) {
    for (size_t i = 0; i < 4; ++i) {
      const double seconds =
          Seconds(*trainers[i], images, batch, turn * options.steps, options.steps);
      if (turn > 0) times[i].push_back(seconds / static_cast<double>(options.steps));
    }
  }
  const auto steps = static_cast<double>(images.size() / batch);
  double epochs[4], fastest[4];
  for (size_t i = 0; i < 4; ++i) {
    epochs[i] = Median(times[i]) * steps;
    fastest[i] = *std::min_element(times[i].begin(), times[i].end()) * steps;
  }
  const double over = epochs[0] / epochs[1], faster = epochs[2] / epochs[0];
  fmt::print(
      "{:<6} batch {:<4} s an epoch: functional {:.2f}, FP32 {:.2f}, reference {:.2f}, in "
      "float64 {:.2f}; {:.2f} times FP32, {:.1f} times faster than the reference, {:.1f} "
      "than in float64\n",
      network, batch, epochs[0], epochs[1], epochs[2], epochs[3], over, faster,
      epochs[3] / epochs[0]);
  fmt::print("{:<6} by the fastest turns: {:.2f} times FP32, {:.1f} times faster, {:.1f}\n", "",
             fastest[0] / fastest[1], fastest[2] / fastest[0], fastest[3] / fastest[0]);
  if (faster < kReferenceTarget) {
    fmt::print("{}: the target of {} times faster than the reference is not reached\n", network,
               kReferenceTarget);
  }
  if (over > kFp32Limit) {
    met = false;
    fmt::print(
        "error: {}: at most {} times the FP32 epoch is expected; profile the training step\n",
        network, kFp32Limit);
  }
  return {{"batch", batch},
          {"functional_s", epochs[0]},
          {"fp32_s", epochs[1]},
          {"reference_s", epochs[2]},
          {"reference_float64_s", epochs[3]},
          {"times_fp32", over},
          {"limit_times_fp32", kFp32Limit},
          {"faster_than_reference", faster},
          {"target_faster_than_reference", kReferenceTarget},
          {"faster_than_float64", epochs[3] / epochs[0]},
          {"fastest_turns",
           {{"times_fp32", fastest[0] / fastest[1]},
            {"faster_than_reference", fastest[2] / fastest[0]},
            {"faster_than_float64", fastest[3] / fastest[0]}}}};
}

int Main(int argc, char** argv) {
  CLI::App app("Benchmark of training on the functional machine");
  Options options;
  app.add_option("--networks", options.networks, "mlp, lenet")->capture_default_str();
  const CLI::Range count(1, 100'000);
  app.add_option("--turns", options.turns, "turns that count")->check(count)->capture_default_str();
  app.add_option("--steps", options.steps, "steps in a turn")->check(count)->capture_default_str();
  app.add_option("--output", options.output, "report (JSON)");
  CLI11_PARSE(app, argc, argv);
  reference::prepare_process();
  const reference::Images images = reference::load_dataset().train;
  nlohmann::ordered_json report = {{"epochs", nlohmann::ordered_json::object()}};
  bool met = true;
  for (const std::string& network : options.networks) {
    report["epochs"][network] = Measure(network, options, images, met);
  }
  report.update(Provenance());
  if (!options.output.empty()) WriteReport(options.output, report);
  return met ? 0 : 1;
}

}  // namespace
}  // namespace tetralog::train

int main(int argc, char** argv) {
  try {
    return tetralog::train::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
