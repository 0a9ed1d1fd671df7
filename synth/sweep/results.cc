// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/sweep/results.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

double Number(const Json& json, const char* pointer) {
  return json.at(Json::json_pointer(pointer)).get<double>();
}

// The names of a result's fronts.
std::string FrontsOf(const PointResult& result, const std::vector<Plane>& planes) {
  std::vector<std::string> names;
  for (const Plane& plane : planes)
    for (const Dot& dot : plane.dots)
      if (dot.front && dot.result == &result) {
        names.emplace_back(plane.file);
        break;
      }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void MarkFront(std::vector<Dot>& dots, bool most_y) {
  const auto good = [&](const Dot& dot) { return most_y ? -dot.y : dot.y; };
  for (Dot& dot : dots) {
    dot.front = std::none_of(dots.begin(), dots.end(), [&](const Dot& other) {
      return other.x <= dot.x && good(other) <= good(dot) &&
             (other.x < dot.x || good(other) < good(dot));
    });
  }
}

std::vector<Plane> Planes(const std::vector<PointResult>& results) {
  std::vector<Plane> planes = {
      {"clock", "Clock against area of an element", "GE per MAC", "shortest clock, ns", false, {}},
      {"energy", "Energy against area of an element", "GE per MAC", "pJ per MAC", false, {}},
      {"utilisation",
       "Utilisation against area",
       "GE per MAC with epilogue",
       "multipliers busy, percent",
       true,
       {}},
      {"rounding",
       "Bias of rounding against area",
       "GE per MAC with epilogue",
       "worst bias, percent of a step",
       false,
       {}}};
  for (const PointResult& result : results) {
    const Json& json = result.json;
    const double ge = Number(json, "/ge_per_mac"), all = Number(json, "/ge_per_mac_with_epilogue");
    for (const Json& way : json.at("element"))
      planes[0].dots.push_back({&result, Number(way, "/ge_per_mac"), Number(way, "/clock_ns")});
    if (!json.at("energy").is_null())
      planes[1].dots.push_back({&result, ge, Number(json, "/energy/mean")});
    planes[2].dots.push_back({&result, all, 100 * Number(json, "/utilisation/all")});
    planes[3].dots.push_back({&result, all, 100 * Number(json, "/rounding/worst_bias")});
  }
  for (Plane& plane : planes) {
    std::stable_sort(plane.dots.begin(), plane.dots.end(),
                     [](const Dot& a, const Dot& b) { return a.x < b.x; });
    MarkFront(plane.dots, plane.most_y);
  }
  return planes;
}

const PointResult& BestPoint(const std::vector<PointResult>& results) {
  return *std::min_element(results.begin(), results.end(),
                           [](const PointResult& a, const PointResult& b) {
                             return Number(a.json, "/ge_per_mac") < Number(b.json, "/ge_per_mac");
                           });
}

std::string SweepCsv(const std::vector<PointResult>& results) {
  std::string csv =
      "point,lines,rows,cols,dot,acc_width,random_bits,lanes,ge_per_mac,clock_ns,"
      "fast_ge_per_mac,fast_clock_ns,epilogue_ge,rounding_ge,ge_per_mac_with_epilogue,"
      "utilisation,pj_per_mac,worst_bias,rms_bias\n";
  for (const PointResult& result : results) {
    const MachineShape& s = result.point.shape;
    const Json& json = result.json;
    const Json& fast = json.at("element").back();
    csv += fmt::format(
        "{},{},{},{},{},{},{},{},{:.2f},{:.3f},{:.2f},{:.3f},{:.0f},{:.0f},{:.2f},{:.4f},{},{:.3e},"
        "{:.3e}\n",
        result.point.Name(), fmt::join(result.point.lines, ";"), s.rows, s.cols, s.dot, s.acc_width,
        s.random_bits, s.lanes, Number(json, "/ge_per_mac"), Number(json, "/clock_ns"),
        Number(fast, "/ge_per_mac"), Number(fast, "/clock_ns"), Number(json, "/epilogue/ge"),
        Number(json, "/epilogue/rounding_ge"), Number(json, "/ge_per_mac_with_epilogue"),
        Number(json, "/utilisation/all"),
        json.at("energy").is_null() ? "" : fmt::format("{:.3f}", Number(json, "/energy/mean")),
        Number(json, "/rounding/worst_bias"), Number(json, "/rounding/rms_bias"));
  }
  return csv;
}

std::string SweepTable(const std::vector<PointResult>& results, const std::vector<Plane>& planes) {
  std::string table =
      "| rows x cols | Dot | acc. | R | lanes | GE/MAC | clock, ns | for speed: GE/MAC | ns | "
      "epilogue GE | with epilogue GE/MAC | busy | pJ/MAC | worst bias | fronts |\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|\n";
  for (const PointResult& result : results) {
    const MachineShape& s = result.point.shape;
    const Json& json = result.json;
    const Json& fast = json.at("element").back();
    table += fmt::format(
        "| {}x{} | {} | {} | {} | {} | {:.1f} | {:.2f} | {:.1f} | {:.2f} | {:.0f} | {:.1f} | "
        "{:.1f} % | {} | {:.4f} % | {} |\n",
        s.rows, s.cols, s.dot, s.acc_width, s.random_bits, s.lanes, Number(json, "/ge_per_mac"),
        Number(json, "/clock_ns"), Number(fast, "/ge_per_mac"), Number(fast, "/clock_ns"),
        Number(json, "/epilogue/ge"), Number(json, "/ge_per_mac_with_epilogue"),
        100 * Number(json, "/utilisation/all"),
        json.at("energy").is_null() ? "" : fmt::format("{:.2f}", Number(json, "/energy/mean")),
        100 * Number(json, "/rounding/worst_bias"), FrontsOf(result, planes));
  }
  return table;
}

}  // namespace tetralog
