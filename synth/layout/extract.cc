// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/layout/extract.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <numeric>
#include <tuple>

namespace tetralog {
namespace {

constexpr double kUmPerNm = 1e-3;
// Joins metal that touches without a wire between its centre lines; OpenSTA wants a resistor.
constexpr double kContactOhm = 0.001;

// A piece of metal with the nodes on it.
struct Piece {
  int layer;
  Rect metal;
  std::vector<int> nodes;
};

class Extractor {
 public:
  Extractor(const Technology& technology, const Layout& layout, const Net& net, double via_ohm)
      : technology_(technology), layout_(layout), net_(net), via_ohm_(via_ohm) {}

  RcNet Extract() {
    rc_.name = net_.name;
    rc_.pins = net_.pins;
    for (size_t i = 0; i < net_.pins.size(); ++i) AddNode({});
    for (const Wire& wire : net_.wires) {
      NodeAt(wire.layer, wire.a);
      NodeAt(wire.layer, wire.b);
    }
    for (const PlacedVia& placed : net_.vias) {
      Join(NodeAt(placed.via.bottom, placed.at), NodeAt(placed.via.top, placed.at), via_ohm_);
    }
    for (const Wire& wire : net_.wires) AddWire(wire);
    for (const PlacedVia& placed : net_.vias) {
      for (const LayerRect& shape : placed.via.shapes) {
        if (shape.layer != placed.via.bottom && shape.layer != placed.via.top) continue;
        pieces_.push_back(
            {shape.layer, shape.rect.Moved(placed.at), {NodeAt(shape.layer, placed.at)}});
      }
    }
    JoinPins();
    JoinTouching();
    for (size_t i = 0; i < group_.size(); ++i)
      rc_.parts += Root(static_cast<int>(i)) == static_cast<int>(i);
    return std::move(rc_);
  }

 private:
  int AddNode(Point at) {
    group_.push_back(static_cast<int>(group_.size()));
    points_.push_back(at);
    rc_.node_pf.push_back(0);
    return group_.back();
  }

  int NodeAt(int layer, Point at) {
    const auto [entry, is_new] = node_at_.try_emplace({layer, at}, static_cast<int>(group_.size()));
    return is_new ? AddNode(at) : entry->second;
  }

  int Root(int node) {
    while (group_[node] != node) node = group_[node] = group_[group_[node]];
    return node;
  }

  void Join(int a, int b, double ohm) {
    if (a == b) return;
    rc_.resistors.push_back({a, b, ohm});
    group_[Root(a)] = Root(b);
  }

  // Cuts a wire at every node on its centre line.
  void AddWire(const Wire& wire) {
    const Layer& layer = technology_.layers[wire.layer];
    const bool flat = wire.a.y == wire.b.y;
    const double width =
        kUmPerNm * (flat ? wire.metal.y1 - wire.metal.y0 : wire.metal.x1 - wire.metal.x0);
    const Rect line = RectOf(wire.a, wire.b);
    std::vector<std::pair<int, int>> along;  // distance and node
    for (auto it = node_at_.lower_bound({wire.layer, {line.x0, line.y0}});
         it != node_at_.end() && it->first <= std::pair(wire.layer, Point{line.x1, line.y1});
         ++it) {
      const Point at = it->first.second;
      if (at.x < line.x0 || at.x > line.x1 || at.y < line.y0 || at.y > line.y1) continue;
      along.emplace_back(flat ? at.x - line.x0 : at.y - line.y0, it->second);
    }
    Piece piece{wire.layer, wire.metal, {}};
    for (size_t i = 0; i < along.size(); ++i) {
      piece.nodes.push_back(along[i].second);
      if (i == 0) continue;
      const double length = kUmPerNm * (along[i].first - along[i - 1].first);
      const double pf = length * (width * layer.pf_per_um2 + 2 * layer.edge_pf_per_um);
      Join(along[i - 1].second, along[i].second, layer.ohm_per_square * length / width);
      rc_.node_pf[along[i - 1].second] += pf / 2;
      rc_.node_pf[along[i].second] += pf / 2;
    }
    pieces_.push_back(std::move(piece));
  }

  // The node of a piece that is nearest to a rectangle.
  int Nearest(const Piece& piece, const Rect& to) const {
    return *std::min_element(piece.nodes.begin(), piece.nodes.end(), [&](int a, int b) {
      const Rect at_a{points_[a].x, points_[a].y, points_[a].x, points_[a].y};
      const Rect at_b{points_[b].x, points_[b].y, points_[b].x, points_[b].y};
      return at_a.Distance(to) < at_b.Distance(to);
    });
  }

