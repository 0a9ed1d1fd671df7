// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What a routed design measures.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "synth/layout/def.h"
#include "synth/layout/extract.h"

namespace tetralog {

struct LayoutFigures {
  int cells = 0, fillers = 0, rows = 0, nets = 0;
  Rect core;            // around all cells and fillers
  double cell_um2 = 0;  // without fillers
  double core_um2 = 0, die_um2 = 0;
  std::map<std::string, double> wire_um;  // of signals, by layer
  std::map<std::string, int> vias;        // of signals, by the upper layer
  double wire_total_um = 0, longest_net_um = 0;
  int vias_total = 0;
  std::string longest_net;
  double wire_pf = 0;
  int open_nets = 0;  // in more than one part

  double Utilisation() const { return cell_um2 / core_um2; }
};

// `nets`: the signal nets of the layout by ExtractNet(). Cells whose name begins with FILL are
// fillers.
LayoutFigures Measure(const Technology& technology, const Layout& layout,
                      const std::vector<RcNet>& nets);

}  // namespace tetralog
