// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A routed design as an SVG: cells by kind, wires by layer, vias, supplies, a scale.

#pragma once

#include <string>

#include "synth/layout/def.h"

namespace tetralog {

std::string DrawLayout(const Technology& technology, const Layout& layout,
                       const std::string& title);

}  // namespace tetralog
