// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A plot of utilisation over shapes of the array, as SVG.

#pragma once

#include <string>
#include <vector>

namespace tetralog {

struct UtilisationSeries {
  std::string name;
  std::vector<double> values;  // 0 to 1, one a shape
};

// A line for each series, at most 8 in different colours; the shapes from left to right.
std::string UtilisationSvg(const std::string& title, const std::vector<std::string>& shapes,
                           const std::vector<UtilisationSeries>& series);

}  // namespace tetralog
