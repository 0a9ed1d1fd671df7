// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A design space: points of the core's parameters, from a JSON file; docs/sweep.md has its format.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/machine_shape.h"

namespace tetralog {

struct SweepPoint {
  MachineShape shape;
  std::vector<std::string> lines;  // that it lies on
  bool energy = false;             // is to be measured

  std::string Name() const;  // "16x16x4_acc24_r12_lanes4"
};

// Products of which the utilisation is that of the cycle model.
struct SweepWorkload {
  std::vector<std::string> networks;  // bundled ones
  uint32_t batch = 1;
  bool training = false;
  uint32_t samples = 1;  // of every gradient
};

struct SweepSpace {
  std::string name;
  MachineShape base;
  SweepWorkload workload;
  std::vector<SweepPoint> points;   // each once, the base first
  nlohmann::ordered_json ceilings;  // as in synth/limits.json; null: none
};

// Throws std::invalid_argument with one line: the file, what is wrong and what to do.
SweepSpace ParseSpace(const std::string& text, const std::string& file);
SweepSpace ReadSpace(const std::string& file);

}  // namespace tetralog
