// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The sweep as a user meets it, with a script that answers at once in place of the measurement:
// results that are kept or measured again, a killed sweep that goes on, a point that fails, bad
// input; and a small one through a Slurm cluster of one node, where there can be one.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/tool_testing.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using testing::ExpectOneLineError;
using testing::Outcome;
using testing::RunTool;

std::string Read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Notes every start in <out>.runs, waits while there is a file <out>.hold, fails where there is a
// file <out>.fail.
constexpr const char* kPoint = R"(#!/bin/sh
while [ $# -gt 1 ]; do
  case $1 in --shape) shape=$2 ;; --inputs) inputs=$2 ;; --out) out=$2 ;; esac
  shift
done
echo $$ >> "$out.runs"
while [ -f "$out.hold" ]; do sleep 0.02; done
if [ -f "$out.fail" ]; then echo "error: no such cell" >&2; exit 3; fi
cat > "$out.new" <<JSON
{"inputs": "$inputs", "ge_per_mac": 200.5, "clock_ns": 4, "ge_per_mac_with_epilogue": 230,
 "element": [{"ge_per_mac": 200.5, "clock_ns": 4}], "epilogue": {"ge": 9, "rounding_ge": 1},
 "utilisation": {"all": 0.5}, "rounding": {"worst_bias": 0.1, "rms_bias": 0.1}, "energy": null}
JSON
mv "$out.new" "$out"
)";

class SweepTool : public ::testing::Test {
 protected:
  SweepTool()
      : folder_(fs::path(::testing::TempDir()) / ("tetralog_sweep_" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "points");
    Write("space.json", R"({"name": "toy", "lines": [{"name": "lanes", "lanes": [2, 4, 8]}],
                            "workload": {"networks": ["mlp"]}})");
    Write("point.sh", kPoint);
    fs::permissions(folder_ / "point.sh", fs::perms::owner_all);
  }
  ~SweepTool() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  std::string Command(const std::string& options = "") const {
    const std::string at = folder_.string();
    return "--space " + at + "/space.json --folder " + at + "/points --report " + at +
           "/report.json --point-command " + at + "/point.sh --jobs 1 " + options;
  }
  // Of a point with so many lanes.
  fs::path File(int lanes, const std::string& end) const {
    return folder_ / "points" / ("16x16x4_acc24_r12_lanes" + std::to_string(lanes) + ".json" + end);
  }
  // Starts of points by lanes: "2: 1, 4: 1, 8: 2".
  std::string Runs() const {
    std::string text;
    for (const int lanes : {2, 4, 8}) {
      const std::string runs = Read(File(lanes, ".runs"));
      text += std::to_string(std::count(runs.begin(), runs.end(), '\n'));
    }
    return text;
  }

  fs::path folder_;
};

TEST_F(SweepTool, WritesReportTableAndPlotsAndKeepsResults) {
  const Outcome outcome = RunTool(Command());
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(Runs(), "111");
  const auto report = nlohmann::json::parse(Read(folder_ / "report.json"));
  EXPECT_EQ(report["points"].size(), 3u);
  EXPECT_EQ(report["best"]["ge_per_mac"], 200.5);
  EXPECT_NE(outcome.text.find("best point: 16x16x4_acc24_r12_lanes4, 200.5 GE"), std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find(Read(folder_ / "report.md")), std::string::npos);
  const std::string csv = Read(folder_ / "report.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
  EXPECT_TRUE(fs::exists(folder_ / "report_clock.svg"));
  EXPECT_FALSE(fs::exists(folder_ / "report_energy.svg")) << "no point has energy";

  const Outcome again = RunTool(Command());
  EXPECT_EQ(again.status, 0) << again.text;
  EXPECT_EQ(Runs(), "111") << again.text;
}

TEST_F(SweepTool, OtherInputsAndBrokenResultsAreMeasuredAgain) {
  ASSERT_EQ(RunTool(Command()).status, 0);
  Write("space.json", R"({"name": "toy", "lines": [{"name": "lanes", "lanes": [2, 4, 8]}],
                          "workload": {"networks": ["mlp"], "batch": 2}})");
  const Outcome other = RunTool(Command());
  EXPECT_EQ(other.status, 0) << other.text;
  EXPECT_NE(other.text.find("lanes2: of other sources or options, measured again"),
            std::string::npos)
      << other.text;
  EXPECT_EQ(Runs(), "222");
  Write("points/" + File(4, "").filename().string(), "{");
  ASSERT_EQ(RunTool(Command()).status, 0);
  EXPECT_EQ(Runs(), "232");
  Write("point.sh", std::string(kPoint) + "# another program\n");
  ASSERT_EQ(RunTool(Command()).status, 0);
  EXPECT_EQ(Runs(), "343");
}

