// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/layout/lef.h"

#include <fmt/format.h>

namespace tetralog {
namespace {

constexpr double kNmPerUm = 1000;

class LefReader {
 public:
  explicit LefReader(Tokens tokens) : in_(std::move(tokens)) {}

  Technology Read() {
    while (!in_.AtEnd()) {
      const std::string word = in_.Next();
      if (word == "LAYER") {
        ReadLayer();
      } else if (word == "VIA") {
        ReadVia();
      } else if (word == "MACRO") {
        ReadMacro();
      } else if (word == "VIARULE" || word == "SITE" || word == "NONDEFAULTRULE") {
        in_.SkipSection(in_.Next());
      } else if (word == "UNITS" || word == "PROPERTYDEFINITIONS") {
        in_.SkipSection(word);
      } else if (word == "SPACING" && in_.Peek() == "SAMENET") {
        in_.SkipSection(word);
      } else if (word == "END") {
        in_.Expect("LIBRARY");
        if (technology_.layers.empty()) in_.Fail("has no LAYER; give a LEF file with a technology");
        return std::move(technology_);
      } else {
        in_.SkipStatement();
      }
    }
    in_.Fail("has no END LIBRARY; is it a LEF file, and all of it?");
  }

 private:
  void ReadLayer() {
    Layer layer{.name = in_.Next()};
    while (!in_.Take("END")) {
      const std::string word = in_.Next();
      if (word == "TYPE") {
        layer.routing = in_.Peek() == "ROUTING";
      } else if (word == "WIDTH") {
        layer.width = in_.Length(kNmPerUm);
      } else if (word == "SPACING") {
        layer.spacing = in_.Length(kNmPerUm);
      } else if (word == "RESISTANCE" && in_.Take("RPERSQ")) {
        layer.ohm_per_square = in_.Number();
      } else if (word == "CAPACITANCE" && in_.Take("CPERSQDIST")) {
        layer.pf_per_um2 = in_.Number();
      } else if (word == "EDGECAPACITANCE") {
        layer.edge_pf_per_um = in_.Number();
      }
      in_.SkipStatement();
    }
    in_.Expect(layer.name);
    if (layer.routing && layer.width <= 0) in_.Fail(fmt::format("gives {} no WIDTH", layer.name));
    technology_.layers.push_back(layer);
  }

  int KnownLayer() {
    const std::string name = in_.Next();
    const int layer = technology_.LayerIndex(name);
    if (layer < 0) in_.Fail(fmt::format("names the layer {}, which it does not define", name));
    in_.SkipStatement();
    return layer;
  }

  Rect ReadRect() {
    const int x0 = in_.Length(kNmPerUm), y0 = in_.Length(kNmPerUm);
    const int x1 = in_.Length(kNmPerUm), y1 = in_.Length(kNmPerUm);
    in_.Expect(";");
    return RectOf({x0, y0}, {x1, y1});
  }

  // LAYER and RECT statements up to END.
  std::vector<LayerRect> ReadShapes() {
    std::vector<LayerRect> shapes;
    int layer = -1;
    while (!in_.Take("END")) {
      const std::string word = in_.Next();
      if (word == "LAYER") {
        layer = KnownLayer();
      } else if (word == "RECT") {
        if (layer < 0) in_.Fail("has a RECT without a LAYER");
        shapes.push_back({layer, ReadRect()});
      } else if (word == "POLYGON" || word == "PATH" || word == "VIA") {
        in_.Fail(fmt::format("has a {}; only RECT is understood", word));
      } else {
        in_.SkipStatement();
      }
    }
    return shapes;
  }

  void ReadVia() {
    Via via{.name = in_.Next()};
    in_.Take("DEFAULT");
    via.shapes = ReadShapes();
    in_.Expect(via.name);
    if (FindViaLayers(technology_, via)) technology_.vias[via.name] = via;
  }

  MacroPin ReadPin() {
    MacroPin pin{.name = in_.Next(), .direction = "INPUT", .use = "SIGNAL"};
    while (!in_.Take("END")) {
      const std::string word = in_.Next();
      if (word == "PORT") {
        const std::vector<LayerRect> shapes = ReadShapes();
        pin.shapes.insert(pin.shapes.end(), shapes.begin(), shapes.end());
        continue;
      }
      if (word == "DIRECTION") pin.direction = in_.Peek();
      if (word == "USE") pin.use = in_.Peek();
      in_.SkipStatement();
    }
    in_.Expect(pin.name);
    return pin;
  }

  void ReadMacro() {
    Macro macro{.name = in_.Next()};
    while (!in_.Take("END")) {
      const std::string word = in_.Next();
      if (word == "PIN") {
        macro.pins.push_back(ReadPin());
      } else if (word == "OBS") {
        macro.obstructions = ReadShapes();
      } else if (word == "SIZE") {
        macro.width = in_.Length(kNmPerUm);
        in_.Expect("BY");
        macro.height = in_.Length(kNmPerUm);
        in_.SkipStatement();
      } else if (word == "ORIGIN") {
        if (in_.Number() != 0 || in_.Number() != 0) {
          in_.Fail(fmt::format("gives {} an ORIGIN other than 0 0", macro.name));
        }
        in_.SkipStatement();
      } else {
        in_.SkipStatement();
      }
    }
    in_.Expect(macro.name);
    technology_.macros[macro.name] = macro;
  }

  Tokens in_;
  Technology technology_;
};

}  // namespace

const MacroPin* Macro::Find(const std::string& pin) const {
  for (const MacroPin& candidate : pins) {
    if (candidate.name == pin) return &candidate;
  }
  return nullptr;
}

int Technology::LayerIndex(const std::string& name) const {
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

bool FindViaLayers(const Technology& technology, Via& via) {
  via.bottom = via.top = -1;
  for (const LayerRect& shape : via.shapes) {
    if (!technology.layers[shape.layer].routing) continue;
    if (via.bottom < 0) via.bottom = via.top = shape.layer;
    via.bottom = std::min(via.bottom, shape.layer);
    via.top = std::max(via.top, shape.layer);
  }
  return via.bottom != via.top;
}

Technology ReadLef(Tokens tokens) { return LefReader(std::move(tokens)).Read(); }

}  // namespace tetralog
