// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Shapes of the core as people write them: "16x16x4", or "8x8x2:axi_data=64:lanes=8".

#pragma once

#include <string>
#include <vector>

#include "model/machine_shape.h"

namespace tetralog {

// ROWSxCOLSxDOT, then parameters, each after a colon, by their names in MachineShape. What is not
// said is as in the first of `known` with these rows, columns and dot, or else as in
// MachineShape{}. Throws std::invalid_argument, with one line, for other texts.
MachineShape ParseShape(const std::string& text, const std::vector<MachineShape>& known = {});

// The shortest text that ParseShape makes this shape of.
std::string ShapeText(const MachineShape& shape, const std::vector<MachineShape>& known = {});

}  // namespace tetralog
