// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog estimate` as a user meets it: its table, report and plot, and one clear line for bad
// input. What the cycles are is the matter of estimate_machine_test.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/tool_testing.h"

namespace tetralog {
namespace {

using ::tetralog::testing::ExpectOneLineError;
using ::tetralog::testing::Outcome;
using ::tetralog::testing::RunTool;
using ::tetralog::testing::Scratch;

std::string Table(const std::string& name, const std::string& text) {
  const std::string path = Scratch(name);
  std::ofstream(path) << text;
  return path;
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ToolEstimate, ReportsAStepOfTrainingProductByProduct) {
  const std::string report = Scratch("estimate.json");
  const Outcome outcome =
      RunTool("estimate --network mlp --batch 16 --training --samples 2 --json " + report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(CountOf(outcome.text, "fc1 "), 2u) << outcome.text;
  EXPECT_EQ(CountOf(outcome.text, "fc2 "), 3u) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  EXPECT_TRUE(json.contains("git_revision"));
  EXPECT_EQ(json["batch"], 16);
  EXPECT_EQ(json["training"], true);
  EXPECT_EQ(json["memory"]["read_latency"], 20);
  ASSERT_EQ(json["estimates"].size(), 1u);
  const auto& estimate = json["estimates"][0];
  EXPECT_EQ(estimate["network"], "mlp");
  EXPECT_EQ(estimate["shape"]["rows"], 16);
  ASSERT_EQ(estimate["gemms"].size(), 8u);
  uint64_t cycles = 0, macs = 0;
  for (const auto& gemm : estimate["gemms"]) {
    EXPECT_GE(gemm["cycles"], gemm["bound_cycles"]) << gemm;
    EXPECT_EQ(gemm["products"], gemm["macs"]) << gemm;
    cycles += gemm["cycles"].get<uint64_t>();
    macs += gemm["macs"].get<uint64_t>();
  }
  EXPECT_EQ(estimate["total"]["cycles"], cycles);
  EXPECT_EQ(estimate["total"]["macs"], macs);
}

TEST(ToolEstimate, ALongNameAndAWholePartKeepTheColumns) {
  const std::string name = "a_name_of_more_than_twenty_letters";
  const Outcome outcome =
      RunTool("estimate --layers " + Table("wide.csv", "name,m,n,k\n" + name + ",64,32,64\n"));
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  std::stringstream lines(outcome.text);
  std::string title, header, row;
  std::getline(std::getline(std::getline(lines, title), header), row);
  EXPECT_EQ(header.size(), row.size()) << outcome.text;
  EXPECT_NE(row.find(" 100.0 % "), std::string::npos) << row;
}

TEST(ToolEstimate, CountsMultiplyTheTotalAndNotTheWork) {
  const std::string report = Scratch("estimate_count.json");
  const std::string one = Table("one.csv", "name,m,n,k\na,40,30,50\n");
  const std::string many = Table("many.csv", "name,m,n,k,count\na,40,30,50,1000000\n");
  nlohmann::json totals[2];
  for (const int i : {0, 1}) {
    const std::string& file = i == 0 ? one : many;
    ASSERT_EQ(RunTool("estimate --layers " + file + " --json " + report).status, 0);
    totals[i] = nlohmann::json::parse(std::ifstream(report))["estimates"][0]["total"];
  }
  EXPECT_EQ(totals[1]["cycles"], 1'000'000 * totals[0]["cycles"].get<uint64_t>());
  EXPECT_EQ(totals[1]["utilisation"], totals[0]["utilisation"]);
}

TEST(ToolEstimate, SweepsShapesAndPlotsThem) {
  const std::string report = Scratch("sweep.json"), plot = Scratch("sweep.svg");
  const Outcome outcome =
      RunTool("estimate --network mlp,lenet --batch 4 --sweep 16x16x1,16x16x4:lanes=8 --plot " +
              plot + " --json " + report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(CountOf(outcome.text, "\n"), 5u) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  ASSERT_EQ(json["estimates"].size(), 4u);
  EXPECT_EQ(json["estimates"][1]["network"], "mlp");
  EXPECT_EQ(json["estimates"][1]["shape"]["dot"], 4);
  EXPECT_EQ(json["estimates"][1]["shape"]["lanes"], 8);
  EXPECT_EQ(json["estimates"][2]["network"], "lenet");
  EXPECT_LT(json["estimates"][1]["total"]["cycles"], json["estimates"][0]["total"]["cycles"]);
  std::stringstream svg;
  svg << std::ifstream(plot).rdbuf();
  EXPECT_EQ(CountOf(svg.str(), "<polyline"), 2u);
  EXPECT_EQ(CountOf(svg.str(), ">16x16x4:lanes=8<"), 1u);
  EXPECT_EQ(CountOf(svg.str(), "<circle"), 6u);  // two of the legend
  EXPECT_NE(svg.str().find("</svg>"), std::string::npos);
}

TEST(ToolEstimate, AnOldPlotStaysWhenThereIsNoNewOne) {
  const std::string plot = Scratch("old.svg");
  std::ofstream(plot) << "old";
  const Outcome outcome =
      RunTool("estimate --network mlp --sweep 16x16x4 --json /dev/full --plot " + plot);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.text.find("cannot write /dev/full: No space left on device"), std::string::npos)
      << outcome.text;
  std::ifstream in(plot);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "old");
}

std::string WithCommas(uint64_t value) {
  std::string text = std::to_string(value);
  for (size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

// The larger networks need many seconds; a change of the core's timing shows in these, too.
TEST(ToolEstimate, ThePageHasTheCyclesOfThisTree) {
  std::stringstream page;
  page << std::ifstream("docs/estimate.md").rdbuf();
  const std::string report = Scratch("page.json"), run = "estimate --network mlp,lenet --json ";
  ASSERT_EQ(RunTool(run + report + " --sweep").status, 0);
  auto estimates = nlohmann::json::parse(std::ifstream(report))["estimates"];
  ASSERT_EQ(estimates.size(), 16u);
  for (size_t network = 0; network < 2; ++network) {
    std::string row;
    for (size_t shape = 0; shape < 8; ++shape)
      row +=
          fmt::format(" {:.1f} % |",
                      100 * estimates[8 * network + shape]["total"]["utilisation"].get<double>());
    EXPECT_NE(page.str().find(row + "\n"), std::string::npos) << "docs/estimate.md lacks:" << row;
  }
  ASSERT_EQ(RunTool(run + report + " --batch 16 --training").status, 0);
  estimates = nlohmann::json::parse(std::ifstream(report))["estimates"];
  for (const auto& e : estimates) {
    const std::string row =
        fmt::format(" M | {} | {:.1f} % |", WithCommas(e["total"]["cycles"].get<uint64_t>()),
                    100 * e["total"]["utilisation"].get<double>());
    EXPECT_NE(page.str().find(row), std::string::npos) << "docs/estimate.md lacks:" << row;
  }
}

TEST(ToolEstimate, AnswersBadInputWithOneLine) {
  ExpectOneLineError("estimate", "give --network NAME or --layers FILE");
  ExpectOneLineError("estimate --network alexnet", "no network 'alexnet'; there are lenet");
  ExpectOneLineError("estimate --layers /no/such.csv", "cannot read /no/such.csv");
  ExpectOneLineError("estimate --layers " + Table("bad.csv", "name,m,n,k\na,1,2,3\nb,1,2\n"),
                     "bad.csv:3: 3 fields");
  ExpectOneLineError("estimate --network mlp --shape 16x16", "'16x16' is no shape");
  ExpectOneLineError("estimate --network mlp --shape 15x16x4",
                     "shape 15x16x4 cannot be built: rows");
  ExpectOneLineError("estimate --network mlp --lanes 3", "lanes must be");
  ExpectOneLineError("estimate --network mlp --sweep 16x16x4:lanes=8:lines=3", "is no shape");
  ExpectOneLineError("estimate --network mlp --sweep 16x16x4,16x16x4:lanes=16 --lanes 8",
                     "--lanes is for every shape, but 16x16x4:lanes=16 has its own");
  ExpectOneLineError("estimate --network mlp --shape 8x8x1 --sweep 16x16x4",
                     "--shape and --sweep do not go together");
  ExpectOneLineError("estimate --network mlp --samples 2", "give --training");
  ExpectOneLineError("estimate --network mlp --plot a.svg", "give --sweep as well");
  ExpectOneLineError("estimate --network mlp --batch 20000000", "--batch");
  ExpectOneLineError("estimate --network resnet18 --batch 100000", "give a smaller batch");
  ExpectOneLineError("estimate --shape 64x64x4:depth_a=512:depth_b=512 --layers " +
                         Table("huge.csv", "name,m,n,k,count\nx,4096,4096,4096,1000000000\n"),
                     "error: x: the products up to here are more than 2^64");
  ExpectOneLineError("estimate --network mlp --json /proc/none/a.json", "cannot write");
}

}  // namespace
}  // namespace tetralog
