// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/page.h"

#include <fmt/core.h>

#include <algorithm>

#include "sim/svg.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

std::string Number(const Json& value, int digits = 1) {
  return fmt::format("{:.{}f}", value.get<double>(), digits);
}
std::string Percent(const Json& value) {
  return fmt::format("{:.2f} %", 100 * value.get<double>());
}
std::string Grouped(const Json& value) {
  std::string text = fmt::format("{:.0f}", value.get<double>());
  for (int i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) text.insert(i, ",");
  return text;
}

Table ElementTable(const Json& pe) {
  Table table{.title = "Processing element, GE per MAC, synthesised for area",
              .header = {"Dot", "group 1x1", "group 2x2", "group 4x4", "row bias", "4x4 with bias",
                         "clock of 4x4, ns"},
              .rows = {}};
  for (const auto& [dot, row] : pe.items()) {
    table.rows.push_back({dot, Number(row["ge_per_mac_1x1"]), Number(row["ge_per_mac_2x2"]),
                          Number(row["ge_per_mac_4x4"]), Number(row["row_bias_ge_per_mac"]),
                          Number(row["ge_per_mac_with_bias"]), Number(row["clock_ns"], 2)});
  }
  return table;
}

Table CoreTable(const Json& report) {
  const Json &core = report["core"], &array = report["array"], &memory = report["memory"];
  const auto path = [](const Json& part) {
    return fmt::format("{} gates, {} to {}", part["path"]["gates"].get<int>(),
                       part["path"]["from"].get<std::string>(),
                       part["path"]["to"].get<std::string>());
  };
  Table table{.title = "Core at its clock", .header = {"figure", "value"}, .rows = {}};
  table.rows = {
      {"clock of the core", Number(core["clock_ns"], 2) + " ns"},
      {"its slowest path", path(core)},
      {"clock of the array", Number(array["clock_ns"], 2) + " ns"},
      {"its slowest path", path(array)},
      {"logic", Grouped(core["ge"]) + " GE, " + Number(core["ge_per_mac"]) + " per MAC"},
      {"streaming engine",
       Grouped(core["engine_ge"]) + " GE, " + Number(core["engine_ge_per_mac"]) + " per MAC"},
      {"array", Grouped(array["ge"]) + " GE, " + Number(array["ge_per_mac"]) + " per MAC"},
      {"rounding units and random source", Percent(core["rounding_share"])},
      {"whole epilogue", Percent(core["epilogue_share"])},
      {"AXI, control and buffers", Percent(core["around_share"])}};
  if (memory["count"].get<int>() > 0) {
    table.rows.push_back({"memories, area assumed",
                          fmt::format("{} of {} bits together, {} GE", memory["count"].get<int>(),
                                      Grouped(memory["bits"]), Grouped(memory["ge"]))});
  }
  return table;
}

Table CurveTable(const Json& report) {
  Table table{.title = "Area by clock that every module meets by itself",
              .header = {"array, ns", "GE", "core, ns", "GE"},
              .rows = {}};
  const Json &array = report["array"]["curve"], &core = report["core"]["curve"];
  for (size_t i = 0; i < std::min(array.size(), core.size()); ++i) {
    table.rows.push_back({Number(array[i]["clock_ns"], 2), Grouped(array[i]["ge"]),
                          Number(core[i]["clock_ns"], 2), Grouped(core[i]["ge"])});
  }
  return table;
}

Table UnitTable(const Json& core) {
  Table table{
      .title = "Units; a unit's GE and share include the units inside it, its clock does not",
      .header = {"unit", "count", "GE", "share", "clock, ns", "synthesis"},
      .rows = {}};
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [name, unit] : core["modules"].items()) {
    order.emplace_back(-unit["ge"].get<double>(), name);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [ge, name] : order) {
    const Json& unit = core["modules"][name];
    table.rows.push_back({name, std::to_string(unit["count"].get<int>()), Grouped(unit["ge"]),
                          Percent(unit["share"]), Number(unit["clock_ns"], 2),
                          unit["synthesis"].get<std::string>()});
  }
  return table;
}

