// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>

namespace tetralog::train {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void Refuse(const std::string& line) { throw std::invalid_argument(line); }

// A letter or digit first, so that it can begin a file's name.
bool IsName(const std::string& text) {
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  return !text.empty() && text[0] != '-' && text[0] != '.' &&
         text.find_first_not_of(kAllowed) == std::string::npos;
}

const Json& Member(const Json& json, const char* key, Json::value_t type,
                   const std::string& source) {
  if (!json.contains(key) || json[key].type() != type || json[key].empty())
    Refuse(fmt::format("{}: '{}' is missing or empty; see docs/accuracy.md", source, key));
  return json[key];
}

void AddKeys(const Json& json, const std::string& source, NamedRecipe* recipe) {
  if (!json.is_object()) Refuse(source + "is no JSON object of recipe keys");
  for (const auto& [key, value] : json.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    Recipe checked;
    SetRecipeValue(key, text, source, &checked);
    if (key == "seed") Refuse(source + "seed: belongs to the list 'seeds'");
    const auto same = std::find_if(recipe->keys.begin(), recipe->keys.end(),
                                   [name = key](const auto& k) { return k.first == name; });
    if (same != recipe->keys.end()) {
      same->second = text;
    } else {
      recipe->keys.emplace_back(key, text);
    }
  }
}

size_t IndexOf(const Experiment& experiment, const std::string& recipe, const std::string& source) {
  for (size_t i = 0; i < experiment.recipes.size(); ++i)
    if (experiment.recipes[i].name == recipe) return i;
  Refuse(fmt::format("{}: a limit is about '{}'; there is no such recipe", source, recipe));
}

std::string TextOf(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

std::optional<double> NumberOf(const Json& json, const char* key, const std::string& source) {
  if (!json.contains(key)) return std::nullopt;
  if (!json[key].is_number())
    Refuse(fmt::format("{}: {} of a limit is no number: {}", source, key, json[key].dump()));
  return json[key].get<double>();
}

AccuracyLimit ReadLimit(const Json& json, const Experiment& experiment, const std::string& source) {
  if (!json.is_object()) Refuse(source + ": a limit is no JSON object");
  for (const auto& [key, value] : json.items())
    if (key != "better" && key != "worse" && key != "at_most" && key != "at_least")
      Refuse(fmt::format("{}: a limit has no key '{}'; there are better, worse, at_most, at_least",
                         source, key));
  AccuracyLimit limit{TextOf(json, "better"), TextOf(json, "worse"),
                      NumberOf(json, "at_most", source), NumberOf(json, "at_least", source)};
  IndexOf(experiment, limit.better, source);
  IndexOf(experiment, limit.worse, source);
  if (!limit.at_most && !limit.at_least)
    Refuse(source + ": a limit needs a number 'at_most' or 'at_least'");
  return limit;
}

Accuracies Difference(const Accuracies& a, const Accuracies& b) {
  Accuracies difference = a;
  for (size_t i = 0; i < a.values.size(); ++i) difference.values[i] -= b.values[i];
  return difference;
}

// Of a limit on an experiment's results, whose recipes are there.
struct Checked {
  Accuracies difference;
  double mean;
  bool passed;
};
Checked Check(const AccuracyLimit& limit, const Experiment& experiment,
              const std::vector<Accuracies>& results) {
  Checked checked;
  checked.difference = Difference(results[IndexOf(experiment, limit.better, experiment.name)],
                                  results[IndexOf(experiment, limit.worse, experiment.name)]);
  // Accuracies of 10,000 images have two decimals; so has what is compared.
  checked.mean = std::round(checked.difference.Mean() * 1e6) / 1e6;
  checked.passed = (!limit.at_most || checked.mean <= *limit.at_most) &&
                   (!limit.at_least || checked.mean >= *limit.at_least);
  return checked;
}

std::string List(const std::vector<double>& values) {
  std::string text;
  for (const double value : values)
    text += fmt::format("{}{:.2f}", text.empty() ? "" : ", ", value);
  return text;
}

}  // namespace

Recipe NamedRecipe::Of(uint64_t seed, size_t train_images) const {
  Recipe recipe;
  for (const auto& [key, value] : keys) SetRecipeValue(key, value, name + ": ", &recipe);
  recipe.seed = seed;
  CompleteRecipe(train_images, &recipe);
  return recipe;
}

std::string NamedRecipe::Options() const {
  std::string text;
  for (const auto& [key, value] : keys)
    text += fmt::format("{}--{} {}", text.empty() ? "" : " ", key, value);
  return text;
}

Experiment ReadExperiment(const std::string& path) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path))
    Refuse(path + ": cannot be read; give an experiment, as those in sim/train/accuracy/");
  const Json json = Json::parse(in, nullptr, false, true);
  if (!json.is_object())
    Refuse(path + ": is no JSON object; check it with python3 -m json.tool, see docs/accuracy.md");
  Experiment experiment;
  experiment.name = std::filesystem::path(path).stem();
  for (const auto& [key, value] : json.items())
    if (key != "seeds" && key != "common" && key != "recipes" && key != "limits")
      Refuse(
          fmt::format("{}: no such key '{}'; there are seeds, common, recipes, limits", path, key));
  for (const Json& seed : Member(json, "seeds", Json::value_t::array, path)) {
    if (!seed.is_number_unsigned()) Refuse(path + ": seeds are whole numbers");
    experiment.seeds.push_back(seed.get<uint64_t>());
  }
  for (const auto& [name, keys] : Member(json, "recipes", Json::value_t::object, path).items()) {
    if (!IsName(name))
      Refuse(
          fmt::format("{}: '{}' names a recipe; use small letters, digits, '-', '.'", path, name));
    NamedRecipe recipe{name, {}};
    if (json.contains("common")) AddKeys(json["common"], path + ": common: ", &recipe);
    AddKeys(keys, fmt::format("{}: {}: ", path, name), &recipe);
    experiment.recipes.push_back(std::move(recipe));
  }
  if (json.contains("limits")) {
    if (!json["limits"].is_array()) Refuse(path + ": 'limits' is a list");
    for (const Json& limit : json["limits"])
      experiment.limits.push_back(ReadLimit(limit, experiment, path));
  }
  return experiment;
}

