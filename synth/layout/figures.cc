// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/layout/figures.h"

#include <set>

namespace tetralog {

LayoutFigures Measure(const Technology& technology, const Layout& layout,
                      const std::vector<RcNet>& nets) {
  constexpr double kUm2 = 1e-6, kUm = 1e-3;
  LayoutFigures figures;
  std::set<int> rows;
  for (const Component& component : layout.components) {
    const Macro& macro = technology.macros.at(component.macro);
    const Rect area{component.at.x, component.at.y, component.at.x + macro.width,
                    component.at.y + macro.height};
    figures.core = rows.empty() ? area : figures.core.Joined(area);
    rows.insert(component.at.y);
    if (component.macro.starts_with("FILL")) {
      ++figures.fillers;
    } else {
      ++figures.cells;
      figures.cell_um2 += kUm2 * static_cast<double>(area.Area());
    }
  }
  figures.rows = static_cast<int>(rows.size());
  figures.core_um2 = kUm2 * static_cast<double>(figures.core.Area());
  figures.die_um2 = kUm2 * static_cast<double>(layout.die.Area());
  for (const Net& net : layout.nets) {
    if (net.supply) continue;
    ++figures.nets;
    double length = 0;
    for (const Wire& wire : net.wires) {
      const Rect line = RectOf(wire.a, wire.b);
      const double um = kUm * (line.x1 - line.x0 + line.y1 - line.y0);
      figures.wire_um[technology.layers[wire.layer].name] += um;
      length += um;
    }
    for (const PlacedVia& placed : net.vias) {
      ++figures.vias[technology.layers[placed.via.top].name];
    }
    figures.vias_total += static_cast<int>(net.vias.size());
    figures.wire_total_um += length;
    if (length > figures.longest_net_um) {
      figures.longest_net_um = length;
      figures.longest_net = net.name;
    }
  }
  for (const RcNet& net : nets) {
    figures.wire_pf += net.TotalPf();
    figures.open_nets += net.parts != 1;
  }
  return figures;
}

}  // namespace tetralog
