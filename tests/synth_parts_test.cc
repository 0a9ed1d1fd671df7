// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the report of synthesis takes from the reports of energies and of comparison MACs, and what
// it says when one is missing, of another library or of some blocks only. Nothing here is random.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "synth/page.h"
#include "synth/parts.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const Json kReport = {{"command", "make synth"},
                      {"git_revision", "r0"},
                      {"tools", {{"yosys", "0.23"}}},
                      {"library", {{"name", "made"}, {"ge_area", 24}, {"hash", "00"}}}};
const Json kPower = {{"git_revision", "r1"},
                     {"library", {{"name", "made"}}},
                     {"energy", {{"tetralog_pe4", {{"forward", {{"pj_per_mac", 5.5}}}}}}},
                     {"ratios", {{"int8", {{"forward", {{"over_tetralog_pe4", 3.0}}}}}}}};
const Json kMacs = {{"git_revision", "r2"},
                    {"library", "made"},
                    {"elements", Json::array()},
                    {"blocks",
                     {{{"block", "int8"},
                       {"accumulator", "32 bits"},
                       {"dot", 4},
                       {"ge_per_mac", 590.3},
                       {"ge_per_mac_group", 541.6},
                       {"clock_ns", 14.18}}}}};

class SynthParts : public testing::Test {
 protected:
  SynthParts()
      : dir_(fs::path(testing::TempDir()) / "tetralog_synth_parts" /
             testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }
  void Write(const char* file, const Json& report) { WriteTextFile(dir_ / file, report.dump()); }
  Json Added(Json report = kReport) {
    AddParts(report, dir_);
    return report;
  }
  fs::path dir_;
};

TEST_F(SynthParts, EnergiesAndBlocksComeWithTheirCommandAndRevision) {
  Write("power.json", kPower);
  Write("macs.json", kMacs);
  const Json report = Added();
  EXPECT_EQ(report.at("/energy/tetralog_pe4/forward/pj_per_mac"_json_pointer), 5.5);
  EXPECT_EQ(report.at("/energy_ratios/int8/forward/over_tetralog_pe4"_json_pointer), 3.0);
  EXPECT_EQ(report.at("/macs/blocks/0/clock_ns"_json_pointer), 14.18);
  EXPECT_EQ(report["parts"]["energy"], (Json{{"command", "make power"}, {"git_revision", "r1"}}));
  const std::string page = ReportMarkdown(report);
  for (const char* figure : {"5.50", "541.6", "14.18", "make power, r1"})
    EXPECT_NE(page.find(figure), std::string::npos) << figure << " is missing in:\n" << page;
}

TEST_F(SynthParts, WhatIsMissingIsNamedWithTheCommandThatMakesIt) {
  Json report = Added();
  EXPECT_EQ(report["parts"]["energy"]["missing"], "no power.json; run make power");
  EXPECT_EQ(report["parts"]["macs"]["missing"], "no macs.json; run make macs");
  EXPECT_NE(ReportMarkdown(report).find("no power.json"), std::string::npos);

  // What an earlier report took over goes when its source does.
  report["energy"] = kPower["energy"];
  EXPECT_FALSE(Added(report).contains("energy"));
}

TEST_F(SynthParts, PartsOfAnotherLibraryOrOfSomeBlocksDoNotCount) {
  Json power = kPower;
  power["library"]["name"] = "other";
  Write("power.json", power);
  EXPECT_FALSE(Added().contains("energy"));
  EXPECT_EQ(Added()["parts"]["energy"]["missing"],
            "power.json is of other; run make power with the library of the report");
  power = kPower;
  power["partial"] = true;
  Write("power.json", power);
  EXPECT_FALSE(Added().contains("energy"));
}

TEST_F(SynthParts, AReportThatIsThereIsWrittenAgainWithItsPages) {
  RefreshReport(dir_ / "synth.json");
  EXPECT_FALSE(fs::exists(dir_ / "synth.json")) << "made from nothing";
  Write("synth.json", kReport);
  Write("power.json", kPower);
  RefreshReport(dir_ / "synth.json");
  const Json report = Json::parse(ReadTextFile(dir_ / "synth.json"));
  EXPECT_EQ(report.at("/energy/tetralog_pe4/forward/pj_per_mac"_json_pointer), 5.5);
  EXPECT_EQ(report["command"], "make synth");
  EXPECT_NE(ReadTextFile(dir_ / "synth.md").find("5.50"), std::string::npos);
  EXPECT_NE(ReadTextFile(dir_ / "synth.html").find("5.50"), std::string::npos);
}

TEST_F(SynthParts, EnergiesAboveTheirLimitsAreFaults) {
  const char* pointer = "/energy/tetralog_pe4/forward/pj_per_mac";
  Json limits = {{"energy", {{"ceilings", {{pointer, 5.6}}}}}};
  EXPECT_TRUE(ExceededEnergyLimits(kPower, limits).empty());
  EXPECT_TRUE(ExceededEnergyLimits(kReport, limits).empty()) << "without energies";
  limits["energy"]["ceilings"][pointer] = 5.4;
  ASSERT_EQ(ExceededEnergyLimits(kPower, limits).size(), 1u);
  limits["energy"]["ceilings"] = {{"/energy/tetralog_pe4/backward/pj_per_mac", 9}};
  EXPECT_EQ(ExceededEnergyLimits(kPower, limits).size(), 1u) << "a figure that is not there";
}

}  // namespace
}  // namespace tetralog
