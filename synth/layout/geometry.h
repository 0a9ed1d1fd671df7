// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Points and rectangles of a layout, in nanometres.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

namespace tetralog {

struct Point {
  int x = 0, y = 0;
  auto operator<=>(const Point&) const = default;
};

struct Rect {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // x0 <= x1, y0 <= y1
  auto operator<=>(const Rect&) const = default;

  int64_t Area() const { return static_cast<int64_t>(x1 - x0) * (y1 - y0); }
  Rect Moved(Point by) const { return {x0 + by.x, y0 + by.y, x1 + by.x, y1 + by.y}; }
  Rect Joined(const Rect& other) const {
    return {std::min(x0, other.x0), std::min(y0, other.y0), std::max(x1, other.x1),
            std::max(y1, other.y1)};
  }
  // Rectangles that share an edge or a corner touch.
  bool Touches(const Rect& other) const {
    return x0 <= other.x1 && other.x0 <= x1 && y0 <= other.y1 && other.y0 <= y1;
  }
  bool Overlaps(const Rect& other) const {
    return x0 < other.x1 && other.x0 < x1 && y0 < other.y1 && other.y0 < y1;
  }
  // Straight distance between the nearest points, 0 when they touch.
  double Distance(const Rect& other) const {
    const double dx = std::max({0, other.x0 - x1, x0 - other.x1});
    const double dy = std::max({0, other.y0 - y1, y0 - other.y1});
    return std::hypot(dx, dy);
  }
};

inline Rect RectOf(Point a, Point b) {
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::max(a.x, b.x), std::max(a.y, b.y)};
}

// How a cell of that size lies when it is placed with an orientation of DEF: its lower left corner
// stays at the origin. Cells in rows are N, S, FN or FS.
inline Rect Oriented(const Rect& rect, const std::string& orientation, int width, int height) {
  const bool turned = orientation == "S" || orientation == "FN";  // left and right swapped
  const bool upside = orientation == "S" || orientation == "FS";  // top and bottom swapped
  return {turned ? width - rect.x1 : rect.x0, upside ? height - rect.y1 : rect.y0,
          turned ? width - rect.x0 : rect.x1, upside ? height - rect.y0 : rect.y1};
}

}  // namespace tetralog
