// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog train` as a user meets it: its files, killed and resumed runs, and one clear line for
// every sort of bad input.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/trace_file.h"
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

class TrainTool : public ::testing::Test {
 protected:
  TrainTool() {
    WriteIdx(folder_ / "", "train", 200);
    WriteIdx(folder_ / "", "t10k", 100);
    data_ = "train --batch 20 --data " + (folder_ / "") + " ";
  }

  Folder folder_;
  std::string data_;
};

TEST_F(TrainTool, WritesReportMetricsCurveAndATraceThatReplays) {
  const std::string files = "--json " + (folder_ / "r.json") + " --csv " + (folder_ / "r.csv") +
                            " --plot " + (folder_ / "r.svg") + " --record " + (folder_ / "r.h5") +
                            " --histogram " + (folder_ / "h.svg");
  const Outcome outcome = RunTool(data_ + "--epochs 1 --check-every 5 --seed 3 " + files);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  const auto json = nlohmann::json::parse(ReadText(folder_ / "r.json"));
  EXPECT_EQ(json["network"], "mlp");
  EXPECT_EQ(json["machine"], "functional");
  EXPECT_EQ(json["steps"], 10);
  EXPECT_EQ(json["batch"], 20);
  EXPECT_EQ(json["seed"], 3);
  EXPECT_EQ(json["recipe"]["epochs"], 1);
  EXPECT_EQ(json["weights_hash"].get<std::string>().size(), 16);
  EXPECT_GT(json["train_loss"], 0.5);
  EXPECT_GE(json["test_accuracy"], 0.0);
  EXPECT_LE(json["test_accuracy"], 1.0);
  for (const char* key : {"git_revision", "compiler", "tools", "data_hash"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_NE(outcome.text.find(json["weights_hash"].get<std::string>()), std::string::npos);
  EXPECT_EQ(json["test_images"], 100);
  EXPECT_FALSE(json.contains("counters")) << "no clock";
  EXPECT_EQ(json["check_machine"], "reference");
  EXPECT_EQ(json["checked_steps"], 2);
  EXPECT_NE(outcome.text.find("2 steps checked against reference: equal"), std::string::npos)
      << outcome.text;
  EXPECT_EQ(ReadText(folder_ / "r.svg").rfind("<svg", 0), 0);
  EXPECT_EQ(ReadText(folder_ / "h.svg").rfind("<svg", 0), 0);
  EXPECT_EQ(json["gradient_codes"]["steps"], 10);
  const auto& fc3 = json["gradient_codes"]["tensors"]["fc3"];
  EXPECT_EQ(fc3["counts"].size(), 16);
  EXPECT_GT(fc3["zeros"], 0.0);
  EXPECT_LT(fc3["zeros"], 1.0);
  EXPECT_EQ(ReadText(folder_ / "r.csv").rfind("step,loss,accuracy,rate\n", 0), 0);
  const Outcome replay = RunTool("replay --machine functional " + (folder_ / "r.h5"));
  EXPECT_EQ(replay.status, 0) << replay.text;
  EXPECT_NE(replay.text.find("8 GEMMs"), std::string::npos) << replay.text;
  // The report is a recipe: again, on another machine.
  const Outcome again =
      RunTool(data_ + "--config " + (folder_ / "r.json") + " --machine reference");
  ASSERT_EQ(again.status, 0) << again.text;
  EXPECT_NE(again.text.find(json["weights_hash"].get<std::string>()), std::string::npos)
      << again.text;
}

class TrainToolRecords : public TrainTool, public ::testing::WithParamInterface<const char*> {};

TEST_P(TrainToolRecords, ATraceThatReplaysAndNamesAChangedByte) {
  const std::string network = GetParam(), path = folder_ / "t.h5";
  const Outcome outcome = RunTool(data_ + "--network " + network +
                                  " --batch 2 --steps 2 --test-images 0 --record " + path);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("will record steps 1 to 1: "), std::string::npos) << outcome.text;
  const Outcome replay = RunTool("replay --machine functional,cycle " + path);
  EXPECT_EQ(replay.status, 0) << replay.text;
  EXPECT_NE(replay.text.find("mismatches: 0 functional, 0 cycle"), std::string::npos);
  const std::string last = network == "lenet" ? "fc3" : network == "vit" ? "head" : "fc";
  EXPECT_EQ(RunTool("replay " + path + " --gemm step001/" + last + "_").status, 0);  // RTL too

  Trace trace = read_trace(path);
  EXPECT_EQ(trace.network, network);
  const std::string name = "step001/" + last + "_weight_gradient";
  for (TraceGemm& gemm : trace.gemms)
    if (gemm.name == name) gemm.raw[3] ^= 1 << 8;
  write_trace(path, trace);
  const Outcome changed = RunTool("replay --machine functional " + path);
  EXPECT_EQ(changed.status, 1);
  EXPECT_NE(changed.text.find("mismatch: " + name + ": raw result"), std::string::npos)
      << changed.text;
}

INSTANTIATE_TEST_SUITE_P(Networks, TrainToolRecords, ::testing::Values("lenet", "resnet8", "vit"),
                         [](const auto& network) { return std::string(network.param); });

// All that a run leaves behind but the trace, which has no room, and the old trace.
TEST_F(TrainTool, ADiskTooSmallForTheTraceLeavesEverythingElse) {
  WriteTextFile(folder_ / "t.h5", "old");
  const std::string run =
      data_ + "--steps 2 --test-images 0 --json " + (folder_ / "r.json") + " --record ";
  const Outcome outcome = RunTool(run + "/dev/full");
  EXPECT_EQ(outcome.status, 2) << outcome.text;
  EXPECT_NE(outcome.text.find("error: /dev/full: cannot be written: No space left"),
            std::string::npos)
      << outcome.text;
  const auto hash = nlohmann::json::parse(ReadText(folder_ / "r.json"))["weights_hash"];
  EXPECT_NE(outcome.text.find("weights " + hash.get<std::string>()), std::string::npos);

  // A limit of 100 blocks for every file stands for the disk.
  const std::string command =
      "ulimit -f 100; " TETRALOG_TOOL " " + run + (folder_ / "t.h5") + " 2>&1 | tail -n 1";
  FILE* pipe = popen(("bash -c '" + command + "'").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char line[500] = "";
  EXPECT_NE(fgets(line, sizeof line, pipe), nullptr);
  pclose(pipe);
  EXPECT_NE(std::string(line).find("t.h5: cannot be written: File too large; check the free"),
            std::string::npos)
      << line;
  EXPECT_EQ(ReadText(folder_ / "t.h5"), "old");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "t.h5.tmp"));
}