Table EnergyTable(const Json& energy) {
  Table table{
      .title = "Energy on the recorded training steps, pJ per MAC, without glitches and wires",
      .header = {"block", "forward", "input gradient", "weight gradient"},
      .rows = {}};
  for (const auto& [block, kinds] : energy.items()) {
    std::vector<std::string> row = {block};
    for (const char* kind : {"forward", "input_gradient", "weight_gradient"})
      row.push_back(kinds.contains(kind) ? Number(kinds[kind]["pj_per_mac"], 2) : "");
    table.rows.push_back(row);
  }
  return table;
}

Table MacsTable(const Json& macs) {
  Table table{.title = "Multiply-accumulate units beside the element, synthesised for area",
              .header = {"block", "sum", "Dot", "GE per MAC alone", "in 4x4", "clock, ns"},
              .rows = {}};
  for (const char* part : {"elements", "blocks"}) {
    for (const Json& row : macs[part]) {
      table.rows.push_back({row["block"], row["accumulator"], row["dot"].dump(),
                            Number(row["ge_per_mac"]), Number(row["ge_per_mac_group"]),
                            row["clock_ns"].is_null() ? "" : Number(row["clock_ns"], 2)});
    }
  }
  return table;
}

// Of build/report/layout.json.
Table LayoutTable(const Json& layout) {
  Table table{.title = "Placed and routed groups of processing elements (make layout)",
              .header = {"group", "cells", "core, um2", "per MAC, um2", "utilisation", "wire, um",
                         "vias", "clock, ns", "with wires, ns"},
              .rows = {}};
  for (const Json& group : layout["groups"]) {
    const Json& clock = group["clock_ns"];
    table.rows.push_back({group["group"].get<std::string>(), Grouped(group["cells"]),
                          Grouped(group["core_um2"]), Grouped(group["core_um2_per_mac"]),
                          Percent(group["utilisation"]), Grouped(group["wire_um"]),
                          Grouped(group["vias"]), Number(clock["without_wires"], 2),
                          Number(clock["with_wires"], 2)});
  }
  return table;
}

// Of build/report/fpga.json.
Table FpgaTable(const Json& fpga) {
  Table table{.title = "Resources on FPGAs (make fpga)",
              .header = {"design", "family", "LUTs", "flip-flops", "carries", "LUT memories",
                         "block memories", "multipliers"},
              .rows = {}};
  for (const Json& row : fpga["resources"]) {
    table.rows.push_back({row["design"].get<std::string>(), row["family"].get<std::string>(),
                          Grouped(row["luts"]), Grouped(row["flops"]), Grouped(row["carries"]),
                          Grouped(row["lutrams"]), Grouped(row["brams"]), Grouped(row["dsps"])});
  }
  return table;
}

Table ProvenanceTable(const Json& report) {
  const Json& library = report["library"];
  Table table{.title = "How this was made", .header = {"what", "which"}, .rows = {}};
  table.rows = {
      {"command", report["command"].get<std::string>()},
      {"source", report["git_revision"].get<std::string>()},
      {"library", fmt::format("{}, NAND2 {} um2, hash {}", library["name"].get<std::string>(),
                              library["ge_area"].dump(), library["hash"].get<std::string>())}};
  for (const auto& [tool, version] : report["tools"].items()) {
    table.rows.push_back({tool, version.get<std::string>()});
  }
  const Json parts = report.value("parts", Json::object());
  for (const auto& [part, from] : parts.items()) {
    table.rows.push_back({part, from.contains("missing")
                                    ? from["missing"].get<std::string>()
                                    : fmt::format("{}, {}", from["command"].get<std::string>(),
                                                  from["git_revision"].get<std::string>())});
  }
  if (report.contains("build")) table.rows.push_back({"core", report["build"].dump()});
  return table;
}

