// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/utilisation_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tetralog {
namespace {

// Colours that the colour-blind tell apart (Okabe and Ito).
constexpr std::array kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                 "#e69f00", "#56b4e9", "#000000", "#999999"};
constexpr double kLeft = 64, kTop = 48, kHeight = 300, kLegend = 150, kBottom = 64;
constexpr double kStep = 80, kCharacter = 8;  // between shapes, at least

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c;
  }
  return escaped;
}

double YOf(double utilisation) { return kTop + kHeight * (1 - utilisation); }

}  // namespace

std::string UtilisationSvg(const std::string& title, const std::vector<std::string>& shapes,
                           const std::vector<UtilisationSeries>& series) {
  std::string svg;
  const auto add = [&]<typename... Args>(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg), format, std::forward<Args>(args)...);
    svg += '\n';
  };
  double step = kStep;
  for (const std::string& shape : shapes)
    step = std::max(step, kCharacter * static_cast<double>(shape.size() + 2));
  const auto x_of = [&](size_t shape) { return kLeft + step * (static_cast<double>(shape) + 0.5); };
  const double right = kLeft + step * static_cast<double>(shapes.size());
  const double width = right + kLegend, height = kTop + kHeight + kBottom;
  add(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}")"
      R"( font-family="sans-serif" font-size="13">)",
      width, height);
  add(R"(<rect width="{}" height="{}" fill="white"/>)", width, height);
  add(R"(<text x="{}" y="26" font-size="15">{}</text>)", kLeft, Escaped(title));
  for (int percent = 0; percent <= 100; percent += 20) {
    const double y = YOf(percent / 100.0);
    add(R"(<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" stroke="{}"/>)", kLeft, y, right, y,
        percent == 0 ? "#444444" : "#dddddd");
    add(R"(<text x="{}" y="{:.1f}" text-anchor="end">{} %</text>)", kLeft - 8, y + 4, percent);
  }
  for (size_t i = 0; i < shapes.size(); ++i)
    add(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", x_of(i), YOf(0) + 20,
        Escaped(shapes[i]));
  add(R"(<text x="{:.1f}" y="{}" text-anchor="middle">rows x columns x dot</text>)",
      (kLeft + right) / 2, YOf(0) + 46);
  for (size_t s = 0; s < series.size(); ++s) {
    const char* colour = kColours[s % kColours.size()];
    std::string points;
    for (size_t i = 0; i < series[s].values.size(); ++i)
      points += fmt::format("{:.1f},{:.1f} ", x_of(i), YOf(series[s].values[i]));
    add(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>)", points, colour);
    for (size_t i = 0; i < series[s].values.size(); ++i)
      add(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="{}"><title>{} {}: {:.1f} %</title></circle>)",
          x_of(i), YOf(series[s].values[i]), colour, Escaped(series[s].name), Escaped(shapes[i]),
          100 * series[s].values[i]);
    const double y = kTop + 20 * static_cast<double>(s) + 8;
    add(R"(<circle cx="{}" cy="{}" r="4" fill="{}"/>)", right + 20, y, colour);
    add(R"(<text x="{}" y="{}">{}</text>)", right + 32, y + 4, Escaped(series[s].name));
  }
  svg += "</svg>\n";
  return svg;
}

}  // namespace tetralog
