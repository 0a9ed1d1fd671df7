// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The synthesis report for people: every table has the figures of the JSON, in Markdown and in
// HTML.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "synth/page.h"

namespace tetralog {
namespace {

const auto kReport = nlohmann::ordered_json::parse(R"({
  "command": "make synth", "git_revision": "abc<1>", "tools": {"yosys": "0.23"},
  "library": {"name": "made", "ge_area": 24, "hash": "00ff"},
  "pe": {"4": {"ge_per_mac_1x1": 233.4, "ge_per_mac_2x2": 208.1, "ge_per_mac_4x4": 195.0,
               "row_bias_ge_per_mac": 13.9, "ge_per_mac_with_bias": 208.9, "clock_ns": 7.88}},
  "array": {"clock_ns": 7.5, "ge": 213812, "ge_per_mac": 208.8, "curve": [{"clock_ns": 7.5, "ge": 5}],
            "path": {"gates": 34, "from": "a_q", "to": "acc_q[23]"}},
  "core": {"clock_ns": 9.25, "ge": 395277, "ge_per_mac": 386.0, "engine_ge": 265933,
           "engine_ge_per_mac": 259.7, "rounding_share": 0.0115, "epilogue_share": 0.0998,
           "around_share": 0.3272, "curve": [{"clock_ns": 9.25, "ge": 395277}],
           "path": {"gates": 61, "from": "z_o[31]", "to": "square_sum[34]"},
           "modules": {"feeder": {"count": 1, "ge": 5831, "own_ge": 5831, "share": 0.0148,
                                  "clock_ns": 5.5, "synthesis": "area 10000"},
                       "pe_group": {"count": 16, "ge": 199643, "own_ge": 199643, "share": 0.5051,
                                    "clock_ns": 7.88, "synthesis": "area 10000"}}},
  "memory": {"count": 72, "bits": 819200, "ge": 638976}})");

TEST(SynthPage, MarkdownHasTheFiguresOfTheReport) {
  const std::string text = ReportMarkdown(kReport);
  for (const char* figure :
       {"233.4", "208.9", "9.25 ns", "395,277 GE", "9.98 %", "32.72 %",
        "61 gates, z_o[31] to square_sum[34]", "72 of 819,200 bits", "make synth"}) {
    EXPECT_NE(text.find(figure), std::string::npos) << figure << " is missing in:\n" << text;
  }
  // Units come by size.
  EXPECT_LT(text.find("| pe_group"), text.find("| feeder"));
}

TEST(SynthPage, HtmlEscapesAndDrawsABarForEveryUnit) {
  const std::string html = ReportHtml(kReport);
  EXPECT_NE(html.find("abc&lt;1&gt;"), std::string::npos);
  EXPECT_EQ(html.find("abc<1>"), std::string::npos);
  size_t bars = 0;
  for (size_t at = 0; (at = html.find("height=\"15\"", at)) != std::string::npos; ++at) ++bars;
  EXPECT_EQ(bars, kReport["core"]["modules"].size());
}

TEST(SynthPage, AReportWithoutACoreHasNoCoreTables) {
  auto report = kReport;
  report.erase("core");
  EXPECT_EQ(ReportTables(report).size(), 2u);
  EXPECT_EQ(ReportHtml(report).find("<svg"), std::string::npos);
}

TEST(SynthPage, ShowsLayoutAndFpgaWhenTheyWereMade) {
  auto report = kReport;
  EXPECT_EQ(ReportMarkdown(report).find("FPGA"), std::string::npos);
  report["layout"] = nlohmann::ordered_json::parse(R"({"groups": [
      {"group": "2x2", "cells": 1528, "core_um2": 87654, "core_um2_per_mac": 5478, "utilisation": 0.957,
       "wire_um": 61234, "vias": 9876, "clock_ns": {"without_wires": 3.814, "with_wires": 4.112}}]})");
  report["fpga"] = nlohmann::ordered_json::parse(R"({"resources": [
      {"design": "engine:8x8x4", "family": "ecp5", "luts": 54321, "flops": 7654, "carries": 321,
       "lutrams": 12, "brams": 0, "dsps": 4}]})");
  const std::string text = ReportMarkdown(report);
  for (const char* figure :
       {"1,528", "87,654", "95.70 %", "3.81", "4.11", "engine:8x8x4", "54,321"}) {
    EXPECT_NE(text.find(figure), std::string::npos) << figure << " is missing in:\n" << text;
  }
}

}  // namespace
}  // namespace tetralog
