// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The command-line tool as a user meets it: its report, its exit codes, and one clear line for
// every sort of bad input. A trace with one changed code must make it fail and say how to see it
// again.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/trace_file.h"

namespace tetralog {
namespace {

struct Outcome {
  int status = -1;
  std::string text;  // standard output and error
};

// TETRALOG_TOOL is the path of the built tool.
Outcome RunTool(const std::string& arguments) {
  Outcome outcome;
  FILE* pipe = popen((std::string(TETRALOG_TOOL) + " " + arguments + " 2>&1").c_str(), "r");
  if (!pipe) return outcome;
  std::array<char, 4096> buffer{};
  while (const size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.text.append(buffer.data(), n);
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

std::string Scratch(const std::string& name) { return ::testing::TempDir() + "/tetralog_" + name; }

void ExpectOneLineError(const std::string& arguments, const std::string& part) {
  const Outcome outcome = RunTool(arguments);
  EXPECT_EQ(outcome.status, 2) << outcome.text;
  EXPECT_EQ(outcome.text.rfind("error: ", 0) == std::string::npos, false) << outcome.text;
  EXPECT_NE(outcome.text.find(part), std::string::npos) << outcome.text;
  EXPECT_EQ(outcome.text.find('\n'), outcome.text.size() - 1) << "one line: " << outcome.text;
}

TEST(TetralogTool, ReportsEveryGemmThatItReplays) {
  const std::string report = Scratch("report.json");
  const Outcome outcome =
      RunTool("replay tests/data/mlp.h5 tests/data/lenet.h5 --gemm fc3_ --json " + report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  EXPECT_EQ(json["levels"], (nlohmann::json{"reference", "functional", "rtl"}));
  EXPECT_EQ(json["total"]["mismatches"], 0);
  EXPECT_EQ(json["total"]["gemms"], 9);  // three kinds of three recorded steps
  EXPECT_GT(json["total"]["outputs"], 50000);
  for (const auto& gemm : json["gemms"]) {
    EXPECT_GT(gemm["cycles"], 0);
    EXPECT_GT(gemm["utilisation"], 0.0);
    EXPECT_LE(gemm["utilisation"], 1.0);
    for (const char* key : {"network", "step", "kind", "m", "k", "n"})
      EXPECT_TRUE(gemm.contains(key)) << key;
  }
  for (const char* key : {"git_revision", "tools", "seed", "shape"})
    EXPECT_TRUE(json.contains(key)) << key;
}

TEST(TetralogTool, ReplaysEverythingOnTheFlagshipWhileEveryStreamPauses) {
  const Outcome outcome =
      RunTool("replay tests/data/mlp.h5 tests/data/lenet.h5 --stalls 40 --seed 3");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("31 GEMMs"), std::string::npos) << outcome.text;
}

TEST(TetralogTool, FailsOnOneChangedCodeAndSaysHowToSeeItAgain) {
  Trace trace = read_trace("tests/data/mlp.h5");
  for (TraceGemm& g : trace.gemms)
    if (g.name == "step000/fc3_input_gradient") g.d.bytes[g.d.stride() * 9 + 1] ^= 1;
  const std::string file = Scratch("changed.h5");
  write_trace(file, trace);
  const Outcome outcome = RunTool("replay " + file + " --gemm step000/fc3_input");
  EXPECT_EQ(outcome.status, 1);
  for (const char* part : {"output code", "row 9, column 2", "expected:", "actual:", "A[9,:]:",
                           "again: build/sim/tetralog replay", "--gemm step000/fc3_input_gradient"})
    EXPECT_NE(outcome.text.find(part), std::string::npos) << part << " in:\n" << outcome.text;
}

TEST(TetralogTool, RefusesATraceThatNoCommandCanHold) {
  Trace trace = read_trace("tests/data/mlp.h5");
  trace.gemms.front().col0 = 8;
  const std::string file = Scratch("illegal.h5");
  write_trace(file, trace);
  ExpectOneLineError("replay " + file, "multiple of 16");
}

TEST(TetralogTool, WritesAWaveform) {
  const std::string wave = Scratch("wave.fst");
  std::filesystem::remove(wave);
  ASSERT_EQ(RunTool("replay tests/data/lenet.h5 --gemm fc3_forward --wave " + wave).status, 0);
  EXPECT_GT(std::filesystem::file_size(wave), 1000U);
}

TEST(TetralogTool, AnswersBadInputWithOneLine) {
  ExpectOneLineError("replay nosuchfile.h5", "make traces");
  ExpectOneLineError("replay README.md", "make traces");
  ExpectOneLineError("replay tests/data/mlp.h5 --shape 5x5x5", "16x16x4");
  ExpectOneLineError("replay tests/data/mlp.h5 --gemm nosuchgemm", "nosuchgemm");
  ExpectOneLineError("replay", "traces is required");
  ExpectOneLineError("replay tests/data/mlp.h5 --stalls 99", "--stalls");
  ExpectOneLineError("replay tests/data/lenet.h5 --gemm fc3_forward --wave /proc/no/wave.fst",
                     "cannot write");
  ExpectOneLineError("replay tests/data/lenet.h5 --gemm fc3_forward --json /proc/no/report.json",
                     "cannot write");
}

}  // namespace
}  // namespace tetralog
