// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog accuracy` as a user meets it, on 200 images: report, table and limits, results that are
// kept, a killed command that goes on, and one clear line for bad input.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/idx_files.h"
#include "tests/tool_testing.h"
#include "tests/train_toy.h"

namespace tetralog::train {
namespace {

using testing::Folder;
using testing::ReadText;
using testing::WriteTextFile;
using ::tetralog::testing::ExpectOneLineError;
using ::tetralog::testing::Outcome;
using ::tetralog::testing::RunTool;
using ::tetralog::testing::WriteIdx;

class AccuracyTool : public ::testing::Test {
 protected:
  AccuracyTool() {
    WriteIdx(folder_ / "", "train", 200);
    WriteIdx(folder_ / "", "t10k", 100);
  }

  // The command on an experiment of two recipes.
  std::string Command(const std::string& luq, double at_most, const std::string& options = "") {
    WriteTextFile(folder_ / "toy.json",
                  R"({"seeds": [2], "common": {"network": "mlp", "batch": 20, "epochs": 1},
                      "recipes": {"fp32": {"variant": "fp32"}, "luq": {)" +
                      luq + R"(}}, "limits": [{"better": "fp32", "worse": "luq", "at_most": )" +
                      std::to_string(at_most) + "}]}");
    return "accuracy " + (folder_ / "toy.json") + " --folder " + (folder_ / "runs") + " --json " +
           (folder_ / "report.json") + " --data " + (folder_ / "") + " " + options;
  }
  nlohmann::json Result(const std::string& run) const {
    return nlohmann::json::parse(ReadText(folder_ / ("runs/" + run + ".json")));
  }

  Folder folder_;
};

TEST_F(AccuracyTool, TrainsAllRecipesAndKeepsWhatIsFinished) {
  const Outcome outcome = RunTool(Command("", 100, "--jobs 2"));
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  const auto report = nlohmann::json::parse(ReadText(folder_ / "report.json"));
  EXPECT_TRUE(report["passed"].get<bool>());
  ASSERT_EQ(report["recipes"].size(), 2);
  ASSERT_EQ(report["runs"].size(), 2);
  const double luq2 = 100 * Result("luq_2")["test_accuracy"].get<double>();
  EXPECT_EQ(report["recipes"][1]["accuracies"][0], luq2);
  EXPECT_NE(report["recipes"][0]["mean"], report["recipes"][1]["mean"]);
  EXPECT_TRUE(report.contains("git_revision"));
  const std::string table = ReadText(folder_ / "report.md");
  EXPECT_NE(table.find("| luq |"), std::string::npos) << table;
  EXPECT_NE(outcome.text.find(table), std::string::npos) << outcome.text;

  const auto before = Result("fp32_2");
  std::filesystem::remove(folder_ / "runs/luq_2.json");  // its checkpoint stays
  const Outcome again = RunTool(Command("", -100));
  EXPECT_EQ(again.status, 1) << again.text;
  EXPECT_NE(again.text.find("MISSED"), std::string::npos) << again.text;
  EXPECT_NE(again.text.find("fp32 seed 2: "), std::string::npos) << again.text;
  EXPECT_EQ(Result("fp32_2"), before);
  EXPECT_EQ(Result("luq_2")["first_step"], 10);
  EXPECT_EQ(100 * Result("luq_2")["test_accuracy"].get<double>(), luq2);

  ExpectOneLineError(Command("\"rate\": 0.01", 100), "luq_2.json: is of another recipe: rate is");
  ExpectOneLineError(Command("\"steps\": 5", 100), "is of another recipe: steps are 5");
  for (const std::string key : {"recipe", "steps", "data_hash", "test_accuracy"}) {
    nlohmann::json result = before;
    result.erase(key);
    WriteTextFile(folder_ / "runs/fp32_2.json", result.dump());
    ExpectOneLineError(Command("", 100), "fp32_2.json: is no result of a run: it has no " + key);
  }
}

TEST_F(AccuracyTool, AKilledCommandGoesOn) {
  const std::string command = Command("\"epochs\": 100", 100, "--seeds 3");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string line = "exec " TETRALOG_TOOL " " + command + " > /dev/null 2>&1";
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  const std::string checkpoint = folder_ / "runs/luq_3.h5";
  while (!std::filesystem::exists(checkpoint) && waitpid(child, nullptr, WNOHANG) == 0)
    usleep(1000);
  ExpectOneLineError(command, "another command trains here");
  kill(child, SIGTERM);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(std::filesystem::exists(checkpoint));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "runs/luq_3.json"));
  const Outcome outcome = RunTool(command);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_GE(Result("luq_3")["first_step"], 200);
  EXPECT_EQ(Result("luq_3")["steps"], 1000);
}

TEST_F(AccuracyTool, MistakesAreOneLine) {
  ExpectOneLineError("accuracy", "experiment");
  ExpectOneLineError("accuracy /nowhere/x.json", "cannot be read; give an experiment");
  ExpectOneLineError(Command("\"rate\": -1", 1), "luq: rate: '-1' is not allowed");
  ExpectOneLineError(Command("\"batch\": 300", 1), "batch: 300 is more than the 200");
  ExpectOneLineError(Command("", 1, "--seeds 1,1"), "one is there twice");
  const std::string toy = "accuracy " + (folder_ / "toy.json");
  ExpectOneLineError(toy + " --data " + (folder_ / "none"), "--data");
  ExpectOneLineError(toy + " --data " + (folder_ / "") + " --folder /proc/none",
                     "give another --folder");
  std::filesystem::create_directories(folder_ / "runs");
  WriteTextFile(folder_ / "runs/luq_2.json", "{");
  ExpectOneLineError(Command("", 1), "luq_2.json: is no result of a run; remove it");
}

}  // namespace
}  // namespace tetralog::train
