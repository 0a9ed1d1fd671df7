// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Experiments of accuracy: what their files say, what limits are held against, the table. And those
// of the product: they can be read, and their recipes go together.

#include <gtest/gtest.h>

#include <filesystem>

#include "sim/train/experiment.h"
#include "tests/train_toy.h"

namespace tetralog::train {
namespace {

using testing::ExpectErrorHas;
using testing::Folder;
using testing::WriteTextFile;

constexpr char kToy[] = R"({
  "seeds": [7, 8],
  "common": {"network": "mlp", "rate": 0.1, "epochs": 2},
  "recipes": {"fp32": {"variant": "fp32"}, "luq": {"samples": 2, "rate": 0.05}},
  "limits": [{"better": "fp32", "worse": "luq", "at_most": 0.5}]
})";

Experiment Read(const std::string& text) {
  const Folder folder;
  WriteTextFile(folder / "toy.json", text);
  return ReadExperiment(folder / "toy.json");
}

// `text` with its part `from` as `to`.
std::string With(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(TrainExperiment, AFileIsRecipesSeedsAndLimits) {
  const Experiment toy = Read(kToy);
  EXPECT_EQ(toy.name, "toy");
  EXPECT_EQ(toy.seeds, (std::vector<uint64_t>{7, 8}));
  ASSERT_EQ(toy.recipes.size(), 2);
  EXPECT_EQ(toy.recipes[0].name, "fp32");  // in the order of the file
  EXPECT_EQ(toy.recipes[1].Options(), "--network mlp --rate 0.05 --epochs 2 --samples 2");
  const Recipe luq = toy.recipes[1].Of(8, 60'000);
  EXPECT_EQ(luq.seed, 8);
  EXPECT_EQ(luq.samples, 2);
  EXPECT_EQ(luq.rate, 0.05);
  EXPECT_EQ(luq.machine, "functional");
  EXPECT_EQ(luq.steps, 2 * 468);
  EXPECT_EQ(toy.recipes[0].Of(8, 60'000).machine, "reference");
}

TEST(TrainExperiment, LimitsHoldTheMeanOfPairedDifferences) {
  const Experiment toy = Read(kToy);
  const std::vector<Accuracies> good = {{{88.0, 89.0}}, {{87.9, 88.1}}};
  EXPECT_DOUBLE_EQ(good[1].Mean(), 88.0);
  EXPECT_NEAR(good[1].Deviation().value(), 0.1414, 1e-4);
  EXPECT_FALSE(Accuracies({.values = {88.0}}).Deviation().has_value());
  const auto json = AccuracyJson(toy, good);
  EXPECT_TRUE(json["passed"].get<bool>());  // 0.1 and 0.9: 0.5, as the limit allows
  EXPECT_DOUBLE_EQ(json["limits"][0]["difference"].get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(json["recipes"][1]["minus_first"].get<double>(), -0.5);
  EXPECT_NE(AccuracyTable(toy, good).find("| luq | 88.00 | 0.14 | -0.50 | 87.90, 88.10 |"),
            std::string::npos)
      << AccuracyTable(toy, good);
  const std::vector<Accuracies> bad = {{{88.0, 89.0}}, {{87.9, 88.08}}};
  EXPECT_FALSE(AccuracyJson(toy, bad)["passed"].get<bool>());
  EXPECT_NE(AccuracyTable(toy, bad).find("0.51 points (0.10, 0.92), at most 0.5: MISSED"),
            std::string::npos)
      << AccuracyTable(toy, bad);
  const Experiment least = Read(With(kToy, "at_most", "at_least"));
  EXPECT_TRUE(AccuracyJson(least, bad)["passed"].get<bool>());
  EXPECT_FALSE(AccuracyJson(least, {{{88.0, 89.0}}, {{88.0, 88.9}}})["passed"].get<bool>());
}

TEST(TrainExperiment, BothBoundsOfALimitAreHeldAndPrinted) {
  const Experiment toy =
      Read(With(kToy, "\"at_most\": 0.5", "\"at_most\": 0.5, \"at_least\": 0.1"));
  const std::vector<std::vector<Accuracies>> results = {{{{88.0, 89.0}}, {{87.9, 88.1}}},    // 0.5
                                                        {{{88.0, 89.0}}, {{87.9, 88.08}}},   // 0.51
                                                        {{{88.0, 89.0}}, {{88.0, 88.82}}}};  // 0.09
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(AccuracyJson(toy, results[i])["passed"], i == 0) << i;
    const std::string table = AccuracyTable(toy, results[i]);
    const std::string verdict = i == 0 ? "met" : "MISSED";
    EXPECT_NE(table.find("at least 0.1 and at most 0.5: " + verdict), std::string::npos) << table;
  }
}

TEST(TrainExperiment, MistakesAreOneLine) {
  const auto expect = [](const std::string& from, const std::string& to,
                         const std::vector<std::string>& parts) {
    ExpectErrorHas([&] { Read(With(kToy, from, to)); }, parts);
  };
  expect("{", "[", {"toy.json", "no JSON object"});
  expect("seeds", "sets", {"no such key 'sets'"});
  expect("[7, 8]", "[]", {"'seeds' is missing or empty"});
  expect("[7, 8]", "[-1]", {"whole numbers"});
  expect("0.1", "\"fast\"", {"common: rate: 'fast' is not allowed"});
  expect("samples", "simples", {"luq: simples: no such key"});
  expect("samples", "seed", {"belongs to the list 'seeds'"});
  expect("\"fp32\": {", "\"../x\": {", {"'../x' names a recipe"});
  expect("\"worse\": \"luq\"", "\"worse\": \"lug\"", {"'lug'; there is no such recipe"});
  expect(R"(, "at_most": 0.5)", "", {"needs a number"});
  expect("at_most", "at_mast", {"a limit has no key 'at_mast'", "at_most, at_least"});
  expect("0.5}", R"(0.5, "at_leest": 0.1})", {"a limit has no key 'at_leest'"});
  expect("0.5}", R"("0.7", "at_least": 0.1})", {"at_most of a limit is no number"});
  expect("0.5}", R"(0.5, "at_least": null})", {"at_least of a limit is no number"});
  expect("[{\"better\"", "[0.5, {\"better\"", {"a limit is no JSON object"});
  ExpectErrorHas([] { ReadExperiment("/nowhere/x.json"); }, {"cannot be read"});
}

TEST(TrainExperiment, ThoseOfTheProductCanBeTrained) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TETRALOG_EXPERIMENTS)) {
    SCOPED_TRACE(entry.path());
    const Experiment experiment = ReadExperiment(entry.path());
    EXPECT_GE(experiment.seeds.size(), 3);
    EXPECT_GE(experiment.limits.size(), 2);
    const Recipe first = experiment.recipes[0].Of(1, 60'000);
    EXPECT_EQ(first.variant, "fp32");
    for (const NamedRecipe& recipe : experiment.recipes) {
      // Of the same length on the same batches.
      EXPECT_EQ(recipe.Of(1, 60'000).steps, first.steps);
      EXPECT_EQ(recipe.Of(1, 60'000).batch, first.batch);
    }
    ++count;
  }
  EXPECT_EQ(count, 3);
}

}  // namespace
}  // namespace tetralog::train
