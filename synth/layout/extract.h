// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Resistance and capacitance of routed nets, from the layers' values in LEF:
//
//   R of a wire = ohm per square * length / width, C = area * pf_per_um2 + 2 * length *
//   edge_pf_per_um,
//
// half of C at each end. A via has the resistance that the caller gives (LEF has none). Left out:
// coupling between wires (edges see the ground instead), the metal of pins, and what a via's pads
// add.

#pragma once

#include <string>
#include <vector>

#include "synth/layout/def.h"

namespace tetralog {

struct RcNet {
  struct Resistor {
    int a, b;  // nodes
    double ohm;
  };
  std::string name;
  std::vector<PinRef> pins;     // nodes 0 .. pins.size() - 1
  std::vector<double> node_pf;  // capacitance to ground, a node each
  std::vector<Resistor> resistors;
  int parts =
      0;  // that no metal joins; 1 when the net is whole, also when it has no metal and one pin

  double TotalPf() const;
};

// The network of one net. Metal that touches is joined, at a T in the middle of a wire too.
RcNet ExtractNet(const Technology& technology, const Layout& layout, const Net& net,
                 double via_ohm);

// SPEF (IEEE 1481) of all signal nets with more than one pin.
std::string WriteSpef(const Layout& layout, const std::vector<RcNet>& nets);

}  // namespace tetralog
