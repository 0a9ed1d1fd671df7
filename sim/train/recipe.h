// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The recipe of a training run: all that decides its bits, from a configuration file and the
// command line, and recorded in every result.
//
// Every error is a std::invalid_argument with one line that names the key and what is allowed.

#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tetralog::train {

// Empty and 0, where they are defaults: chosen by CompleteRecipe(). docs/training.md lists the
// keys.
struct Recipe {
  std::string network = "mlp";
  std::string machine;  // empty: functional for LUQ, else reference
  std::string shape = "16x16x4";
  std::string variant = "luq";
  std::string first_last = "quantised";
  std::string clip = "sawb";
  std::string relu = "sums";
  std::string scales = "hindsight";
  uint64_t samples = 1;  // of each gradient (SMP)
  uint64_t fnt = 0;      // last steps in FP32
  std::string optimiser = "sgd";
  double momentum = 0.9;
  double rate = 0;  // learning rate of the first step
  std::string schedule = "linear";
  uint64_t batch = 0;
  uint64_t epochs = 0;  // that the schedule spans
  uint64_t steps = 0;   // after which the run ends
  uint64_t seed = 1;
};

struct RecipeKey {
  std::string name, help;  // help: what it means and what is allowed
};
const std::vector<RecipeKey>& RecipeKeys();

// The value of a key from its text. `source` begins the message of an error: "--" or "FILE: ".
void SetRecipeValue(const std::string& key, const std::string& value, const std::string& source,
                    Recipe* recipe);

// A file of a JSON object {"key": value, ...} or of lines "key = value" with # comments. The report
// of a run is read too: its recipe counts.
void ReadRecipeFile(const std::string& path, Recipe* recipe);

// Fills in what is left to the network and refuses what does not go together.
void CompleteRecipe(size_t train_images, Recipe* recipe);

uint64_t StepsPerEpoch(const Recipe& recipe, size_t train_images);

nlohmann::ordered_json RecipeJson(const Recipe& recipe);
Recipe RecipeFromJson(const nlohmann::ordered_json& json, const std::string& source);

// Why a saved recipe is not one of this version of the program: "has no relu", as a key that it
// lacks may have had another meaning then, or "has warmup, which is unknown here". Empty: it is.
std::string RecipeFault(const nlohmann::ordered_json& saved);

struct RecipeChange {
  std::string key, was, is;
  std::string Text() const { return key + " is " + is + ", was " + was; }
};

// The first key in which the run of `now` would go on to other bits than that of `before`. Machine,
// shape and the end of the run may differ, but with FNT the end may not.
std::optional<RecipeChange> RecipeDifference(const Recipe& before, const Recipe& now);

}  // namespace tetralog::train
