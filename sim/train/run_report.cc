// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/line_plot.h"

namespace tetralog::train {
namespace {

// Means of groups of consecutive steps, each at its last step, in units of `unit`.
LineSeries Averaged(const std::string& name, const std::vector<double>& values, double unit) {
  constexpr size_t kPoints = 150;
  LineSeries series{name, {}, false};
  const size_t group = values.size() / kPoints + 1;
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    if ((i + 1) % group != 0) continue;
    series.points.emplace_back(static_cast<double>(i + 1), sum / static_cast<double>(group) * unit);
    sum = 0;
  }
  return series;
}

}  // namespace

std::string HashText(uint64_t hash) { return fmt::format("{:016x}", hash); }

nlohmann::ordered_json RunJson(const Recipe& recipe, const RunResult& result) {
  nlohmann::ordered_json tests = nlohmann::ordered_json::array();
  for (const TestPoint& test : result.history.tests)
    tests.push_back({{"step", test.step},
                     {"accuracy", test.accuracy},
                     {"images", test.images == 0 ? nlohmann::ordered_json(nullptr)
                                                 : nlohmann::ordered_json(test.images)},
                     {"fp32", recipe.variant == "fp32" || InFp32(recipe, test.step)}});
  return {{"network", recipe.network},
          {"machine", recipe.machine},
          {"shape", recipe.shape},
          {"steps", result.steps},
          {"batch", recipe.batch},
          {"seed", recipe.seed},
          {"recipe", RecipeJson(recipe)},
          {"weights_hash", HashText(result.weights_hash)},
          {"train_loss", result.train_loss},
          {"train_accuracy", result.train_accuracy},
          {"test_accuracy", result.test_accuracy ? nlohmann::ordered_json(*result.test_accuracy)
                                                 : nlohmann::ordered_json(nullptr)},
          {"test_images", result.test_accuracy ? tests.back()["images"] : nullptr},
          {"tests", std::move(tests)},
          {"first_step", result.first_step},
          {"seconds", result.seconds}};
}

nlohmann::ordered_json GradientCodesJson(const CodeHistogram& histogram, uint64_t steps) {
  nlohmann::ordered_json tensors = nlohmann::ordered_json::object();
  for (const CodeHistogram::Tensor& tensor : histogram.tensors()) {
    tensors[tensor.name] = {
        {"counts", tensor.counts},
        {"zeros", static_cast<double>(tensor.zeros()) / static_cast<double>(tensor.total())}};
  }
  return {{"steps", steps}, {"tensors", std::move(tensors)}};
}

std::string GradientCodesSvg(const Recipe& recipe, const CodeHistogram& histogram, uint64_t steps) {
  return CodeHistogramSvg(fmt::format("{}, {} on {}: gradients of {} steps", recipe.network,
                                      recipe.variant, recipe.machine, steps),
                          histogram);
}

std::string LearningCurveSvg(const Recipe& recipe, const RunResult& result) {
  LineSeries tests{"test images", {}, true};
  for (const TestPoint& test : result.history.tests)
    tests.points.emplace_back(static_cast<double>(test.step), 100 * test.accuracy);
  const std::string title = fmt::format("{}, {} on {}, batch {}, seed {}", recipe.network,
                                        recipe.variant, recipe.machine, recipe.batch, recipe.seed);
  return LinePlotSvg(title, "step",
                     {{"loss", {Averaged("batches", result.history.loss, 1)}},
                      {"accuracy in percent",
                       {Averaged("batches", result.history.accuracy, 100), std::move(tests)}}});
}

}  // namespace tetralog::train