  void JoinPins() {
    for (size_t pin = 0; pin < net_.pins.size(); ++pin) {
      for (const LayerRect& shape : PinShapes(net_.pins[pin])) {
        for (const Piece& piece : pieces_) {
          if (piece.layer != shape.layer || !piece.metal.Touches(shape.rect)) continue;
          const int node = Nearest(piece, shape.rect);
          if (Root(node) != Root(static_cast<int>(pin))) {
            Join(static_cast<int>(pin), node, kContactOhm);
          }
        }
      }
    }
  }

  std::vector<LayerRect> PinShapes(const PinRef& ref) const {
    if (ref.component == "PIN") return {layout_.FindPort(ref.pin)->shape};
    const Component& component = *layout_.FindComponent(ref.component);
    const Macro& macro = technology_.macros.at(component.macro);
    std::vector<LayerRect> shapes = macro.Find(ref.pin)->shapes;
    for (LayerRect& shape : shapes) shape.rect = component.Place(shape.rect, macro);
    return shapes;
  }

  void JoinTouching() {
    for (size_t i = 0; i < pieces_.size(); ++i) {
      for (size_t j = i + 1; j < pieces_.size(); ++j) {
        const Piece &a = pieces_[i], &b = pieces_[j];
        if (a.layer != b.layer || !a.metal.Touches(b.metal)) continue;
        if (Root(a.nodes[0]) == Root(b.nodes[0])) continue;
        const int to = Nearest(b, a.metal);
        const Point at = points_[to];
        Join(Nearest(a, {at.x, at.y, at.x, at.y}), to, kContactOhm);
      }
    }
  }

  const Technology& technology_;
  const Layout& layout_;
  const Net& net_;
  const double via_ohm_;
  RcNet rc_;
  std::vector<int> group_;     // of a node: another of its part, itself at the root
  std::vector<Point> points_;  // of a node, not of pins
  std::map<std::pair<int, Point>, int> node_at_;
  std::vector<Piece> pieces_;
};

}  // namespace

double RcNet::TotalPf() const { return std::accumulate(node_pf.begin(), node_pf.end(), 0.0); }

RcNet ExtractNet(const Technology& technology, const Layout& layout, const Net& net,
                 double via_ohm) {
  return Extractor(technology, layout, net, via_ohm).Extract();
}

std::string WriteSpef(const Layout& layout, const std::vector<RcNet>& nets) {
  constexpr double kFfPerPf = 1000;
  std::string text = fmt::format(
      "*SPEF \"IEEE 1481-1998\"\n*DESIGN \"{}\"\n*DATE \"\"\n*VENDOR \"\"\n*PROGRAM \"\"\n*VERSION "
      "\"\"\n"
      "*DESIGN_FLOW \"\"\n*DIVIDER /\n*DELIMITER :\n*BUS_DELIMITER [ ]\n*T_UNIT 1 NS\n*C_UNIT 1 "
      "FF\n"
      "*R_UNIT 1 OHM\n*L_UNIT 1 HENRY\n",
      layout.name);
  auto out = std::back_inserter(text);
  for (const RcNet& net : nets) {
    if (net.pins.size() < 2) continue;
    const int pins = static_cast<int>(net.pins.size());
    const auto name = [&](int node) {
      if (node >= pins) return fmt::format("{}:{}", net.name, node - pins + 1);
      const PinRef& pin = net.pins[node];
      return pin.component == "PIN" ? pin.pin : pin.component + ":" + pin.pin;
    };
    fmt::format_to(out, "\n*D_NET {} {:.4f}\n*CONN\n", net.name, kFfPerPf * net.TotalPf());
    for (int pin = 0; pin < pins; ++pin) {
      fmt::format_to(out, "*{} {} B\n", net.pins[pin].component == "PIN" ? 'P' : 'I', name(pin));
    }
    text += "*CAP\n";
    for (size_t node = 0, count = 0; node < net.node_pf.size(); ++node) {
      if (net.node_pf[node] == 0) continue;
      fmt::format_to(out, "{} {} {:.5f}\n", ++count, name(static_cast<int>(node)),
                     kFfPerPf * net.node_pf[node]);
    }
    text += "*RES\n";
    for (size_t i = 0; i < net.resistors.size(); ++i) {
      const RcNet::Resistor& r = net.resistors[i];
      fmt::format_to(out, "{} {} {} {:.5f}\n", i + 1, name(r.a), name(r.b), r.ohm);
    }
    text += "*END\n";
  }
  return text;
}

}  // namespace tetralog
