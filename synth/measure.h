// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the report measures: processing elements by size, and a whole core.

#pragma once

#include <nlohmann/json.hpp>

#include "synth/builds.h"
#include "synth/flow.h"

namespace tetralog {

// Clocks that synthesis aims at: the array, and the core at most a tenth slower.
struct Goals {
  double array_ns = 4.0;
  double core_ns = 4.25;
};

// "pe": by Dot, gate equivalents per MAC of groups of processing elements and of the row's bias,
// synthesised for area, and the clock of the group.
nlohmann::ordered_json MeasureElements(Flow& flow);

// "core", "engine", "array", "memory": areas at the clock, shares, slowest paths, units.
nlohmann::ordered_json MeasureCore(Flow& flow, const Build& build, const Goals& goals);

}  // namespace tetralog
