// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// synth/fpga/fpga.sh around Yosys, with a stand-in for Yosys that writes a known report: what it
// counts, that it maps nothing twice, and what it says of designs and families that do not exist.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

// Writes a report of two parts, of which only the second is the sum, and counts its calls.
constexpr const char* kStandIn = R"(#!/bin/sh
[ "$1" != -V ] || { echo "Yosys 0.0"; exit 0; }
printf '%s\n' "$*" >> "$CALLS"
out=$(printf '%s\n' "$*" | sed -n 's/.*tee -o \([^ ]*\) stat.*/\1/p')
[ -z "${FAILS:-}" ] || { echo "ERROR: no such luck"; exit 1; }
echo "End of script. CPU: user 1.50s system 0.25s" > "$3"
cat > "$out" <<STAT
=== pe_group ===

   Number of cells:                 80
     SB_LUT4                        77

=== design hierarchy ===

   tetralog_engine                   1
     pe_group                       16

   Number of cells:               1320
     SB_CARRY                       40
     SB_DFF                        100
     SB_DFFER                       11
     SB_LUT4                      1232
     SB_MAC16                        2
     SB_RAM40_4K                     5
STAT
)";

class FpgaScript : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::path(testing::TempDir()) / "tetralog_fpga" /
           testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(dir_);
    WriteTextFile(dir_ / "yosys", kStandIn);
    fs::permissions(dir_ / "yosys", fs::perms::owner_exec, fs::perm_options::add);
  }

  // Its output, errors included; a run that fails begins with "failed: ".
  std::string Run(const std::string& arguments, const std::string& environment = "") {
    const std::string out = (dir_ / "out.txt").string();
    std::string verdict;
    try {
      RunCommand("CALLS='" + (dir_ / "calls").string() + "' PATH='" + dir_.string() + "':$PATH " +
                     environment + " sh synth/fpga/fpga.sh '" + (dir_ / "fpga.json").string() +
                     "' '" + (dir_ / "work").string() + "' " + arguments + " > '" + out + "' 2>&1",
                 "failed: ");
    } catch (const std::runtime_error& error) {
      verdict = error.what();
    }
    return verdict + ReadTextFile(out);
  }

  size_t Calls() const {
    const std::string calls = fs::exists(dir_ / "calls") ? ReadTextFile(dir_ / "calls") : "";
    size_t count = 0;
    for (size_t at = 0; (at = calls.find("tee -o", at)) != std::string::npos; ++at) ++count;
    return count;
  }

  fs::path dir_;
};

TEST_F(FpgaScript, CountsTheSumOverTheHierarchyAndMapsNothingTwice) {
  const std::string first = Run("ice40 engine:4x4x1");
  ASSERT_FALSE(first.starts_with("failed")) << first;
  const auto report = nlohmann::json::parse(ReadTextFile(dir_ / "fpga.json"));
  const auto& row = report["resources"].at(0);
  EXPECT_EQ(row["design"], "engine:4x4x1");
  EXPECT_EQ(row["family"], "ice40");
  EXPECT_EQ(row["luts"], 1232);
  EXPECT_EQ(row["flops"], 111);
  EXPECT_EQ(row["carries"], 40);
  EXPECT_EQ(row["brams"], 5);
  EXPECT_EQ(row["dsps"], 2);
  EXPECT_EQ(row["lutrams"], 0);
  EXPECT_EQ(row["cpu_seconds"], 1.5);
  EXPECT_EQ(report["tools"]["yosys"], "Yosys 0.0");
  EXPECT_EQ(Calls(), 1u);

  Run("'ice40 ecp5' engine:4x4x1");
  EXPECT_EQ(Calls(), 2u) << "one more family, one more run";
  EXPECT_EQ(nlohmann::json::parse(ReadTextFile(dir_ / "fpga.json"))["resources"].size(), 2u);
}

TEST_F(FpgaScript, AFailedRunIsNotKept) {
  const std::string failed = Run("ice40 engine:4x4x1", "FAILS=1");
  EXPECT_NE(failed.find("error: yosys cannot map engine:4x4x1 to ice40; see "), std::string::npos)
      << failed;
  EXPECT_FALSE(fs::exists(dir_ / "fpga.json"));
  EXPECT_FALSE(Run("ice40 engine:4x4x1").starts_with("failed"));
  EXPECT_EQ(Calls(), 2u);
}

TEST_F(FpgaScript, RefusesWhatDoesNotExist) {
  EXPECT_EQ(Run("ice40 8x8"),
            "failed: error: no design 8x8; give engine: or core:<rows>x<cols>x<dot>, such as "
            "engine:8x8x4\n");
  EXPECT_EQ(Run("ice40 core:0x4x4"),
            "failed: error: no design core:0x4x4; give engine: or core:<rows>x<cols>x<dot>, such "
            "as engine:8x8x4\n");
  EXPECT_EQ(Run("max10 core:4x4x4"),
            "failed: error: no family max10; give ice40, ecp5 or xilinx\n");
  EXPECT_EQ(Run("ice40"),
            "failed: error: give <out.json> <work directory> <families> <design>..., such as "
            "engine:8x8x4\n");
  EXPECT_EQ(Calls(), 0u);
}

}  // namespace
}  // namespace tetralog
