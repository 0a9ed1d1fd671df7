// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What LEF says of a technology and its cells: metal layers with their resistance and capacitance,
// vias, and of every cell its size, the metal of its pins and what else the router must stay away
// from.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "synth/layout/geometry.h"
#include "synth/layout/tokens.h"

namespace tetralog {

struct Layer {
  std::string name;
  bool routing = false;  // else a cut or a mask that wires do not use
  int width = 0, spacing = 0;
  double ohm_per_square = 0;
  double pf_per_um2 = 0;      // to what is below
  double edge_pf_per_um = 0;  // of each of the two edges of a wire
};

// A rectangle on a layer, given by its index in Technology::layers.
struct LayerRect {
  int layer = 0;
  Rect rect;
};

struct Via {
  std::string name;
  std::vector<LayerRect> shapes;  // around its centre, metal and cuts
  int bottom = -1, top = -1;      // routing layers that it joins
};

struct MacroPin {
  std::string name, direction, use;  // use is SIGNAL, CLOCK, POWER or GROUND
  std::vector<LayerRect> shapes;
};

struct Macro {
  std::string name;
  int width = 0, height = 0;
  std::vector<MacroPin> pins;
  std::vector<LayerRect> obstructions;

  const MacroPin* Find(const std::string& pin) const;
};

struct Technology {
  std::vector<Layer> layers;  // from the lowest
  std::map<std::string, Via> vias;
  std::map<std::string, Macro> macros;

  // -1 when there is none of that name.
  int LayerIndex(const std::string& name) const;
};

// Sets bottom and top of a via from its shapes; false when they are not two routing layers.
bool FindViaLayers(const Technology& technology, Via& via);

// Throws std::runtime_error with file, line and what is wrong.
Technology ReadLef(Tokens tokens);

}  // namespace tetralog
