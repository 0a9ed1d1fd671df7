// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The report for people: the same tables as text (Markdown) and as one HTML page with bars.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tetralog {

struct Table {
  std::string title;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

// The tables of what is in a report of synth_report.
std::vector<Table> ReportTables(const nlohmann::ordered_json& report);

std::string ReportMarkdown(const nlohmann::ordered_json& report);
std::string ReportHtml(const nlohmann::ordered_json& report);

}  // namespace tetralog
