// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/layout/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>

namespace tetralog {
namespace {

constexpr double kUmPerNm = 1e-3;

// Metal of a net; of no net (-1) when it is an obstruction.
struct Metal {
  Rect rect;
  int net;
  int component;  // -1: wires, vias and pins of the design
};

// All metal, by layer.
std::vector<std::vector<Metal>> AllMetal(const Technology& technology, const Layout& layout) {
  std::vector<std::vector<Metal>> metal(technology.layers.size());
  const auto add = [&](const LayerRect& shape, int net, int component) {
    if (technology.layers[shape.layer].routing) {
      metal[shape.layer].push_back({shape.rect, net, component});
    }
  };
  std::map<PinRef, int> net_of;
  std::map<std::string, int> by_name;
  for (size_t n = 0; n < layout.nets.size(); ++n) {
    const Net& net = layout.nets[n];
    const int index = static_cast<int>(n);
    by_name[net.name] = index;
    for (const PinRef& pin : net.pins) net_of[pin] = index;
    for (const Wire& wire : net.wires) add({wire.layer, wire.metal}, index, -1);
    for (const PlacedVia& placed : net.vias) {
      for (const LayerRect& shape : placed.via.shapes) {
        add({shape.layer, shape.rect.Moved(placed.at)}, index, -1);
      }
    }
  }
  for (const Port& port : layout.ports) add(port.shape, by_name[port.net], -1);
  // A pin that no net joins is a net of its own; supplies reach all cells by their rails.
  int none = static_cast<int>(layout.nets.size());
  for (size_t c = 0; c < layout.components.size(); ++c) {
    const Component& component = layout.components[c];
    const Macro& macro = technology.macros.at(component.macro);
    const int index = static_cast<int>(c);
    for (const MacroPin& pin : macro.pins) {
      int net = none++;
      if (const auto found = net_of.find({component.name, pin.name}); found != net_of.end()) {
        net = found->second;
      } else if (pin.use == "POWER" || pin.use == "GROUND") {
        net = by_name.try_emplace(pin.name, net).first->second;
      }
      for (const LayerRect& shape : pin.shapes) {
        add({shape.layer, component.Place(shape.rect, macro)}, net, index);
      }
    }
    for (const LayerRect& shape : macro.obstructions) {
      add({shape.layer, component.Place(shape.rect, macro)}, -1, index);
    }
  }
  return metal;
}

}  // namespace

std::vector<std::string> CheckSpacing(const Technology& technology, const Layout& layout,
                                      size_t most) {
  std::vector<std::string> faults;
  const auto metal = AllMetal(technology, layout);
  const auto name = [&](const Metal& m) {
    if (m.component < 0) return layout.nets[m.net].name;
    const std::string& cell = layout.components[m.component].name;
    const bool known = m.net >= 0 && m.net < static_cast<int>(layout.nets.size());
    return cell + (m.net < 0 ? " inside" : known ? " " + layout.nets[m.net].name : " open pin");
  };
  for (size_t l = 0; l < metal.size(); ++l) {
    const Layer& layer = technology.layers[l];
    // Squares of this size know the metal that reaches into them.
    constexpr int kSquare = 5000;
    std::map<Point, std::vector<int>> squares;
    for (size_t i = 0; i < metal[l].size(); ++i) {
      const Rect& r = metal[l][i].rect;
      const int far = layer.spacing;
      const auto square = [](int at) { return (at < 0 ? at - kSquare + 1 : at) / kSquare; };
      std::set<int> near;
      for (int x = square(r.x0 - far); x <= square(r.x1 + far); ++x) {
        for (int y = square(r.y0 - far); y <= square(r.y1 + far); ++y) {
          std::vector<int>& here = squares[{x, y}];
          near.insert(here.begin(), here.end());
          here.push_back(static_cast<int>(i));
        }
      }
      for (const int j : near) {
        const Metal &a = metal[l][j], &b = metal[l][i];
        if (a.net == b.net && a.net >= 0) continue;
        if (a.component >= 0 && b.component >= 0) continue;
        const double distance = a.rect.Distance(b.rect);
        if (distance >= layer.spacing) continue;
        if (faults.size() >= most) return faults;
        faults.push_back(fmt::format("{} at {:.3f} {:.3f} um: {} and {} are {}", layer.name,
                                     kUmPerNm * std::max(a.rect.x0, b.rect.x0),
                                     kUmPerNm * std::max(a.rect.y0, b.rect.y0), name(a), name(b),
                                     a.rect.Touches(b.rect)
                                         ? std::string("shorted")
                                         : fmt::format("{:.3f} um apart", kUmPerNm * distance)));
      }
    }
  }
  return faults;
}

std::vector<std::string> CheckPlacement(const Technology& technology, const Layout& layout) {
  std::vector<std::string> faults;
  std::vector<std::pair<Rect, const Component*>> cells;
  for (const Component& component : layout.components) {
    const Macro& macro = technology.macros.at(component.macro);
    const Rect area{component.at.x, component.at.y, component.at.x + macro.width,
                    component.at.y + macro.height};
    if (area.Joined(layout.die) != layout.die) {
      faults.push_back(fmt::format("{} is not inside the die", component.name));
    }
    cells.emplace_back(area, &component);
  }
  std::sort(cells.begin(), cells.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < cells.size(); ++i) {
    for (size_t j = i + 1; j < cells.size() && cells[j].first.x0 < cells[i].first.x1; ++j) {
      if (cells[i].first.Overlaps(cells[j].first)) {
        faults.push_back(
            fmt::format("{} and {} overlap", cells[i].second->name, cells[j].second->name));
      }
    }
  }
  return faults;
}

Connections ConnectionsOf(const Layout& layout) {
  Connections connections;
  for (const Net& net : layout.nets) {
    if (net.supply) continue;
    for (const PinRef& pin : net.pins) {
      connections.insert(fmt::format("{}/{} {}", pin.component, pin.pin, net.name));
    }
  }
  return connections;
}

Connections ConnectionsOfBlif(const std::string& text) {
  Connections connections;
  std::map<std::string, int> count;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first, word;
    words >> first;
    if (first == ".inputs" || first == ".outputs") {
      while (words >> word) connections.insert(fmt::format("PIN/{0} {0}", word));
    } else if (first == ".gate") {
      std::string cell;
      words >> cell;
      const int number = ++count[cell];
      while (words >> word) {
        const size_t equal = word.find('=');
        if (equal == std::string::npos) {
          throw std::runtime_error(fmt::format("BLIF has '{}' where <pin>=<net> belongs", word));
        }
        connections.insert(fmt::format("{}_{}/{} {}", cell, number, word.substr(0, equal),
                                       word.substr(equal + 1)));
      }
    } else if (!first.empty() && first != ".model" && first != ".end") {
      throw std::runtime_error(fmt::format("BLIF has '{}'; only .gate is understood", first));
    }
  }
  return connections;
}

std::vector<std::string> CompareConnections(const Connections& netlist, const Connections& layout) {
  std::vector<std::string> faults;
  for (const std::string& connection : netlist) {
    if (!layout.contains(connection)) faults.push_back(connection + " is in the netlist only");
  }
  for (const std::string& connection : layout) {
    if (!netlist.contains(connection)) faults.push_back(connection + " is in the layout only");
  }
  return faults;
}

}  // namespace tetralog
