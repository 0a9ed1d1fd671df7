// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Runs around a trainer without a network: batches and rates are the reference's, and a run that
// was stopped, killed or met a full disk ends as if nothing had happened.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/train/batches.h"
#include "sim/train/checkpoint.h"
#include "sim/train/hash.h"
#include "sim/train/run.h"
#include "sim/train/run_report.h"
#include "tests/train_toy.h"

namespace tetralog::train {
namespace {

using testing::ErrorOf;
using testing::ExpectErrorHas;
using testing::Folder;
using testing::NoiseDataset;
using testing::ReadText;
using testing::ToyTrainer;
using testing::WriteTextFile;

const reference::Dataset& Data() {
  static const reference::Dataset data = NoiseDataset(100, 30);
  return data;
}

// 12 steps an epoch.
Recipe ToyRecipe(uint64_t steps = 0) {
  Recipe recipe;
  recipe.batch = 8;
  recipe.epochs = 3;
  recipe.steps = steps;
  CompleteRecipe(Data().train.size(), &recipe);
  return recipe;
}

RunResult RunToy(
    const Recipe& recipe, RunOptions options, const std::function<void()>& on_step = [] {},
    const std::function<void()>& on_test = [] {}) {
  options.quiet = true;
  ToyTrainer trainer;
  trainer.on_step = on_step;
  trainer.on_test = on_test;
  return RunTraining(recipe, options, Data(), trainer);
}

void ExpectSame(const RunResult& a, const RunResult& b) {
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.weights_hash, b.weights_hash);
  EXPECT_EQ(a.history.loss, b.history.loss);
  EXPECT_EQ(a.history.accuracy, b.history.accuracy);
  const auto tests = [](const RunResult& run) {
    std::vector<std::pair<uint64_t, double>> list;
    for (const TestPoint& test : run.history.tests) list.emplace_back(test.step, test.accuracy);
    return list;
  };
  EXPECT_EQ(tests(a), tests(b));
  EXPECT_EQ(a.train_loss, b.train_loss);
  EXPECT_EQ(a.test_accuracy, b.test_accuracy);
}

TEST(TrainRun, HashIsThatOfNamesAndBytes) {
  // FNV-1a's published values of "", "a" and "foobar".
  EXPECT_EQ(Fnv1a().hash(), 0xcbf29ce484222325u);
  Fnv1a a, foobar;
  a.Add("a", 1);
  foobar.Add("foobar", 6);
  EXPECT_EQ(a.hash(), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(foobar.hash(), 0x85944171f73967e8u);
  EXPECT_NE(HashOf({{"w", {0.0}}}), HashOf({{"w", {-0.0}}}));
  EXPECT_NE(HashOf({{"w", {1, 2}}}), HashOf({{"w", {1}}, {"", {2}}}));
}

TEST(TrainRun, BatchesOfAnEpochAreAllImagesOnceAndDependOnTheStepAlone) {
  Batches forward(Data().train, 5, 8), jumping(Data().train, 5, 8), other(Data().train, 6, 8);
  std::vector<std::vector<uint8_t>> seen;
  bool differs = false;
  for (uint64_t step = 0; step < 36; ++step) {
    const Batch batch = forward.At(step), same = other.At(step);
    seen.emplace_back(batch.pixels, batch.pixels + 8 * reference::kImageSize);
    differs = differs || !std::equal(seen.back().begin(), seen.back().end(), same.pixels);
  }
  EXPECT_TRUE(differs);
  for (const uint64_t step : {35, 0, 13, 12, 11, 24}) {
    const Batch batch = jumping.At(step);
    EXPECT_TRUE(std::equal(seen[step].begin(), seen[step].end(), batch.pixels)) << step;
  }
  std::vector<std::vector<uint8_t>> images;
  for (int step = 12; step < 24; ++step)
    for (size_t i = 0; i < 8; ++i)
      images.emplace_back(&seen[step][i * reference::kImageSize],
                          &seen[step][i * reference::kImageSize] + reference::kImageSize);
  std::sort(images.begin(), images.end());
  EXPECT_EQ(std::unique(images.begin(), images.end()) - images.begin(), 96);
}

TEST(TrainRun, RateFallsLinearlyOverTheEpochsOrStays) {
  Recipe recipe = ToyRecipe(6);
  EXPECT_EQ(RateAt(recipe, 12, 0), 0.05);
  EXPECT_EQ(RateAt(recipe, 12, 9), 0.05 * 0.75);
  recipe.schedule = "constant";
  EXPECT_EQ(RateAt(recipe, 12, 9), 0.05);
}

TEST(TrainRun, RateFallsAsHalfACosine) {
  Recipe recipe = ToyRecipe(6);
  recipe.schedule = "cosine";
  const uint64_t total = 12 * recipe.epochs;
  for (uint64_t step = 0; step < total; ++step) {
    const double part = static_cast<double>(step) / static_cast<double>(total);
    const double expected = 0.025 * (1 + std::cos(M_PI * part));
    EXPECT_NEAR(RateAt(recipe, 12, step), expected, 1e-15) << "step " << step;
  }
}

TEST(TrainRun, ReportsTheWholeRun) {
  const Folder folder;
  const RunResult result = RunToy(ToyRecipe(30), {.csv = folder / "m.csv"});
  EXPECT_EQ(result.steps, 30);
  ASSERT_EQ(result.history.tests.size(), 3);  // two epochs and the end
  EXPECT_EQ(result.history.tests[2].step, 30);
  EXPECT_EQ(result.test_accuracy, 0.5);
  double sum = 0;
  for (size_t i = 18; i < 30; ++i) sum += result.history.loss[i];
  EXPECT_DOUBLE_EQ(result.train_loss, sum / 12);
  const std::string csv = ReadText(folder / "m.csv");
  EXPECT_EQ(csv.rfind("step,loss,accuracy,rate\n1,", 0), 0) << csv;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 31);
  const auto json = RunJson(ToyRecipe(30), result);
  for (const char* key : {"network", "machine", "steps", "batch", "seed", "recipe", "weights_hash",
                          "train_loss", "test_accuracy"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["weights_hash"].get<std::string>().size(), 16);
  const std::string svg = LearningCurveSvg(ToyRecipe(30), result);
  EXPECT_EQ(svg.rfind("<svg", 0), 0);
  EXPECT_NE(svg.find("test images: 50"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(TrainRun, TheLastStepsAreInFp32) {
  Recipe recipe = ToyRecipe(30);
  const uint64_t without = RunToy(recipe, {}).weights_hash;
  recipe.fnt = 2;
  const RunResult result = RunToy(recipe, {});
  EXPECT_NE(result.weights_hash, without);
  // And so are the tests behind them, but not those before.
  EXPECT_EQ(result.history.tests.front().accuracy, 0.5);
  EXPECT_EQ(result.test_accuracy, 1);
  const nlohmann::ordered_json tests = RunJson(recipe, result)["tests"];
  EXPECT_FALSE(tests.front()["fp32"]);
  EXPECT_TRUE(tests.back()["fp32"]);
}

TEST(TrainRun, AStoppedRunGoesOnToTheSameBits) {
  const Folder folder;
  const Recipe recipe = ToyRecipe();
  const RunResult whole = RunToy(recipe, {.csv = folder / "whole.csv"});
  for (const int stop_at : {1, 11, 12, 13, 35}) {
    const std::string path = folder / ("c" + std::to_string(stop_at));
    volatile std::sig_atomic_t stop = 0;
    int steps = 0;
    const RunResult first =
        RunToy(recipe, {.checkpoint = path, .stop = &stop}, [&] { stop = ++steps == stop_at; });
    EXPECT_EQ(first.steps, stop_at);
    const RunResult second =
        RunToy(recipe, {.checkpoint = path, .resume = true, .csv = folder / "resumed.csv"});
    EXPECT_EQ(second.first_step, stop_at);
    ExpectSame(second, whole);
    EXPECT_EQ(ReadText(folder / "resumed.csv"), ReadText(folder / "whole.csv"));
    // A run that is done has nothing to do, and reports the same.
    ExpectSame(RunToy(recipe, {.checkpoint = path, .resume = true}), whole);
  }
}

// The step is done but its epoch's test is not, or no checkpoint is due: nothing may be lost.
TEST(TrainRun, ARunStoppedInATestKeepsItsSteps) {
  const Folder folder;
  const Recipe recipe = ToyRecipe();
  const std::string path = folder / "c";
  volatile std::sig_atomic_t stop = 0;
  const RunResult first = RunToy(
      recipe, {.checkpoint = path, .checkpoint_every = 1000, .stop = &stop}, [] {},
      [&] { stop = 1; });
  EXPECT_EQ(first.steps, 12);
  const RunResult second = RunToy(recipe, {.checkpoint = path, .resume = true});
  EXPECT_EQ(second.first_step, 12);
  ExpectSame(second, RunToy(recipe, {}));
}

TEST(TrainRun, ARunStoppedBeforeItsFirstStepCanGoOn) {
  const Folder folder;
  const std::string path = folder / "c";
  volatile std::sig_atomic_t stop = 1;
  EXPECT_EQ(RunToy(ToyRecipe(), {.checkpoint = path, .stop = &stop}).steps, 0);
  ExpectSame(RunToy(ToyRecipe(), {.checkpoint = path, .resume = true}), RunToy(ToyRecipe(), {}));
}

TEST(TrainRun, ARunThatEndsElsewhereHasTheTestsOfItsOwnEnd) {
  const Folder folder;
  const std::string path = folder / "c";
  volatile std::sig_atomic_t stop = 0;
  int steps = 0;
  RunToy(ToyRecipe(10), {.checkpoint = path});
  const RunResult longer =
      RunToy(ToyRecipe(30), {.checkpoint = path, .resume = true, .stop = &stop},
             [&] { stop = ++steps == 5; });
  EXPECT_EQ(longer.steps, 15);
  for (const uint64_t end : {15, 15, 30, 36})
    ExpectSame(RunToy(ToyRecipe(end), {.checkpoint = path, .resume = true}),
               RunToy(ToyRecipe(end), {}));
}

TEST(TrainRun, ATestOfEarlierWeightsIsNotThatOfTheEnd) {
  const Folder folder;
  const std::string path = folder / "c";
  EXPECT_EQ(RunToy(ToyRecipe(12), {.checkpoint = path}).test_accuracy, 0.5);
  const RunResult later =
      RunToy(ToyRecipe(20), {.checkpoint = path, .resume = true, .test_images = 0});
  EXPECT_EQ(later.history.tests.size(), 1) << "of step 12";
  EXPECT_FALSE(later.test_accuracy.has_value());
  EXPECT_TRUE(RunJson(ToyRecipe(20), later)["test_accuracy"].is_null());
}

TEST(TrainRun, TheNumberOfTestImagesIsKept) {
  const Folder folder;
  const std::string path = folder / "c";
  const RunResult first = RunToy(ToyRecipe(14), {.checkpoint = path, .test_images = 20});
  EXPECT_EQ(RunJson(ToyRecipe(14), first)["test_images"], 20);
  const RunResult second = RunToy(ToyRecipe(30), {.checkpoint = path, .resume = true});
  const auto json = RunJson(ToyRecipe(30), second);
  EXPECT_EQ(json["test_images"], 30);
  EXPECT_EQ(json["tests"][0]["images"], 20);
  EXPECT_EQ(json["tests"][1]["images"], 30);
  // A checkpoint of before they were kept.
  Checkpoint c = ReadCheckpoint(path);
  c.history.pop_back();
  WriteCheckpoint(path, c);
  const RunResult third = RunToy(ToyRecipe(30), {.checkpoint = path, .resume = true});
  EXPECT_TRUE(RunJson(ToyRecipe(30), third)["test_images"].is_null());
  EXPECT_EQ(third.test_accuracy, second.test_accuracy);
}

// What FP32 computes when it diverges; integers of a machine refuse such numbers themselves.
TEST(TrainRun, ALossThatIsNoNumberEndsTheRun) {
  for (const double loss : {std::nan(""), HUGE_VAL}) {
    const Folder folder;
    const std::string path = folder / "c";
    ToyTrainer trainer;
    trainer.change_loss = [&](double before) { return trainer.steps() == 15 ? loss : before; };
    RunOptions options{.checkpoint = path, .checkpoint_every = 5};
    options.quiet = true;
    ExpectErrorHas(
        [&] { RunTraining(ToyRecipe(30), options, Data(), trainer); },
        {"step 14: the loss is no finite number", "has diverged; lower the learning rate"});
    EXPECT_EQ(ReadCheckpoint(path).step, 10);
  }
}

TEST(TrainRun, AKilledRunGoesOnToTheSameBits) {
  const Folder folder;
  const Recipe recipe = ToyRecipe();
  const std::string path = folder / "c";
  const RunResult whole = RunToy(recipe, {});
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    RunToy(recipe, {.checkpoint = path, .checkpoint_every = 2}, [] { usleep(2000); });
    _exit(0);
  }
  while (!std::filesystem::exists(path)) usleep(500);
  usleep(20'000);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const RunResult resumed = RunToy(recipe, {.checkpoint = path, .resume = true});
  EXPECT_GT(resumed.first_step, 0);
  ExpectSame(resumed, whole);
}

TEST(TrainRun, AFullDiskEndsTheRunAndTheLastCheckpointGoesOn) {
  const Folder folder;
  const Recipe recipe = ToyRecipe();
  const std::string path = folder / "c";
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  int steps = 0;
  const std::string error = ErrorOf([&] {
    RunToy(recipe, {.checkpoint = path, .checkpoint_every = 5}, [&] {
      const rlimit small{1000, old.rlim_max};
      if (++steps == 13) setrlimit(RLIMIT_FSIZE, &small);
    });
  });
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_NE(error.find("make room"), std::string::npos) << error;
  const RunResult resumed = RunToy(recipe, {.checkpoint = path, .resume = true});
  EXPECT_EQ(resumed.first_step, 10);
  ExpectSame(resumed, RunToy(recipe, {}));
}

TEST(TrainRun, ACheckpointOfAnotherRunIsRefused) {
  const Folder folder;
  const std::string path = folder / "c";
  const auto resume = [&](const Recipe& recipe) {
    return [&path, recipe] { RunToy(recipe, {.checkpoint = path, .resume = true}); };
  };
  RunToy(ToyRecipe(10), {.checkpoint = path});
  Recipe other = ToyRecipe(10);
  other.seed = 9;
  ExpectErrorHas(resume(other), {path, "another recipe: seed is 9, was 1; give --seed 1,"});
  ExpectErrorHas(resume(ToyRecipe(9)), {path, "step 10", "beyond the 9"});
  EXPECT_EQ(RunToy(ToyRecipe(20), {.checkpoint = path, .resume = true}).weights_hash,
            RunToy(ToyRecipe(20), {}).weights_hash);

  Checkpoint c = ReadCheckpoint(path);
  const auto changed = [&](const std::function<void(Checkpoint&)>& change) {
    Checkpoint copy = c;
    change(copy);
    WriteCheckpoint(path, copy);
    return resume(ToyRecipe(20));
  };
  ExpectErrorHas(changed([](Checkpoint& x) { x.images ^= 1; }), {path, "other images", "--data"});
  ExpectErrorHas(changed([](Checkpoint& x) { x.recipe = "{"; }), {path, "another version"});
  const auto with = [&](const std::function<void(nlohmann::ordered_json&)>& change) {
    nlohmann::ordered_json recipe = nlohmann::ordered_json::parse(c.recipe);
    change(recipe);
    return changed([&recipe](Checkpoint& x) { x.recipe = recipe.dump(); });
  };
  ExpectErrorHas(with([](auto& recipe) { recipe.erase("relu"); }),
                 {path, "another version", "its recipe has no relu", "without --resume"});
  ExpectErrorHas(with([](auto& recipe) { recipe["warmup"] = 5; }),
                 {path, "another version", "its recipe has warmup", "without --resume"});
  ExpectErrorHas(with([](auto& recipe) { recipe["relu"] = "codes"; }),
                 {path, "relu is sums, was codes; give --relu codes,", "without --resume"});
  ExpectErrorHas(with([](auto& recipe) { recipe["relu"] = "tanh"; }),
                 {path, "relu: 'tanh' is not allowed", "without --resume"});
  ExpectErrorHas(changed([](Checkpoint& x) { x.history.resize(3); }), {path, "another version"});
  ExpectErrorHas(changed([](Checkpoint& x) { x.history[4].values.push_back(1); }),
                 {path, "another version"});
  ExpectErrorHas(changed([](Checkpoint& x) { x.step = 7; }), {path, "another version"});
  ExpectErrorHas(changed([](Checkpoint& x) { x.state.pop_back(); }), {path, "no state of the toy"});
}

TEST(TrainRun, ARecordingThatDiffersFromTheRunIsAnError) {
  ToyTrainer same, broken;
  broken.on_step = [&] { broken.Load(ToyTrainer().Save(), 0); };
  EXPECT_NO_THROW(RunToy(ToyRecipe(10), {.recorder = &same, .record_steps = 3}));
  EXPECT_EQ(same.steps(), 10);
  ExpectErrorHas([&] { RunToy(ToyRecipe(10), {.recorder = &broken}); },
                 {"step 9", "toy/weight differs"});
}

TEST(TrainRun, MetricsThatCannotBeWrittenAreAnError) {
  const Folder folder;
  ExpectErrorHas([&] { RunToy(ToyRecipe(3), {.csv = folder / "missing/m.csv"}); },
                 {"missing/m.csv: cannot be written"});
  ExpectErrorHas([&] { RunToy(ToyRecipe(3), {.csv = "/dev/full"}); },
                 {"/dev/full: cannot be written"});
}

}  // namespace
}  // namespace tetralog::train
