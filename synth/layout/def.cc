// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/layout/def.h"

#include <fmt/format.h>

#include <stdexcept>

namespace tetralog {
namespace {

class DefReader {
 public:
  DefReader(Tokens tokens, const Technology& technology)
      : in_(std::move(tokens)), technology_(technology), vias_(technology.vias) {}

  Layout Read() {
    while (!in_.AtEnd()) {
      const std::string word = in_.Next();
      if (word == "DESIGN") {
        layout_.name = in_.Peek();
      } else if (word == "UNITS") {
        in_.Expect("DISTANCE");
        in_.Expect("MICRONS");
        nm_ = 1000 / in_.Number();
      } else if (word == "DIEAREA") {
        const Point low = ReadPoint({});
        layout_.die = RectOf(low, ReadPoint({}));
      } else if (word == "VIAS") {
        Section(word, [this] { ReadVia(); });
        continue;
      } else if (word == "COMPONENTS") {
        Section(word, [this] { ReadComponent(); });
        continue;
      } else if (word == "PINS") {
        Section(word, [this] { ReadPort(); });
        continue;
      } else if (word == "NETS" || word == "SPECIALNETS") {
        Section(word, [this, special = word != "NETS"] { ReadNet(special); });
        continue;
      } else if (word == "END" && in_.Take("DESIGN")) {
        return Finish();
      }
      in_.SkipStatement();
    }
    in_.Fail("has no END DESIGN; is it a DEF file, and all of it?");
  }

 private:
  // Entries that begin with '-', up to END.
  template <typename Entry>
  void Section(const std::string& name, Entry entry) {
    if (nm_ == 0) in_.Fail("has no UNITS before " + name);
    in_.SkipStatement();  // how many
    while (!in_.Take("END")) {
      in_.Expect("-");
      entry();
    }
    in_.Expect(name);
  }

  // ( x y ), where * stands for what the point before had.
  Point ReadPoint(Point before) {
    in_.Expect("(");
    const int x = in_.Take("*") ? before.x : in_.Length(nm_);
    const int y = in_.Take("*") ? before.y : in_.Length(nm_);
    if (in_.Peek() != ")") in_.Fail("extends a wire; only ends of half a width are understood");
    in_.Expect(")");
    return {x, y};
  }

  int ReadLayer() {
    const int layer = technology_.LayerIndex(in_.Peek());
    if (layer < 0) in_.Fail(fmt::format("uses the layer {}, which LEF does not have", in_.Peek()));
    in_.Next();
    return layer;
  }

  void ReadVia() {
    Via via{.name = in_.Next()};
    while (!in_.Take(";")) {
      in_.Expect("+");
      in_.Expect("RECT");
      const int layer = ReadLayer();
      const Point low = ReadPoint({});
      via.shapes.push_back({layer, RectOf(low, ReadPoint({}))});
    }
    if (!FindViaLayers(technology_, via))
      in_.Fail(fmt::format("has a via {} between no layers", via.name));
    vias_[via.name] = via;
  }

  void ReadComponent() {
    Component component{.name = in_.Next(), .macro = in_.Next()};
    if (!technology_.macros.contains(component.macro)) {
      in_.Fail(fmt::format("uses the cell {}, which LEF does not have", component.macro));
    }
    while (!in_.Take(";")) {
      const std::string word = in_.Next();
      if (word != "PLACED" && word != "FIXED") continue;
      component.at = ReadPoint({});
      const std::string& how = in_.Peek();
      if (how != "N" && how != "S" && how != "FN" && how != "FS") {
        in_.Fail(fmt::format("places {} with the orientation '{}'; rows have N, S, FN and FS",
                             component.name, how));
      }
      component.orientation = in_.Next();
    }
    if (component.orientation.empty()) {
      in_.Fail(fmt::format("does not place the cell {} before this", component.name));
    }
    layout_.components.push_back(component);
  }

  void ReadPort() {
    Port port{.name = in_.Next()};
    bool placed = false;
    while (!in_.Take(";")) {
      const std::string word = in_.Next();
      if (word == "NET") {
        port.net = in_.Next();
      } else if (word == "LAYER") {
        port.shape.layer = ReadLayer();
        const Point low = ReadPoint({});
        port.shape.rect = RectOf(low, ReadPoint({}));
      } else if (word == "PLACED" || word == "FIXED") {
        port.shape.rect = port.shape.rect.Moved(ReadPoint({}));
        placed = true;
      }
    }
    if (!placed) in_.Fail(fmt::format("does not place the pin {} before this", port.name));
    layout_.ports.push_back(port);
  }

