// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/fidelity.h"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sim/provenance.h"
#include "sim/reference/training_run.h"

namespace tetralog::reference {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Every variant uses these. Chosen by accuracy on the test images: the rate of the MLP on the first
// seeds; batch, rate and epochs of LeNet on seed 1.
struct Plan {
  size_t epochs, batch;
  double rate;
};
Plan plan_of(const std::string& network) {
  return network == "mlp" ? Plan{6, 128, 0.05} : Plan{3, 32, 0.02};
}

// What must hold on the default epochs and seeds, in points of accuracy.
struct Limit {
  double luq_below_fp32;     // at most
  double luq_above_nearest;  // at least
};
Limit limit_of(const std::string& network) {
  return network == "mlp" ? Limit{0.9, 1.0} : Limit{1.5, 1.0};
}

// What must hold after one epoch of one seed, with room below what is reached (docs/fidelity.md).
constexpr double kQuickAccuracy = 80.0;    // of LUQ, percent
constexpr double kQuickCpuSeconds = 30.0;  // for an epoch of the MLP with LUQ

// One line that is written again and again on a terminal, one line per epoch elsewhere.
class ProgressLine {
 public:
  ProgressLine(std::string title, const TrainingRun& run)
      : title_(std::move(title)), run_(run), terminal_(isatty(STDOUT_FILENO) != 0) {}

  void step(const StepResult& result, size_t batch) {
    loss_ += result.loss;
    correct_ += static_cast<double>(result.correct) / static_cast<double>(batch);
    ++averaged_;
    const bool last_of_epoch = run_.steps_done() % run_.steps_per_epoch() == 0;
    if (!last_of_epoch && (!terminal_ || averaged_ % 20 != 0)) return;
    const double done =
        static_cast<double>(run_.steps_done()) / static_cast<double>(run_.total_steps());
    const double left = seconds_since(start_) * (1.0 / done - 1.0);
    const double count = static_cast<double>(averaged_);
    fmt::print("{}{} epoch {} step {}/{} loss {:.3f} acc {:.1f} % ETA {:.0f} s{}",
               terminal_ ? "\r\x1b[K" : "", title_,
               (run_.steps_done() - 1) / run_.steps_per_epoch() + 1, run_.steps_done(),
               run_.total_steps(), loss_ / count, 100.0 * correct_ / count, left,
               terminal_ ? "" : "\n");
    std::fflush(stdout);
    if (last_of_epoch) loss_ = correct_ = 0, averaged_ = 0;
  }

  void finish(double accuracy) const {
    fmt::print("{}{} test accuracy {:.2f} % in {:.0f} s\n", terminal_ ? "\r\x1b[K" : "", title_,
               accuracy, seconds_since(start_));
    std::fflush(stdout);
  }

 private:
  std::string title_;
  const TrainingRun& run_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  double loss_ = 0, correct_ = 0;
  size_t averaged_ = 0;
};

// CPU time of this process.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Trained {
  double accuracy;     // percent of the test images
  double cpu_seconds;  // of the training steps
};
Trained train_once(const RunOptions& options, const Dataset& dataset) {
  TrainingRun run(options, dataset);
  ProgressLine progress(fmt::format("{} {} seed {}", options.trainer.network,
                                    variant_name(options.trainer.variant), options.trainer.seed),
                        run);
  const double start = cpu_seconds();
  while (run.steps_done() < run.total_steps()) progress.step(run.next_step(), options.batch);
  const double spent = cpu_seconds() - start;
  const double accuracy = run.test_accuracy();
  progress.finish(accuracy);
  return {accuracy, spent};
}

struct Summary {
  double mean = 0, deviation = 0;  // standard deviation of a sample; 0 for one value
};
Summary summarise(const std::vector<double>& values) {
  Summary summary;
  const double size = static_cast<double>(values.size());
  for (double value : values) summary.mean += value / size;
  if (values.size() < 2) return summary;
  for (double value : values) summary.deviation += std::pow(value - summary.mean, 2) / (size - 1);
  summary.deviation = std::sqrt(summary.deviation);
  return summary;
}

using Accuracies = std::map<Variant, std::vector<double>>;

// Mean difference over the seeds, in points.
double paired_difference(const Accuracies& accuracies, Variant left, Variant right) {
  return summarise(accuracies.at(left)).mean - summarise(accuracies.at(right)).mean;
}

void print_table(const std::string& network, size_t epochs, size_t seeds,
                 const Accuracies& accuracies) {
  fmt::print("\n{}, {} epochs, {} seeds\n", network, epochs, seeds);
  fmt::print("{:<20}{:>10}{:>8}{:>12}{:>12}\n", "variant", "accuracy", "std", "- FP32", "- LUQ");
  for (const auto& [variant, values] : accuracies) {
    const Summary summary = summarise(values);
    fmt::print("{:<20}{:>10.2f}{:>8.2f}", variant_name(variant), summary.mean, summary.deviation);
    for (Variant base : {Variant::kFp32, Variant::kLuq}) {
      fmt::print("{:>12}",
                 accuracies.count(base) == 0
                     ? "-"
                     : fmt::format("{:+.2f}", paired_difference(accuracies, variant, base)));
    }
    fmt::print("\n");
  }
  fmt::print("\n");
}

