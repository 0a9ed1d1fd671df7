// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/layout/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "sim/svg.h"

namespace tetralog {
namespace {

// Coordinates in the file are in 50 nm: whole numbers in this grid, and short.
constexpr int kGrid = 50;
constexpr double kMargin = 20, kTop = 70;

struct CellKind {
  const char* name;
  const char* colour;
};
constexpr std::array kCellKinds = {
    CellKind{"flip-flop, latch", "#c9dcf0"}, CellKind{"full adder", "#f6dcb4"},
    CellKind{"inverter, buffer", "#e4d3e8"}, CellKind{"other gate", "#d9ead3"},
    CellKind{"filler", "#f4f4f4"}};

size_t KindOf(const std::string& macro) {
  if (macro.starts_with("DFF") || macro.starts_with("LATCH")) return 0;
  if (macro.starts_with("FA") || macro.starts_with("HA")) return 1;
  if (macro.starts_with("INV") || macro.starts_with("BUF") || macro.starts_with("CLKBUF")) return 2;
  return macro.starts_with("FILL") ? 4 : 3;
}

// Wires of one layer and width are one path: "M x y h length".
using Paths = std::map<std::pair<int, int>, std::string>;

void AddWires(const Net& net, Point origin, Paths& paths) {
  for (const Wire& wire : net.wires) {
    const bool flat = wire.a.y == wire.b.y;
    const int width = flat ? wire.metal.y1 - wire.metal.y0 : wire.metal.x1 - wire.metal.x0;
    fmt::format_to(std::back_inserter(paths[{wire.layer, width}]), "M{} {}{}{}",
                   (wire.a.x - origin.x) / kGrid, (origin.y - wire.a.y) / kGrid, flat ? 'h' : 'v',
                   flat ? (wire.b.x - wire.a.x) / kGrid : (wire.a.y - wire.b.y) / kGrid);
  }
}

}  // namespace

std::string DrawLayout(const Technology& technology, const Layout& layout,
                       const std::string& title) {
  // The widest picture is a thousand points.
  const double um_wide = 1e-3 * (layout.die.x1 - layout.die.x0);
  const double um_high = 1e-3 * (layout.die.y1 - layout.die.y0);
  const double scale = 1000 / std::max(um_wide, um_high);
  const double wide = std::max(700.0, um_wide * scale), high = um_high * scale;
  Svg svg(std::ceil(wide + 2 * kMargin), std::ceil(high + kTop + 60), kMargin, title);

  const Point origin{layout.die.x0, layout.die.y1};  // upper left
  std::array<std::string, kCellKinds.size()> cells;
  for (const Component& component : layout.components) {
    const Macro& macro = technology.macros.at(component.macro);
    fmt::format_to(std::back_inserter(cells[KindOf(component.macro)]), "M{} {}h{}v{}h{}z",
                   (component.at.x - origin.x) / kGrid,
                   (origin.y - component.at.y - macro.height) / kGrid, macro.width / kGrid,
                   macro.height / kGrid, -macro.width / kGrid);
  }
  svg.Add(R"svg(<g transform="translate({} {}) scale({:.5f})" fill="none">)svg", kMargin, kTop,
          scale * kGrid * 1e-3);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].empty()) continue;
    svg.Add(R"(<path fill="{}" stroke="#888" stroke-width="2" d="{}"/>)", kCellKinds[i].colour,
            cells[i]);
  }
  Paths supply, signal;
  std::string vias;
  for (const Net& net : layout.nets) {
    AddWires(net, origin, net.supply ? supply : signal);
    if (net.supply) continue;
    for (const PlacedVia& placed : net.vias) {
      fmt::format_to(std::back_inserter(vias), "M{} {}h0", (placed.at.x - origin.x) / kGrid,
                     (origin.y - placed.at.y) / kGrid);
    }
  }
  std::map<int, std::string> colours;  // of the routing layers that are used
  for (const Paths* paths : {&supply, &signal}) {
    for (const auto& [key, path] : *paths) {
      int number = -1;
      for (int i = 0; i <= key.first; ++i) number += technology.layers[i].routing;
      const char* colour = paths == &supply ? "#555" : kSvgColours[number % kSvgColours.size()];
      if (paths == &signal) colours[key.first] = colour;
      svg.Add(
          R"(<path stroke="{}" stroke-width="{}" stroke-opacity="{}" stroke-linecap="{}" d="{}"/>)",
          colour, key.second / kGrid, paths == &supply ? 0.35 : 0.85,
          paths == &supply ? "butt" : "square", path);
    }
  }
  svg.Add(R"(<path stroke="#000" stroke-width="5" stroke-linecap="square" d="{}"/>)", vias);
  for (const Port& port : layout.ports) {
    const Rect& r = port.shape.rect;
    svg.Add(R"(<rect x="{}" y="{}" width="16" height="16" fill="#b00"/>)",
            ((r.x0 + r.x1) / 2 - origin.x) / kGrid - 8, (origin.y - (r.y0 + r.y1) / 2) / kGrid - 8);
  }
  svg.Add("</g>");

  double x = kMargin;
  const auto legend = [&](const std::string& text, const std::string& colour, double swatch) {
    svg.Add(R"(<rect x="{}" y="{}" width="18" height="{}" fill="{}"/>)", x, 48 - swatch / 2, swatch,
            colour);
    svg.Add(R"(<text x="{}" y="52">{}</text>)", x + 23, SvgEscaped(text));
    x += 38 + 7.0 * static_cast<double>(text.size());
  };
  for (const auto& [layer, colour] : colours) legend(technology.layers[layer].name, colour, 4);
  legend("supply", "#aaa", 8);
  legend("pin", "#b00", 5);
  x = kMargin;
  // Below: kinds of cells and the scale.
  const double base = kTop + high + 24;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].empty()) continue;
    svg.Add(R"(<rect x="{}" y="{}" width="18" height="12" fill="{}" stroke="#888"/>)", x, base - 10,
            kCellKinds[i].colour);
    svg.Add(R"(<text x="{}" y="{}">{}</text>)", x + 23, base + 1, kCellKinds[i].name);
    x += 38 + 7.0 * static_cast<double>(std::string(kCellKinds[i].name).size());
  }
  constexpr double kBarUm = 20;
  svg.Add(R"(<path d="M{:.1f} {}h{:.1f}" stroke="#000" stroke-width="2"/>)", x, base - 3,
          kBarUm * scale);
  svg.Add(R"(<text x="{:.1f}" y="{}">{} um</text>)", x + kBarUm * scale + 6, base + 1, kBarUm);
  return svg.Finish();
}

}  // namespace tetralog
