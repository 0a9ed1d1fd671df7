// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A placed and routed design in DEF, as qrouter writes it: rectangles, straight wires and vias; no
// polygons, no tapered or extended wires.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "synth/layout/lef.h"

namespace tetralog {

struct Component {
  std::string name, macro, orientation;
  Point at;  // lower left corner

  Rect Place(const Rect& rect, const Macro& of) const {
    return Oriented(rect, orientation, of.width, of.height).Moved(at);
  }
};

// A pin of the design at its edge.
struct Port {
  std::string name, net;
  LayerRect shape;
};

struct Wire {
  int layer = 0;
  Point a, b;  // ends of the centre line, horizontal or vertical
  Rect metal;
};

struct PlacedVia {
  Point at;
  Via via;
};

// A pin of a component, or of the design when component is "PIN".
struct PinRef {
  std::string component, pin;
  auto operator<=>(const PinRef&) const = default;
};

struct Net {
  std::string name;
  bool supply = false;  // power or ground
  std::vector<PinRef> pins;
  std::vector<Wire> wires;
  std::vector<PlacedVia> vias;
};

struct Layout {
  std::string name;
  Rect die;
  std::vector<Component> components;
  std::vector<Port> ports;
  // Signals in the order of the file, then supplies. Metal of SPECIALNETS is joined to the net of
  // its name.
  std::vector<Net> nets;

  const Component* FindComponent(const std::string& name) const;
  const Port* FindPort(const std::string& name) const;
  void BuildIndex();  // after components and ports are complete

 private:
  std::map<std::string, size_t> component_index_, port_index_;
};

// Throws std::runtime_error with file, line and what is wrong, a cell or via that LEF does not have
// included.
Layout ReadDef(Tokens tokens, const Technology& technology);

}  // namespace tetralog