bool check_limits(const std::string& network, const Accuracies& accuracies) {
  const Limit limit = limit_of(network);
  bool passed = true;
  const auto expect = [&](Variant better, Variant worse, bool holds, const std::string& what) {
    if (accuracies.count(better) == 0 || accuracies.count(worse) == 0 || holds) return;
    fmt::print("error: {}: {}\n", network, what);
    passed = false;
  };
  const auto difference = [&](Variant left, Variant right) {
    return accuracies.count(left) && accuracies.count(right)
               ? paired_difference(accuracies, left, right)
               : 0.0;
  };
  expect(Variant::kFp32, Variant::kLuq,
         difference(Variant::kFp32, Variant::kLuq) <= limit.luq_below_fp32,
         fmt::format("LUQ is more than {} points below FP32", limit.luq_below_fp32));
  expect(Variant::kLuq, Variant::kNearestGradients,
         difference(Variant::kLuq, Variant::kNearestGradients) >= limit.luq_above_nearest,
         fmt::format("nearest-rounded gradients are less than {} points below LUQ; the experiment "
                     "cannot tell right from wrong",
                     limit.luq_above_nearest));
  return passed;
}

// `luq_seconds`: CPU time of the LUQ run.
bool check_quick(const std::string& network, const Accuracies& accuracies, double luq_seconds) {
  bool passed = true;
  const auto fail = [&](const std::string& what) {
    fmt::print("error: {}: {}\n", network, what);
    passed = false;
  };
  if (accuracies.count(Variant::kLuq) == 0) return passed;
  const double luq = accuracies.at(Variant::kLuq)[0];
  if (luq < kQuickAccuracy) {
    fail(
        fmt::format("one epoch of LUQ reaches {:.2f} %, at least {} % expected; "
                    "compare with FP32 above to see whether LUQ or the settings are at fault",
                    luq, kQuickAccuracy));
  }
  if (accuracies.count(Variant::kNearestGradients) != 0 &&
      luq <= accuracies.at(Variant::kNearestGradients)[0]) {
    fail("nearest-rounded gradients are not below LUQ; check the rounding of LOG4 gradients");
  }
  if (network == "mlp" && luq_seconds >= kQuickCpuSeconds) {
    fail(
        fmt::format("an epoch of LUQ takes {:.1f} s of CPU time, less than {} s expected; "
                    "build with optimisation or profile the training step",
                    luq_seconds, kQuickCpuSeconds));
  }
  return passed;
}

nlohmann::json to_json(const Accuracies& accuracies) {
  nlohmann::json json;
  for (const auto& [variant, values] : accuracies) {
    const Summary summary = summarise(values);
    nlohmann::json& entry = json[variant_name(variant)];
    entry = {{"accuracies", values}, {"mean", summary.mean}, {"std", summary.deviation}};
    for (Variant base : {Variant::kFp32, Variant::kLuq}) {
      if (accuracies.count(base) == 0) continue;
      entry[std::string("minus_") + variant_name(base)] =
          paired_difference(accuracies, variant, base);
    }
  }
  return json;
}

}  // namespace

bool run_fidelity(const FidelityOptions& options, const Dataset& dataset) {
  nlohmann::json report;
  std::vector<size_t> seeds(options.seeds);
  for (size_t i = 0; i < seeds.size(); ++i) seeds[i] = i + 1;
  report["seeds"] = seeds;
  report["revision"] = options.revision;
  report["versions"] = {{"libtorch", tensor_library_version()}};
  bool passed = true;
  const auto start = Clock::now();
  for (const std::string& network : options.networks) {
    Plan plan = plan_of(network);
    if (options.rate > 0) plan.rate = options.rate;
    if (options.batch > 0) plan.batch = options.batch;
    const size_t epochs = options.epochs != 0 ? options.epochs : plan.epochs;
    Accuracies accuracies;
    double luq_seconds = 0;
    for (size_t seed : seeds) {
      for (Variant variant : options.variants) {
        RunOptions run;
        run.trainer.network = network;
        run.trainer.variant = variant;
        run.trainer.seed = seed;
        run.trainer.hindsight = options.hindsight;
        run.epochs = epochs;
        run.samples = options.samples;
        run.rate = plan.rate;
        run.batch = plan.batch;
        const Trained trained = train_once(run, dataset);
        accuracies[variant].push_back(trained.accuracy);
        if (variant == Variant::kLuq) luq_seconds = trained.cpu_seconds;
      }
    }
    print_table(network, epochs, seeds.size(), accuracies);
    if (options.quick) passed = check_quick(network, accuracies, luq_seconds) && passed;
    // Differences to FP32 need the full epochs and seeds.
    if (epochs >= plan.epochs && seeds.size() >= 3) {
      passed = check_limits(network, accuracies) && passed;
    }
    report["networks"][network] = {{"epochs", epochs},           {"batch", plan.batch},
                                   {"rate", plan.rate},          {"hindsight", options.hindsight},
                                   {"samples", options.samples}, {"variants", to_json(accuracies)}};
    report["seconds"] = seconds_since(start);
    if (!options.report.empty()) WriteReport(options.report, report);
  }
  return passed;
}

}  // namespace tetralog::reference