TEST_F(SweepTool, AKilledSweepGoesOn) {
  Write("points/" + File(8, ".hold").filename().string(), "");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string line = "exec " TETRALOG_TOOL " " + Command() + " > /dev/null 2>&1";
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  while (!fs::exists(File(8, ".runs")) && waitpid(child, nullptr, WNOHANG) == 0) usleep(1000);
  ASSERT_TRUE(fs::exists(File(8, ".runs")));
  ExpectOneLineError(Command(), "another sweep works here");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(fs::exists(File(8, "")));
  fs::remove(File(8, ".hold"));
  const Outcome outcome = RunTool(Command());
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(Runs(), "112") << "points are measured in the order base, 2, 8";
}

TEST_F(SweepTool, APointThatFailsIsNamedAndTheOthersGoOn) {
  Write("points/" + File(2, ".fail").filename().string(), "");
  const Outcome outcome = RunTool(Command());
  EXPECT_EQ(outcome.status, 1) << outcome.text;
  EXPECT_EQ(Runs(), "111");
  EXPECT_NE(outcome.text.find("error: 16x16x4_acc24_r12_lanes2: error: no such cell ("),
            std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find("1 of 3 points failed"), std::string::npos) << outcome.text;
  EXPECT_EQ(nlohmann::json::parse(Read(folder_ / "report.json"))["points"].size(), 2u);
  fs::remove(File(2, ".fail"));
  EXPECT_EQ(RunTool(Command()).status, 0);
  EXPECT_EQ(Runs(), "211");
}

TEST_F(SweepTool, ACeilingThatIsPassedFails) {
  const auto with = [&](const std::string& ceiling) {
    Write("space.json", R"({"name": "toy", "lines": [{"name": "lanes", "lanes": [2]}],
          "workload": {"networks": ["mlp"]}, "ceilings": {"/best/ge_per_mac": )" +
                            ceiling + "}}");
    return RunTool(Command());
  };
  EXPECT_EQ(with("205").status, 0);
  const Outcome outcome = with("200");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.text.find("/best/ge_per_mac is 200.5, above its limit 200"), std::string::npos)
      << outcome.text;
}

TEST_F(SweepTool, MistakesAreOneLine) {
  ExpectOneLineError(Command("--launcher lsf"), "--launcher");
  ExpectOneLineError("--space /nowhere.json", "cannot be read");
  ExpectOneLineError(Command("--lib /nowhere.lib"), "no Liberty file /nowhere.lib");
  ExpectOneLineError("--space " + (folder_ / "space.json").string() + " --folder " +
                         (folder_ / "points").string() + " --point-command /no/program",
                     "/no/program: cannot be started");
  Write("space.json", "{");
  ExpectOneLineError(Command(), "is no JSON object");
}

TEST_F(SweepTool, RunsThroughSlurmUnchanged) {
  Write("points/" + File(2, ".fail").filename().string(), "");
  const std::string cluster = "sh tests/slurm_cluster.sh " + (folder_ / "slurm").string() +
                              " " TETRALOG_TOOL " " + Command("--launcher slurm --poll 0.5 ");
  const auto run = [&] {
    Outcome outcome;
    FILE* pipe = popen((cluster + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return outcome;
    char buffer[4096];
    while (const size_t n = fread(buffer, 1, sizeof(buffer), pipe)) outcome.text.append(buffer, n);
    outcome.status = WEXITSTATUS(pclose(pipe));
    return outcome;
  };
  const Outcome outcome = run();
  // The script's word for a machine without Debian's slurm-wlm and munge, or without root: a
  // cluster is no part of what the product needs. The launcher's other tests run everywhere.
  if (outcome.status == 77) GTEST_SKIP() << outcome.text;
  EXPECT_EQ(outcome.status, 1) << outcome.text;
  EXPECT_EQ(Runs(), "111");
  EXPECT_NE(outcome.text.find("Slurm job 1: 3 points"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("error: 16x16x4_acc24_r12_lanes2: error: no such cell ("),
            std::string::npos)
      << outcome.text;
  fs::remove(File(2, ".fail"));
  const Outcome again = run();
  EXPECT_EQ(again.status, 0) << again.text;
  EXPECT_EQ(Runs(), "211") << "results of the first two are kept";
}

}  // namespace
}  // namespace tetralog
