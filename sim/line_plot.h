// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Line plots as SVG: panels one above the other over the same x.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tetralog {

struct LineSeries {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x, y; others than finite ones are left out
  bool markers = false;                           // for few points: a circle each
  bool line = true;                               // from point to point
  std::vector<std::string> labels = {};           // of the points, beside their markers
};

struct LinePanel {
  std::string label;  // of y
  std::vector<LineSeries> series;
};

std::string LinePlotSvg(const std::string& title, const std::string& x_label,
                        const std::vector<LinePanel>& panels);

}  // namespace tetralog