TEST_F(TrainTool, AMachineWithAClockSaysWhatItCounted) {
  nlohmann::json counted[2];
  for (const std::string machine : {"cycle", "rtl"}) {
    const Outcome outcome = RunTool(data_ + "--steps 1 --batch 4 --test-images 0 --machine " +
                                    machine + " --shape 16x16x4 --json " + (folder_ / "r.json"));
    ASSERT_EQ(outcome.status, 0) << outcome.text;
    const auto json = nlohmann::json::parse(ReadText(folder_ / "r.json"))["counters"];
    // Forward, data and weight gradients of 784-256-128-10, but no data gradient of the first.
    const uint64_t layers[] = {784 * 256, 256 * 128, 128 * 10};
    // Some small commands come on top, as for the biases.
    const uint64_t gemms = 4 * (2 * layers[0] + 3 * layers[1] + 3 * layers[2]);
    EXPECT_GE(json["products"], gemms);
    EXPECT_LT(json["products"], gemms + gemms / 100);
    EXPECT_GT(json["gated"], 0);
    EXPECT_GT(json["utilisation"], 0.0);
    EXPECT_LT(json["utilisation"], 1.0);
    EXPECT_NE(outcome.text.find(std::to_string(json["cycles"].get<uint64_t>()) + " cycles, "),
              std::string::npos)
        << outcome.text;
    counted[machine == "rtl"] = json;
  }
  EXPECT_EQ(counted[0], counted[1]);
}

TEST_F(TrainTool, AReportThatFailsTakesNothingElseWithIt) {
  const Outcome outcome =
      RunTool(data_ + "--steps 2 --test-images 0 --json /dev/full --plot " + (folder_ / "r.svg") +
              " --histogram /dev/full --record " + (folder_ / "t.h5"));
  EXPECT_EQ(outcome.status, 2) << outcome.text;
  EXPECT_NE(outcome.text.find("weights "), std::string::npos) << outcome.text;
  const size_t first = outcome.text.find("error: cannot write /dev/full: No space left");
  EXPECT_NE(first, std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("error: cannot write /dev/full", first + 1), std::string::npos);
  EXPECT_EQ(ReadText(folder_ / "r.svg").rfind("<svg", 0), 0);
  EXPECT_EQ(read_trace(folder_ / "t.h5").gemms.size(), 8);
}

