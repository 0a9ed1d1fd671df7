// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

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

// Labels for the points that stand free of those labelled before.
class Labels {
 public:
  explicit Labels(const Plane& plane) {
    for (const Dot& dot : plane.dots) {
      width_ = std::max(width_, std::abs(dot.x - plane.dots.front().x));
      height_ = std::max(height_, std::abs(dot.y - plane.dots.front().y));
    }
  }

  std::string Of(const Dot& dot, const MachineShape& base) {
    for (const Dot* other : labelled_)
      if (std::abs(other->x - dot.x) <= 0.1 * width_ &&
          std::abs(other->y - dot.y) <= 0.05 * height_)
        return "";
    labelled_.push_back(&dot);
    return LabelOf(dot.result->point.shape, base);
  }

 private:
  double width_ = 0, height_ = 0;
  std::vector<const Dot*> labelled_;
};

}  // namespace

std::string PlaneSvg(const SweepSpace& space, const Plane& plane) {
  LinePanel panel{plane.y_label, {}};
  LineSeries front{"Pareto front", {}, true, true, {}};
  Labels labels(plane);
  for (const Dot& dot : plane.dots) {
    if (!dot.front) continue;
    front.points.emplace_back(dot.x, dot.y);
    front.labels.push_back(labels.Of(dot, space.base));
  }
  for (const Dot& dot : plane.dots) {
    if (dot.front) continue;
    const std::string line =
        dot.result->point.lines.empty() ? "base" : dot.result->point.lines.front();
    auto series = std::find_if(panel.series.begin(), panel.series.end(),
                               [&](const LineSeries& s) { return s.name == line; });
    if (series == panel.series.end()) {
      panel.series.push_back({line, {}, true, false, {}});
      series = panel.series.end() - 1;
    }
    series->points.emplace_back(dot.x, dot.y);
    series->labels.push_back(labels.Of(dot, space.base));
  }
  panel.series.insert(panel.series.begin(), std::move(front));
  return LinePlotSvg(plane.title, plane.x_label, {panel});
}

}  // namespace tetralog
