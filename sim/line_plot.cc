// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/line_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/svg.h"

namespace tetralog {
namespace {

constexpr double kLeft = 72, kTop = 44, kWidth = 560, kHeight = 200, kGap = 28, kLegend = 150,
                 kBottom = 52;

struct Axis {
  double least = 0, most = 1, tick = 0.2;

  double Part(double value) const { return (value - least) / (most - least); }
};

// Ticks at 1, 2 or 5 times a power of ten, about five of them, and the ends on ticks.
Axis MakeAxis(double least, double most) {
  if (!(most > least)) most = least + 1;
  const double rough = (most - least) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double tick = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= rough) tick = factor * power;
  return {std::floor(least / tick) * tick, std::ceil(most / tick) * tick, tick};
}

bool Finite(const std::pair<double, double>& point) {
  return std::isfinite(point.first) && std::isfinite(point.second);
}

template <typename Get>
Axis AxisOf(const std::vector<LinePanel>& panels, Get get) {
  double least = INFINITY, most = -INFINITY;
  for (const LinePanel& panel : panels)
    for (const LineSeries& series : panel.series)
      for (const auto& point : series.points)
        if (Finite(point)) {
          least = std::min(least, get(point));
          most = std::max(most, get(point));
        }
  return std::isfinite(least) ? MakeAxis(least, most) : Axis{};
}

void AddSeries(const LineSeries& series, const char* colour, const Axis& x, const Axis& y,
               double top, Svg& svg) {
  std::string path;
  for (size_t i = 0; i < series.points.size(); ++i) {
    const auto& point = series.points[i];
    if (!Finite(point)) continue;
    const double at_x = kLeft + kWidth * x.Part(point.first);
    const double at_y = top + kHeight * (1 - y.Part(point.second));
    path += fmt::format("{:.1f},{:.1f} ", at_x, at_y);
    if (series.markers)
      svg.Add(
          R"(<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}"><title>{}: {:g}</title></circle>)",
          at_x, at_y, colour, SvgEscaped(series.name), point.second);
    if (i < series.labels.size() && !series.labels[i].empty())
      svg.Add(R"(<text x="{:.1f}" y="{:.1f}" font-size="10">{}</text>)", at_x + 6, at_y - 5,
              SvgEscaped(series.labels[i]));
  }
  if (!series.line) return;
  svg.Add(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="1.5"/>)", path, colour);
}

}  // namespace

std::string LinePlotSvg(const std::string& title, const std::string& x_label,
                        const std::vector<LinePanel>& panels) {
  const auto count = static_cast<double>(panels.size());
  const double bottom = kTop + count * kHeight + (count - 1) * kGap;
  Svg svg(kLeft + kWidth + kLegend, bottom + kBottom, kLeft, title);
  const Axis x = AxisOf(panels, [](const auto& point) { return point.first; });
  size_t colour = 0;
  double top = kTop;
  for (const LinePanel& panel : panels) {
    const Axis y = AxisOf({panel}, [](const auto& point) { return point.second; });
    // Half a tick more, so that rounding leaves out no line.
    for (double value = y.least; value <= y.most + y.tick / 2; value += y.tick) {
      const double at = top + kHeight * (1 - y.Part(value));
      svg.Add(R"(<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" stroke="#dddddd"/>)", kLeft, at,
              kLeft + kWidth, at);
      svg.Add(R"(<text x="{}" y="{:.1f}" text-anchor="end">{:.6g}</text>)", kLeft - 8, at + 4,
              std::abs(value) < y.tick / 2 ? 0.0 : value);
    }
    svg.Add(
        R"svg(<text x="16" y="{0}" text-anchor="middle" transform="rotate(-90 16 {0})">{1}</text>)svg",
        top + kHeight / 2, SvgEscaped(panel.label));
    double legend = top + 8;
    for (const LineSeries& series : panel.series) {
      const char* shade = kSvgColours[colour++ % kSvgColours.size()];
      AddSeries(series, shade, x, y, top, svg);
      svg.Add(R"(<circle cx="{}" cy="{}" r="4" fill="{}"/>)", kLeft + kWidth + 16, legend, shade);
      svg.Add(R"(<text x="{}" y="{}">{}</text>)", kLeft + kWidth + 26, legend + 4,
              SvgEscaped(series.name));
      legend += 20;
    }
    top += kHeight + kGap;
  }
  for (double value = x.least; value <= x.most + x.tick / 2; value += x.tick)
    svg.Add(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{:.8g}</text>)",
            kLeft + kWidth * x.Part(value), bottom + 20, value);
  svg.Add(R"(<text x="{}" y="{}" text-anchor="middle">{}</text>)", kLeft + kWidth / 2, bottom + 42,
          SvgEscaped(x_label));
  return svg.Finish();
}

}  // namespace tetralog
