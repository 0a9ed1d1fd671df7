// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The results of a sweep beside each other: which points nothing else beats, tables, limits.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "synth/sweep/space.h"

namespace tetralog {

struct PointResult {
  SweepPoint point;
  nlohmann::ordered_json json;  // of MeasurePoint()
};

// Two figures of a point (or of one of its syntheses), and how good they are.
struct Dot {
  const PointResult* result;
  double x, y;
  bool front = false;  // no other is as good in both and better in one
};

// Sets `front`; less is better, but of y where `most_y`.
void MarkFront(std::vector<Dot>& dots, bool most_y);

// A plane to compare points in.
struct Plane {
  const char* file;  // end of the plot's name
  const char *title, *x_label, *y_label;
  bool most_y;
  std::vector<Dot> dots;  // by x; points without both figures are left out
};

// Clock, energy, utilisation and rounding against area.
std::vector<Plane> Planes(const std::vector<PointResult>& results);

// The point of least area per MAC.
const PointResult& BestPoint(const std::vector<PointResult>& results);

std::string SweepCsv(const std::vector<PointResult>& results);
// Markdown: a line a point, in the order of the space. Fronts are those of `planes`.
std::string SweepTable(const std::vector<PointResult>& results, const std::vector<Plane>& planes);

// One SVG of a plane, lines of the space by colour, the front connected.
std::string PlaneSvg(const SweepSpace& space, const Plane& plane);

}  // namespace tetralog