TEST_F(TrainTool, AKilledRunGoesOnToTheSameWeights) {
  const std::string checkpoint = folder_ / "c.h5";
  const std::string run = data_ + "--epochs 15 --test-images 0 --checkpoint " + checkpoint;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string command =
        "exec " TETRALOG_TOOL " " + run + " --checkpoint-every 5 > /dev/null 2>&1";
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  while (!std::filesystem::exists(checkpoint) && waitpid(child, nullptr, WNOHANG) == 0)
    usleep(1000);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ASSERT_TRUE(std::filesystem::exists(checkpoint));
  ExpectOneLineError(run, "give --resume to go on");
  const Outcome resumed = RunTool(run + " --resume --json " + (folder_ / "a.json"));
  ASSERT_EQ(resumed.status, 0) << resumed.text;
  EXPECT_NE(resumed.text.find("resumed"), std::string::npos);
  ASSERT_EQ(RunTool(data_ + "--epochs 15 --test-images 0 --json " + (folder_ / "b.json")).status,
            0);
  const auto a = nlohmann::json::parse(ReadText(folder_ / "a.json"));
  const auto b = nlohmann::json::parse(ReadText(folder_ / "b.json"));
  EXPECT_GT(a["first_step"], 0);
  EXPECT_EQ(a["weights_hash"], b["weights_hash"]);
  EXPECT_EQ(a["train_loss"], b["train_loss"]);
  EXPECT_TRUE(a["test_accuracy"].is_null());
}

TEST_F(TrainTool, MistakesAreOneLineAtOnce) {
  const std::string file = folder_ / "file";
  WriteTextFile(file, "");
  ExpectOneLineError("train --network vgg", "--network: 'vgg' is not allowed; give mlp, lenet");
  ExpectOneLineError("train --batch many", "--batch: 'many'");
  ExpectOneLineError("train --bach 3", "--bach");
  ExpectOneLineError("train --config " + file + "x", "cannot be read");
  ExpectOneLineError("train --machine gpu", "--machine: 'gpu'");
  ExpectOneLineError("train --variant fp32 --machine rtl", "reference only");
  ExpectOneLineError("train --resume", "--checkpoint FILE");
  ExpectOneLineError("train --checkpoint-every 5", "--checkpoint FILE");
  ExpectOneLineError("train --check-machine rtl", "--check-every N");
  ExpectOneLineError("train --check-every 0", "check-every");
  ExpectOneLineError("train --record-steps 2", "--record-steps requires --record");
  WriteTextFile(folder_ / "c.json", "{\"epochs\": 1}");
  ExpectOneLineError("train --config " + (folder_ / "c.json") + " --json " + (folder_ / "c.json"),
                     "c.json: named for two files");
  for (const char* other : {" --json ", " --plot ", " --checkpoint "})
    ExpectOneLineError("train --csv " + (folder_ / "x") + other + (folder_ / "x"),
                       "named for two files");
  ExpectOneLineError("train --resume --checkpoint " + file + "x", "no such checkpoint");
  ExpectOneLineError("train --checkpoint " + file + "/c", "cannot be written");
  ExpectOneLineError("train --json " + file + "/r.json",
                     "cannot write " + file + "/r.json: Not a directory");
  ExpectOneLineError("train --variant fp32 --histogram " + (folder_ / "h.svg"), "--histogram: ");
  ExpectOneLineError("train --plot " + file + "/r.svg", "cannot write " + file + "/r.svg");
  ExpectOneLineError("train --record " + file + "/r.h5", "cannot write " + file + "/r.h5");
  // The trace is written beside the old one first.
  std::filesystem::create_directory(file + ".tmp");
  ExpectOneLineError("train --record " + file, "cannot write " + file);
  ExpectOneLineError("train --record " + (folder_ / ""), "cannot write ");
  EXPECT_EQ(RunTool("train --help").status, 0);
}

TEST_F(TrainTool, MistakesThatNeedTheDataAreOneLine) {
  ExpectOneLineError("train --data " + (folder_ / "none"), "--data");
  ExpectOneLineError(data_ + "--batch 300", "batch: 300 is more than the 200 training images");
  ExpectOneLineError(data_ + "--test-images 101", "--test-images: 101 are more than the 100");
  ExpectOneLineError(data_ + "--machine rtl --shape 3x3x1", "no build of shape");
}

}  // namespace
}  // namespace tetralog::train