double Accuracies::Mean() const {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> Accuracies::Deviation() const {
  if (values.size() < 2) return std::nullopt;
  const double mean = Mean();
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

Json AccuracyJson(const Experiment& experiment, const std::vector<Accuracies>& results) {
  Json recipes = Json::array(), limits = Json::array();
  for (size_t i = 0; i < results.size(); ++i) {
    const std::optional<double> deviation = results[i].Deviation();
    recipes.push_back({{"name", experiment.recipes[i].name},
                       {"options", experiment.recipes[i].Options()},
                       {"accuracies", results[i].values},
                       {"mean", results[i].Mean()},
                       {"std", deviation ? Json(*deviation) : Json(nullptr)},
                       {"minus_first", Difference(results[i], results[0]).Mean()}});
  }
  bool passed = true;
  for (const AccuracyLimit& limit : experiment.limits) {
    const Checked checked = Check(limit, experiment, results);
    Json json = {{"better", limit.better},
                 {"worse", limit.worse},
                 {"difference", checked.mean},
                 {"differences", checked.difference.values}};
    if (limit.at_most) json["at_most"] = *limit.at_most;
    if (limit.at_least) json["at_least"] = *limit.at_least;
    json["passed"] = checked.passed;
    passed = passed && checked.passed;
    limits.push_back(std::move(json));
  }
  return {{"recipes", std::move(recipes)}, {"limits", std::move(limits)}, {"passed", passed}};
}

std::string AccuracyTable(const Experiment& experiment, const std::vector<Accuracies>& results) {
  std::string text = fmt::format("| recipe | mean | std | minus {} | seeds {} | options |\n",
                                 experiment.recipes[0].name, fmt::join(experiment.seeds, ", "));
  text += "|---|---|---|---|---|---|\n";
  for (size_t i = 0; i < results.size(); ++i) {
    const std::optional<double> deviation = results[i].Deviation();
    text +=
        fmt::format("| {} | {:.2f} | {} | {} | {} | `{}` |\n", experiment.recipes[i].name,
                    results[i].Mean(), deviation ? fmt::format("{:.2f}", *deviation) : "",
                    i == 0 ? "" : fmt::format("{:+.2f}", Difference(results[i], results[0]).Mean()),
                    List(results[i].values), experiment.recipes[i].Options());
  }
  if (!experiment.limits.empty()) text += "\n";
  for (const AccuracyLimit& limit : experiment.limits) {
    const Checked checked = Check(limit, experiment, results);
    std::vector<std::string> bounds;
    if (limit.at_least) bounds.push_back(fmt::format("at least {}", *limit.at_least));
    if (limit.at_most) bounds.push_back(fmt::format("at most {}", *limit.at_most));
    text += fmt::format("- {} minus {}: {:.2f} points ({}), {}: {}\n", limit.better, limit.worse,
                        checked.mean, List(checked.difference.values), fmt::join(bounds, " and "),
                        checked.passed ? "met" : "MISSED");
  }
  return text;
}

}  // namespace tetralog::train
