// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One point of a design space: what it is measured with, and the measurement.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/machine_shape.h"
#include "synth/sweep/space.h"

namespace tetralog {

struct PointArguments {
  MachineShape shape;
  SweepWorkload workload;
  bool energy = false;
  uint64_t beats = 60;  // of the energy's sample, for each of 64 engines
  std::string lib = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
  std::string cache = "build/synth/netlists/osu018_stdcells";  // netlists of units, shared

  // As options of sweep_point.
  std::vector<std::string> Words() const;
};

// Names everything that the result depends on: the options, the files that they lead to, and the
// program that measures. Equal only when all are.
std::string InputsOf(const PointArguments& arguments, const std::string& program);

// Keys "shape", "element", "ge_per_mac", "clock_ns", "epilogue", "ge_per_mac_with_epilogue",
// "utilisation", "rounding", "energy"; docs/sweep.md says what they are. Throws std::runtime_error
// and what the parts throw. Run from the top of the source tree.
nlohmann::ordered_json MeasurePoint(const PointArguments& arguments);

}  // namespace tetralog
