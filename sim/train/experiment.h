// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// An accuracy experiment: recipes that are trained on the same seeds, and what the means of their
// test accuracies must keep to. Runs of one seed see the same initial weights and batches.
//
// Every error is a std::invalid_argument or std::runtime_error with one line.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/train/recipe.h"

namespace tetralog::train {

struct NamedRecipe {
  std::string name;
  std::vector<std::pair<std::string, std::string>> keys;  // as given; the rest is usual

  // Complete, for a seed.
  Recipe Of(uint64_t seed, size_t train_images) const;
  // "--network mlp --rate 0.1"
  std::string Options() const;
};

// The mean difference, paired by seed, of two recipes in points of accuracy.
struct AccuracyLimit {
  std::string better, worse;
  std::optional<double> at_most, at_least;
};

struct Experiment {
  std::string name;  // the file's, without ending
  std::vector<uint64_t> seeds;
  std::vector<NamedRecipe> recipes;  // the others are compared with the first
  std::vector<AccuracyLimit> limits;
};

// JSON: {"seeds": [1, 2], "common": {recipe keys}, "recipes": {"fp32": {recipe keys}, ...},
// "limits": [{"better": "fp32", "worse": "luq", "at_most": 0.7}, ...]}.
Experiment ReadExperiment(const std::string& path);

// Of one recipe, in percent, in the order of the seeds.
struct Accuracies {
  std::vector<double> values;

  double Mean() const;
  std::optional<double> Deviation() const;  // standard deviation of a sample; none of one value
};

// What came out, as {"recipes": [...], "limits": [...], "passed": bool}. `results` has one entry
// for each recipe.
nlohmann::ordered_json AccuracyJson(const Experiment& experiment,
                                    const std::vector<Accuracies>& results);

// The same as a Markdown table, with one line for each limit below it.
std::string AccuracyTable(const Experiment& experiment, const std::vector<Accuracies>& results);

}  // namespace tetralog::train
