// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <variant>

#include "sim/train/tensor_trainer.h"

namespace tetralog::train {
namespace {

using Json = nlohmann::ordered_json;

struct Choice {
  std::string Recipe::*member;
  std::vector<std::string> allowed;  // empty: any text
};
struct Whole {
  uint64_t Recipe::*member;
  uint64_t least, most;
};
struct Real {
  double Recipe::*member;
  double least, most;
};

struct Field {
  const char* name;
  const char* help;
  std::variant<Choice, Whole, Real> value;
};

// What a network is trained with unless told otherwise (docs/fidelity.md).
struct Usual {
  const char* network;
  uint64_t epochs, batch;
  double rate;
};
constexpr Usual kUsual[] = {{"mlp", 6, 128, 0.05},    {"lenet", 3, 32, 0.02},
                            {"resnet8", 3, 32, 0.05}, {"resnet20", 3, 32, 0.05},
                            {"resnet", 3, 32, 0.05},  {"vit", 5, 32, 0.02}};

// A network of two names is the same recipe by either.
void UseOneName(Recipe* recipe) {
  if (recipe->network == "resnet") recipe->network = "resnet20";
}

constexpr double kAdamRate = 0.001;

std::vector<std::string> Networks() {
  std::vector<std::string> names;
  for (const Usual& usual : kUsual) names.push_back(usual.network);
  return names;
}

const std::vector<Field>& Fields() {
  static const std::vector<Field> fields = {
      {"network", "the network", Choice{&Recipe::network, Networks()}},
      {"machine", "what computes the GEMMs (default: functional, for other variants reference)",
       Choice{&Recipe::machine, {"reference", "functional", "cycle", "rtl"}}},
      {"shape", "array shape ROWSxCOLSxDOT of the machine", Choice{&Recipe::shape, {}}},
      {"variant",
       "luq, plain FP32, or broken on purpose: nearest levels, floored underflow, random bits "
       "shared "
       "by all rows",
       Choice{&Recipe::variant, {"luq", "fp32", "nearest", "floored", "shared-rows"}}},
      {"first-last", "first and last layer of ResNet and vit",
       Choice{&Recipe::first_last, {"quantised", "fp32"}}},
      {"clip", "rule of the clipping values", Choice{&Recipe::clip, {"sawb", "max"}}},
      {"relu", "what ReLU and pools act on: sums before they are rounded, or codes (mlp and lenet)",
       Choice{&Recipe::relu, {"sums", "codes"}}},
      {"scales", "from earlier steps, or from the current tensors",
       Choice{&Recipe::scales, {"hindsight", "current"}}},
      {"samples", "samples of each gradient (SMP)", Whole{&Recipe::samples, 1, 8}},
      {"fnt", "last steps in FP32 on the host", Whole{&Recipe::fnt, 0, 1'000'000'000}},
      {"optimiser", "gradient descent with momentum, or Adam",
       Choice{&Recipe::optimiser, {"sgd", "adam"}}},
      {"momentum", "of the optimiser (Adam: of the mean gradient)",
       Real{&Recipe::momentum, 0, 0.9999}},
      {"rate", "learning rate of the first step (default: the network's own)",
       Real{&Recipe::rate, 1e-9, 100}},
      {"schedule", "the rate falls linearly or as half a cosine to zero, or stays",
       Choice{&Recipe::schedule, {"linear", "cosine", "constant"}}},
      {"batch", "images of a step (default: the network's own)", Whole{&Recipe::batch, 1, 60'000}},
      {"epochs", "epochs that the schedule spans (default: the network's own)",
       Whole{&Recipe::epochs, 1, 100'000}},
      {"steps", "stop after this many steps (default: all epochs)",
       Whole{&Recipe::steps, 1, 1'000'000'000}},
      {"seed", "of initial weights, batches and random bits", Whole{&Recipe::seed, 0, UINT64_MAX}},
  };
  return fields;
}

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

std::string Allowed(const Field& field) {
  return std::visit(
      Overloaded{
          [](const Choice& c) {
            return c.allowed.empty() ? std::string("a text")
                                     : fmt::format("{}", fmt::join(c.allowed, ", "));
          },
          [](const Whole& w) { return fmt::format("a whole number, {} to {}", w.least, w.most); },
          [](const Real& r) { return fmt::format("a number, {} to {}", r.least, r.most); }},
      field.value);
}

template <typename T>
bool ParseNumber(const std::string& text, T least, T most, T* value) {
  T parsed{};
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, parsed);
  // The comparison refuses what is no number, too.
  if (error != std::errc() || at != end || !(parsed >= least && parsed <= most)) return false;
  *value = parsed;
  return true;
}

bool SetField(const Field& field, const std::string& value, Recipe* recipe) {
  return std::visit(
      Overloaded{
          [&](const Choice& c) {
            if (value.empty() ||
                (!c.allowed.empty() &&
                 std::find(c.allowed.begin(), c.allowed.end(), value) == c.allowed.end()))
              return false;
            recipe->*c.member = value;
            return true;
          },
          [&](const Whole& w) { return ParseNumber(value, w.least, w.most, &(recipe->*w.member)); },
          [&](const Real& r) { return ParseNumber(value, r.least, r.most, &(recipe->*r.member)); }},
      field.value);
}

Json GetField(const Field& field, const Recipe& recipe) {
  return std::visit([&](const auto& f) { return Json(recipe.*f.member); }, field.value);
}

[[noreturn]] void Refuse(const std::string& line) { throw std::invalid_argument(line); }

std::string Trimmed(std::string_view text) {
  constexpr char kSpace[] = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin));
}

void SetFromJson(const Json& json, const std::string& source, Recipe* recipe) {
  if (!json.is_object()) Refuse(source + "is no JSON object of recipe keys");
  for (const auto& [key, value] : json.items()) {
    if (value.is_structured()) Refuse(fmt::format("{}{}: give one value", source, key));
    const bool text = value.is_string();
    SetRecipeValue(key, text ? value.get<std::string>() : value.dump(), source, recipe);
  }
}

}  // namespace

const std::vector<RecipeKey>& RecipeKeys() {
  static const std::vector<RecipeKey> keys = [] {
    std::vector<RecipeKey> list;
    for (const Field& f : Fields()) {
      const Json value = GetField(f, Recipe{});
      std::string usual = value.is_string() ? value.get<std::string>() : value.dump();
      usual = std::string_view(f.help).find("(default: ") == std::string_view::npos
                  ? fmt::format(" (default: {})", usual)
                  : "";
      list.push_back({f.name, fmt::format("{}: {}{}", f.help, Allowed(f), usual)});
    }
    return list;
  }();
  return keys;
}

void SetRecipeValue(const std::string& key, const std::string& value, const std::string& source,
                    Recipe* recipe) {
  std::vector<std::string> names;
  for (const Field& field : Fields()) {
    names.push_back(field.name);
    if (key != field.name) continue;
    if (SetField(field, value, recipe)) return;
    Refuse(fmt::format("{}{}: '{}' is not allowed; give {}", source, key, value, Allowed(field)));
  }
  Refuse(fmt::format("{}{}: no such key; there are {}", source, key, fmt::join(names, ", ")));
}

void ReadRecipeFile(const std::string& path, Recipe* recipe) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path))
    Refuse(path + ": cannot be read; give --config a file of recipe keys");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::string source = path + ": ";
  if (Trimmed(text).starts_with('{')) {
    const Json json = Json::parse(text, nullptr, false, true);
    if (json.is_discarded())
      Refuse(source + "is not valid JSON; check it with python3 -m json.tool");
    const bool report = json.contains("recipe") && json["recipe"].is_object();
    return SetFromJson(report ? json["recipe"] : json, source, recipe);
  }
  size_t number = 0;
  for (size_t begin = 0; begin < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const std::string content = Trimmed(line.substr(0, line.find('#')));
    if (content.empty()) continue;
    const size_t equals = content.find('=');
    if (equals == std::string::npos)
      Refuse(fmt::format("{}line {}: '{}' is not key = value", source, number + 1, content));
    SetRecipeValue(Trimmed(content.substr(0, equals)), Trimmed(content.substr(equals + 1)), source,
                   recipe);
  }
}

uint64_t StepsPerEpoch(const Recipe& recipe, size_t train_images) {
  return train_images / recipe.batch;
}

void CompleteRecipe(size_t train_images, Recipe* recipe) {
  Recipe& r = *recipe;
  UseOneName(recipe);
  const auto usual = std::find_if(std::begin(kUsual), std::end(kUsual),
                                  [&](const Usual& u) { return r.network == u.network; });
  if (usual == std::end(kUsual))
    Refuse(fmt::format("network: '{}' is not allowed; give {}", r.network,
                       fmt::join(Networks(), ", ")));
  if (r.batch == 0) r.batch = usual->batch;
  if (r.rate == 0) r.rate = r.optimiser == "adam" ? kAdamRate : usual->rate;
  if (r.batch > train_images)
    Refuse(fmt::format("batch: {} is more than the {} training images; give less", r.batch,
                       train_images));
  const uint64_t in_epoch = StepsPerEpoch(r, train_images);
  if (r.epochs == 0) r.epochs = std::max(usual->epochs, (r.steps + in_epoch - 1) / in_epoch);
  if (r.steps == 0) r.steps = r.epochs * in_epoch;
  if (r.steps > r.epochs * in_epoch)
    Refuse(fmt::format("steps: {} are more than the {} of {} epochs; give more epochs", r.steps,
                       r.epochs * in_epoch, r.epochs));
  if (r.fnt > r.steps)
    Refuse(fmt::format("fnt: {} steps in FP32 are more than all {}; give less", r.fnt, r.steps));
  const bool luq = r.variant == "luq", tensors = IsTensorNetwork(r.network);
  if (!tensors && r.variant == "shared-rows")
    Refuse(fmt::format("variant: shared-rows is for ResNet and vit, not for {}", r.network));
  if (!tensors && r.first_last != "quantised")
    Refuse(
        fmt::format("first-last: {} is for ResNet and vit, not for {}", r.first_last, r.network));
  if (tensors && r.relu != "sums")
    Refuse(fmt::format("relu: {} is for mlp and lenet, not for {}", r.relu, r.network));
  // Theirs are rounded by the host, whatever the machine.
  const bool any_machine = luq || (tensors && r.variant != "fp32");
  if (r.machine.empty()) r.machine = any_machine ? "functional" : "reference";
  if (!any_machine && r.machine != "reference")
    Refuse(fmt::format("variant: {} runs on the machine reference only, not on {}", r.variant,
                       r.machine));
  if (!luq && r.fnt > 0)
    Refuse(fmt::format("fnt: is for the variant luq, not for {}; leave it out", r.variant));
}

nlohmann::ordered_json RecipeJson(const Recipe& recipe) {
  Json json = Json::object();
  for (const Field& field : Fields()) json[field.name] = GetField(field, recipe);
  return json;
}

Recipe RecipeFromJson(const nlohmann::ordered_json& json, const std::string& source) {
  Recipe recipe;
  SetFromJson(json, source, &recipe);
  UseOneName(&recipe);
  return recipe;
}

std::string RecipeFault(const nlohmann::ordered_json& saved) {
  if (!saved.is_object()) return "is no JSON object";
  std::vector<std::string> known;
  for (const Field& field : Fields()) {
    known.push_back(field.name);
    if (!saved.contains(field.name)) return fmt::format("has no {}", field.name);
  }
  for (const auto& [key, value] : saved.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      return fmt::format("has {}, which is unknown here", key);
  }
  return "";
}

std::optional<RecipeChange> RecipeDifference(const Recipe& before, const Recipe& now) {
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  for (const Field& field : Fields()) {
    const std::string name = field.name;
    if (name == "machine" || name == "shape") continue;
    if (name == "steps" && now.fnt == 0) continue;
    const Json was = GetField(field, before), is = GetField(field, now);
    if (was != is) return RecipeChange{name, text(was), text(is)};
  }
  return std::nullopt;
}

}  // namespace tetralog::train
