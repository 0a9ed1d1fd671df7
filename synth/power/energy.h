// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Energy of the edges that a simulation counted.
//
// A net's edge costs half its load times the square of the voltage. A cell's edge costs its
// internal energy: of an input pin by itself, and of an output, the mean over the inputs that the
// table names, weighted by their edges. Tables are read at the net's load and transition.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "synth/power/annotate.h"
#include "synth/power/netlist.h"

namespace tetralog {

struct Edges {
  std::vector<uint64_t> rises, falls;  // by net
  uint64_t of(int net) const {
    return rises[static_cast<size_t>(net)] + falls[static_cast<size_t>(net)];
  }
};

struct Energy {           // pJ
  double clock = 0;       // clock pins and the nets that they are on
  double internal = 0;    // of cells, but not of clock pins
  double pins = 0;        // load of other pins
  double wires = 0;       // load of other wires
  double leakage_nw = 0;  // nW
  double dynamic_pins() const { return clock + internal + pins; }
  double dynamic() const { return dynamic_pins() + wires; }
  Energy& operator+=(const Energy& other);
};

// Of one cell and, where it drives them, its output nets. Nets that no cell drives, inputs of the
// top, are shared by the cells that they lead to.
Energy EnergyOf(const Netlist& netlist, const Annotation& annotation, double voltage,
                const Edges& edges, size_t instance, const std::vector<bool>& driven);

// Whether a cell drives a net.
std::vector<bool> DrivenNets(const Netlist& netlist);

// By unit.
std::map<std::string, Energy> EnergyByUnit(const Netlist& netlist, const Annotation& annotation,
                                           double voltage, const Edges& edges);

}  // namespace tetralog
