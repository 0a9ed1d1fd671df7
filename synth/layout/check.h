// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What must hold of a routed design, found from its metal alone and not from what the router says.

#pragma once

#include <set>
#include <string>
#include <vector>

#include "synth/layout/def.h"

namespace tetralog {

// Metal of different nets that touches (a short) or is nearer than the layer's SPACING: wires,
// vias, pins and obstructions of the cells. Two shapes of one cell are the library's business. One
// line a pair; at most `most` of them.
std::vector<std::string> CheckSpacing(const Technology& technology, const Layout& layout,
                                      size_t most = 1000);

// Cells that overlap or leave the die.
std::vector<std::string> CheckPlacement(const Technology& technology, const Layout& layout);

// "<component>/<pin> <net>" of every connection.
using Connections = std::set<std::string>;
Connections ConnectionsOf(const Layout& layout);
// The same of a netlist in BLIF of .gate lines, as place_route.sh gives it to the placer, which
// names cells by type and number. Throws std::runtime_error when a line is not understood.
Connections ConnectionsOfBlif(const std::string& text);

// Connections of one and not of the other, a line each.
std::vector<std::string> CompareConnections(const Connections& netlist, const Connections& layout);

}  // namespace tetralog
