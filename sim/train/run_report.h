// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What a training run leaves: its report as JSON and its learning curve as SVG.

#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/train/code_histogram.h"
#include "sim/train/recipe.h"
#include "sim/train/run.h"

namespace tetralog::train {

// Without provenance. docs/training.md describes the keys.
nlohmann::ordered_json RunJson(const Recipe& recipe, const RunResult& result);

// Codes of every gradient with the share of zeros.
nlohmann::ordered_json GradientCodesJson(const CodeHistogram& histogram, uint64_t steps);
std::string GradientCodesSvg(const Recipe& recipe, const CodeHistogram& histogram, uint64_t steps);

// Loss and accuracy over the steps; the batches are averaged over some hundredth of the run.
std::string LearningCurveSvg(const Recipe& recipe, const RunResult& result);

// 16 hexadecimal digits.
std::string HashText(uint64_t hash);

}  // namespace tetralog::train
