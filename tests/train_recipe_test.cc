// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Recipes from files and the command line: what is filled in, and one line that names the key for
// every sort of mistake.

#include <gtest/gtest.h>

#include <string>

#include "sim/train/recipe.h"
#include "tests/train_toy.h"

namespace tetralog::train {
namespace {

using testing::ErrorOf;
using testing::ExpectErrorHas;
using testing::Folder;
using testing::WriteTextFile;

constexpr size_t kImages = 60'000;

Recipe Complete(std::vector<std::pair<std::string, std::string>> values) {
  Recipe recipe;
  for (const auto& [key, value] : values) SetRecipeValue(key, value, "--", &recipe);
  CompleteRecipe(kImages, &recipe);
  return recipe;
}

TEST(TrainRecipe, EveryNetworkHasItsUsualTraining) {
  const Recipe mlp = Complete({});
  EXPECT_EQ(mlp.machine, "functional");
  EXPECT_EQ(mlp.batch, 128);
  EXPECT_EQ(mlp.epochs, 6);
  EXPECT_EQ(mlp.steps, 6 * 468);
  EXPECT_EQ(mlp.rate, 0.05);
  const Recipe lenet = Complete({{"network", "lenet"}});
  EXPECT_EQ(lenet.batch, 32);
  EXPECT_EQ(lenet.steps, 3 * 1875);
  EXPECT_EQ(Complete({{"optimiser", "adam"}}).rate, 0.001);
  EXPECT_EQ(Complete({{"optimiser", "adam"}, {"rate", "0.01"}}).rate, 0.01);
}

TEST(TrainRecipe, StepsEndTheRunButLeaveTheSchedule) {
  const Recipe cut = Complete({{"steps", "20"}});
  EXPECT_EQ(cut.steps, 20);
  EXPECT_EQ(cut.epochs, 6);
  // More steps than the usual epochs have need more epochs, unless these are given.
  EXPECT_EQ(Complete({{"steps", "2809"}}).epochs, 7);
  ExpectErrorHas([] { Complete({{"steps", "469"}, {"epochs", "1"}}); }, {"steps: 469", "468"});
}

TEST(TrainRecipe, OtherVariantsRunOnTheReference) {
  EXPECT_EQ(Complete({{"variant", "fp32"}}).machine, "reference");
  ExpectErrorHas(
      [] {
        Complete({{"variant", "nearest"}, {"machine", "rtl"}});
      },
      {"variant: nearest", "reference"});
}

TEST(TrainRecipe, BothSortsOfFilesSayTheSame) {
  const Folder folder;
  WriteTextFile(folder / "a.json",
                R"({"network": "lenet", "rate": 0.025, "batch": 64, "seed": 7})");
  WriteTextFile(folder / "b.cfg",
                "# a comment\n\n network = lenet\r\nrate=0.025 # here too\nbatch = 64\nseed = 7");
  Recipe a, b;
  ReadRecipeFile(folder / "a.json", &a);
  ReadRecipeFile(folder / "b.cfg", &b);
  EXPECT_EQ(RecipeJson(a), RecipeJson(b));
  EXPECT_EQ(a.rate, 0.025);
  EXPECT_EQ(a.seed, 7);
}

TEST(TrainRecipe, TheReportOfARunGivesItsRecipeBack) {
  const Folder folder;
  const Recipe recipe = Complete({{"rate", "0.1"}, {"seed", "18446744073709551615"}});
  WriteTextFile(folder / "report.json",
                nlohmann::ordered_json{{"steps", 3}, {"recipe", RecipeJson(recipe)}}.dump());
  Recipe again;
  ReadRecipeFile(folder / "report.json", &again);
  EXPECT_EQ(RecipeJson(again), RecipeJson(recipe));
  EXPECT_FALSE(RecipeDifference(recipe, again));
}

TEST(TrainRecipe, MistakesOnTheCommandLineNameKeyAndWhatIsAllowed) {
  const auto set = [](const char* key, const char* value) {
    return [=] { Complete({{key, value}}); };
  };
  ExpectErrorHas(set("network", "vgg"), {"--network: 'vgg'", "mlp, lenet"});
  ExpectErrorHas([] { Complete({{"first-last", "fp32"}}); }, {"first-last", "ResNet and vit"});
  ExpectErrorHas([] { Complete({{"variant", "shared-rows"}}); }, {"variant", "ResNet and vit"});
  EXPECT_EQ(Complete({{"network", "vit"}, {"variant", "nearest"}}).machine, "functional");
  EXPECT_EQ(Complete({{"network", "vit"}, {"variant", "fp32"}}).machine, "reference");
  ExpectErrorHas(set("batch", "0"), {"--batch: '0'", "1 to 60000"});
  ExpectErrorHas(set("batch", "12x"), {"--batch: '12x'", "whole number"});
  ExpectErrorHas(set("batch", ""), {"--batch: ''"});
  ExpectErrorHas(set("samples", "9"), {"--samples: '9'", "1 to 8"});
  ExpectErrorHas(set("seed", "-1"), {"--seed: '-1'"});
  ExpectErrorHas(set("rate", "nan"), {"--rate: 'nan'"});
  ExpectErrorHas(set("rate", "-0.1"), {"--rate: '-0.1'"});
  ExpectErrorHas(set("momentum", "1"), {"--momentum: '1'", "0 to 0.9999"});
  ExpectErrorHas(set("learning-rate", "1"), {"--learning-rate: no such key", "rate", "momentum"});
  ExpectErrorHas([] { Complete({{"fnt", "30"}, {"steps", "20"}}); }, {"fnt: 30"});
}

TEST(TrainRecipe, MistakesInFilesNameTheFile) {
  const Folder folder;
  const std::string path = folder / "recipe";
  const auto read = [&](const std::string& text) {
    WriteTextFile(path, text);
    return [&path] {
      Recipe recipe;
      ReadRecipeFile(path, &recipe);
    };
  };
  ExpectErrorHas(read("batch = many\n"), {path, "batch: 'many'"});
  ExpectErrorHas(read("\nbatch 128\n"), {path, "line 2", "'batch 128'"});
  ExpectErrorHas(read("bach = 128\n"), {path, "bach: no such key"});
  ExpectErrorHas(read("{\"batch\": 128"), {path, "JSON"});
  ExpectErrorHas(read("{\"batch\": [1]}"), {path, "batch: give one value"});
  ExpectErrorHas(read("{\"batch\": true}"), {path, "batch: 'true'"});
  ExpectErrorHas(read("{\"batch\": null}"), {path, "batch: 'null'"});
  Recipe recipe;
  ExpectErrorHas([&] { ReadRecipeFile(folder / "missing", &recipe); }, {"missing", "--config"});
  ExpectErrorHas([&] { ReadRecipeFile(folder / "", &recipe); }, {"cannot be read"});
}

TEST(TrainRecipe, ADifferenceThatChangesTheBitsIsNamed) {
  const auto text = [](const Recipe& before, const Recipe& now) {
    const std::optional<RecipeChange> change = RecipeDifference(before, now);
    return change ? change->Text() : "";
  };
  const Recipe before = Complete({{"steps", "20"}});
  EXPECT_EQ(text(before, Complete({{"steps", "30"}, {"machine", "rtl"}})), "");
  EXPECT_EQ(text(before, Complete({{"steps", "20"}, {"batch", "64"}})), "batch is 64, was 128");
  EXPECT_EQ(text(before, Complete({{"steps", "20"}, {"scales", "current"}})),
            "scales is current, was hindsight");
  const Recipe fnt = Complete({{"steps", "20"}, {"fnt", "5"}});
  EXPECT_EQ(text(fnt, Complete({{"steps", "30"}, {"fnt", "5"}})), "steps is 30, was 20");
}

TEST(TrainRecipe, ASavedRecipeHasEveryKeyAndNoOther) {
  const nlohmann::ordered_json saved = RecipeJson(Complete({{"steps", "20"}}));
  EXPECT_EQ(RecipeFault(saved), "");
  for (const RecipeKey& key : RecipeKeys()) {
    nlohmann::ordered_json without = saved;
    without.erase(key.name);
    EXPECT_EQ(RecipeFault(without), "has no " + key.name);
  }
  nlohmann::ordered_json with = saved;
  with["warmup"] = 5;
  EXPECT_EQ(RecipeFault(with), "has warmup, which is unknown here");
  EXPECT_EQ(RecipeFault(nlohmann::ordered_json::parse("{", nullptr, false)), "is no JSON object");
}

TEST(TrainRecipe, ANetworkOfTwoNamesIsOneRecipe) {
  Recipe one, other;
  one.network = "resnet";
  other.network = "resnet20";
  CompleteRecipe(60'000, &one);
  CompleteRecipe(60'000, &other);
  EXPECT_FALSE(RecipeDifference(one, other).has_value());
  EXPECT_EQ(RecipeJson(one), RecipeJson(other));
  nlohmann::ordered_json before = RecipeJson(one);
  before["network"] = "resnet";  // as earlier checkpoints have it
  EXPECT_FALSE(RecipeDifference(RecipeFromJson(before, ""), one).has_value());
}

}  // namespace
}  // namespace tetralog::train