  Net& NetOf(const std::string& name) {
    const auto [entry, is_new] = net_index_.try_emplace(name, layout_.nets.size());
    if (is_new) layout_.nets.push_back({.name = name});
    return layout_.nets[entry->second];
  }

  void ReadNet(bool special) {
    Net& net = NetOf(in_.Next());
    while (!in_.Take(";")) {
      if (in_.Take("(")) {
        PinRef pin{.component = in_.Next(), .pin = in_.Next()};
        in_.Expect(")");
        net.pins.push_back(pin);
        continue;
      }
      in_.Expect("+");
      const std::string word = in_.Next();
      if (word == "ROUTED" || word == "FIXED") {
        do {
          ReadPath(net, special);
        } while (in_.Take("NEW"));
      } else if (word == "USE") {
        const std::string use = in_.Next();
        net.supply |= use == "POWER" || use == "GROUND";
      } else {
        in_.Fail(fmt::format("has '+ {}' in the net {}, which is not understood", word, net.name));
      }
    }
  }

  // <layer> [<width>] points and vias: a wire joins two points that follow one another.
  void ReadPath(Net& net, bool special) {
    const int layer = ReadLayer();
    int here = layer;
    const int width = special ? in_.Length(nm_) : technology_.layers[layer].width;
    while (in_.Take("+")) {
      in_.Expect("SHAPE");
      in_.Next();
    }
    Point at = ReadPoint({});
    for (std::string word = in_.Peek(); word != "NEW" && word != ";" && word != "+";
         word = in_.Peek()) {
      if (word == "(") {
        const Point next = ReadPoint(at);
        if (next != at) AddWire(net, here, at, next, width, special);
        at = next;
      } else {
        const auto via = vias_.find(in_.Next());
        if (via == vias_.end())
          in_.Fail(fmt::format("uses the via {}, which is not defined", word));
        net.vias.push_back({at, via->second});
        here = here == via->second.bottom ? via->second.top : via->second.bottom;
      }
    }
  }

  void AddWire(Net& net, int layer, Point a, Point b, int width, bool special) {
    if (a.x != b.x && a.y != b.y) in_.Fail("has a wire that is neither horizontal nor vertical");
    const int half = width / 2, end = special ? 0 : half;
    const Rect line = RectOf(a, b);
    const bool flat = a.y == b.y;
    net.wires.push_back({layer, a, b,
                         Rect{line.x0 - (flat ? end : half), line.y0 - (flat ? half : end),
                              line.x1 + (flat ? end : half), line.y1 + (flat ? half : end)}});
  }

  Layout Finish() {
    for (Net& net : layout_.nets) net.supply |= net.name == "vdd" || net.name == "gnd";
    std::stable_partition(layout_.nets.begin(), layout_.nets.end(),
                          [](const Net& net) { return !net.supply; });
    layout_.BuildIndex();
    for (const Net& net : layout_.nets) {
      for (const PinRef& ref : net.pins) {
        const Component* component = layout_.FindComponent(ref.component);
        if (ref.component == "PIN"
                ? layout_.FindPort(ref.pin) == nullptr
                : component == nullptr || !technology_.macros.at(component->macro).Find(ref.pin)) {
          throw std::runtime_error(fmt::format("{} joins {} to {} {}, which is not there",
                                               in_.name(), net.name, ref.component, ref.pin));
        }
      }
    }
    return std::move(layout_);
  }

  Tokens in_;
  const Technology& technology_;
  std::map<std::string, Via> vias_;
  double nm_ = 0;  // in a unit of the file
  Layout layout_;
  std::map<std::string, size_t> net_index_;
};

}  // namespace

const Component* Layout::FindComponent(const std::string& component) const {
  const auto found = component_index_.find(component);
  return found == component_index_.end() ? nullptr : &components[found->second];
}

const Port* Layout::FindPort(const std::string& port) const {
  const auto found = port_index_.find(port);
  return found == port_index_.end() ? nullptr : &ports[found->second];
}

void Layout::BuildIndex() {
  for (size_t i = 0; i < components.size(); ++i) component_index_[components[i].name] = i;
  for (size_t i = 0; i < ports.size(); ++i) port_index_[ports[i].name] = i;
}

Layout ReadDef(Tokens tokens, const Technology& technology) {
  return DefReader(std::move(tokens), technology).Read();
}

}  // namespace tetralog