// Bars of the area that each unit has of its own.
std::string AreaBars(const Json& core) {
  std::vector<std::pair<double, std::string>> bars;
  for (const auto& [name, unit] : core["modules"].items()) {
    bars.emplace_back(unit["own_ge"].get<double>(), name);
  }
  std::sort(bars.rbegin(), bars.rend());
  constexpr double kLeft = 170, kWidth = 520, kStep = 20;
  Svg svg(kLeft + kWidth + 120, 50 + kStep * static_cast<double>(bars.size()), kLeft,
          "Gate equivalents by unit, without the units inside it");
  double y = 40;
  for (const auto& [ge, name] : bars) {
    svg.Add(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", kLeft - 8, y + 13,
            SvgEscaped(name));
    svg.Add(R"(<rect x="{}" y="{}" width="{:.1f}" height="15" fill="{}"/>)", kLeft, y,
            std::max(1.0, kWidth * ge / bars[0].first), kSvgColours[0]);
    svg.Add(R"(<text x="{:.1f}" y="{}">{}</text>)", kLeft + kWidth * ge / bars[0].first + 6, y + 13,
            Grouped(ge));
    y += kStep;
  }
  return svg.Finish();
}

}  // namespace

std::vector<Table> ReportTables(const Json& report) {
  std::vector<Table> tables;
  if (report.contains("pe")) tables.push_back(ElementTable(report["pe"]));
  if (report.contains("core")) {
    tables.push_back(CoreTable(report));
    tables.push_back(CurveTable(report));
    tables.push_back(UnitTable(report["core"]));
  }
  if (report.contains("energy")) tables.push_back(EnergyTable(report["energy"]));
  if (report.contains("macs")) tables.push_back(MacsTable(report["macs"]));
  if (report.contains("layout")) tables.push_back(LayoutTable(report["layout"]));
  if (report.contains("fpga")) tables.push_back(FpgaTable(report["fpga"]));
  tables.push_back(ProvenanceTable(report));
  return tables;
}

std::string ReportMarkdown(const Json& report) {
  std::string text = "# Synthesis\n";
  for (const Table& table : ReportTables(report)) {
    std::vector<size_t> width;
    for (size_t c = 0; c < table.header.size(); ++c) {
      width.push_back(table.header[c].size());
      for (const auto& row : table.rows) width[c] = std::max(width[c], row[c].size());
    }
    const auto add = [&](const std::vector<std::string>& row) {
      for (size_t c = 0; c < row.size(); ++c) text += fmt::format("| {:<{}} ", row[c], width[c]);
      text += "|\n";
    };
    text += fmt::format("\n{}:\n\n", table.title);
    add(table.header);
    for (const size_t w : width) text += fmt::format("|{}", std::string(w + 2, '-'));
    text += "|\n";
    for (const auto& row : table.rows) add(row);
  }
  return text;
}

std::string ReportHtml(const Json& report) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Tetralog synthesis"
      "</title>\n<style>body{font-family:sans-serif;margin:2em;max-width:60em}"
      "table{border-collapse:collapse;margin:0 0 2em}td,th{border:1px solid #ccc;padding:3px 9px;"
      "text-align:left}</style></head>\n<body><h1>Tetralog synthesis</h1>\n";
  for (const Table& table : ReportTables(report)) {
    text += fmt::format("<h2>{}</h2>\n<table>\n<tr>", SvgEscaped(table.title));
    for (const std::string& cell : table.header) text += "<th>" + SvgEscaped(cell) + "</th>";
    text += "</tr>\n";
    for (const auto& row : table.rows) {
      text += "<tr>";
      for (const std::string& cell : row) text += "<td>" + SvgEscaped(cell) + "</td>";
      text += "</tr>\n";
    }
    text += "</table>\n";
  }
  if (report.contains("core")) text += AreaBars(report["core"]);
  return text + "</body></html>\n";
}

}  // namespace tetralog
