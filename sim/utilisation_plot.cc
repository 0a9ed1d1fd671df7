// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/utilisation_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/svg.h"

namespace tetralog {
namespace {

constexpr double kLeft = 64, kTop = 48, kHeight = 300, kLegend = 150, kBottom = 64;
constexpr double kStep = 80, kCharacter = 8;  // between shapes, at least

double Y(double utilisation) { return kTop + kHeight * (1 - utilisation); }

}  // namespace

std::string UtilisationSvg(const std::string& title, const std::vector<std::string>& shapes,
                           const std::vector<UtilisationSeries>& series) {
  double step = kStep;
  for (const std::string& shape : shapes)
    step = std::max(step, kCharacter * static_cast<double>(shape.size() + 2));
  const auto x_of = [&](size_t shape) { return kLeft + step * (static_cast<double>(shape) + 0.5); };
  const double right = kLeft + step * static_cast<double>(shapes.size());
  const double width = right + kLegend, height = kTop + kHeight + kBottom;
  Svg svg(width, height, kLeft, title);
  for (int percent = 0; percent <= 100; percent += 20) {
    const double y = Y(percent / 100.0);
    svg.Add(R"(<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" stroke="{}"/>)", kLeft, y, right, y,
            percent == 0 ? "#444444" : "#dddddd");
    svg.Add(R"(<text x="{}" y="{:.1f}" text-anchor="end">{} %</text>)", kLeft - 8, y + 4, percent);
  }
  for (size_t i = 0; i < shapes.size(); ++i)
    svg.Add(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", x_of(i), Y(0) + 20,
            SvgEscaped(shapes[i]));
  svg.Add(R"(<text x="{:.1f}" y="{}" text-anchor="middle">rows x columns x dot</text>)",
          (kLeft + right) / 2, Y(0) + 46);
  for (size_t s = 0; s < series.size(); ++s) {
    const char* colour = kSvgColours[s % kSvgColours.size()];
    std::string points;
    for (size_t i = 0; i < series[s].values.size(); ++i)
      points += fmt::format("{:.1f},{:.1f} ", x_of(i), Y(series[s].values[i]));
    svg.Add(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>)", points, colour);
    for (size_t i = 0; i < series[s].values.size(); ++i)
      svg.Add(
          R"(<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="{}"><title>{} {}: {:.1f} %</title></circle>)",
          x_of(i), Y(series[s].values[i]), colour, SvgEscaped(series[s].name),
          SvgEscaped(shapes[i]), 100 * series[s].values[i]);
    const double y = kTop + 20 * static_cast<double>(s) + 8;
    svg.Add(R"(<circle cx="{}" cy="{}" r="4" fill="{}"/>)", right + 20, y, colour);
    svg.Add(R"(<text x="{}" y="{}">{}</text>)", right + 32, y + 4, SvgEscaped(series[s].name));
  }
  return svg.Finish();
}

}  // namespace tetralog
