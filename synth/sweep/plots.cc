// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>

#include "sim/line_plot.h"
#include "synth/sweep/results.h"

namespace tetralog {
namespace {

// What differs from the base: "Dot 8, 20 bits".
std::string LabelOf(const MachineShape& s, const MachineShape& base) {
  std::string label;
  const auto add = [&](bool differs, const std::string& text) {
    if (differs) label += (label.empty() ? "" : ", ") + text;
  };
  add(s.rows != base.rows || s.cols != base.cols, fmt::format("{}x{}", s.rows, s.cols));
  add(s.dot != base.dot, fmt::format("Dot {}", s.dot));
  add(s.acc_width != base.acc_width, fmt::format("{} bits", s.acc_width));
  add(s.random_bits != base.random_bits, fmt::format("R {}", s.random_bits));
  add(s.lanes != base.lanes, fmt::format("{} lanes", s.lanes));
  return label.empty() ? "base" : label;
}

}  // namespace

std::string PlaneSvg(const SweepSpace& space, const Plane& plane) {
  LinePanel panel{plane.y_label, {}};
  LineSeries front{"Pareto front", {}, true, true, {}};
  std::vector<std::string> lines;
  for (const Dot& dot : plane.dots) {
    if (dot.front) {
      front.points.emplace_back(dot.x, dot.y);
      front.labels.push_back(LabelOf(dot.result->point.shape, space.base));
      continue;
    }
    const std::string line =
        dot.result->point.lines.empty() ? "base" : dot.result->point.lines.front();
    auto series = std::find_if(panel.series.begin(), panel.series.end(),
                               [&](const LineSeries& s) { return s.name == line; });
    if (series == panel.series.end()) {
      panel.series.push_back({line, {}, true, false, {}});
      series = panel.series.end() - 1;
    }
    series->points.emplace_back(dot.x, dot.y);
    series->labels.push_back(LabelOf(dot.result->point.shape, space.base));
  }
  panel.series.insert(panel.series.begin(), std::move(front));
  return LinePlotSvg(plane.title, plane.x_label, {panel});
}

}  // namespace tetralog
