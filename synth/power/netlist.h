// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A netlist of library cells, flat, each cell with the unit of the hierarchy that it belongs to.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "synth/power/liberty.h"

namespace tetralog {

struct Instance {
  const LibertyCell* cell = nullptr;
  int unit = 0;           // in Netlist::units
  std::string name;       // path
  std::vector<int> nets;  // of the cell's pins in their order; Netlist::kNoNet: not connected
};

struct Netlist {
  static constexpr int kNoNet = -1, kZero = 0, kOne = 1;  // the constant nets

  int nets = 2;
  std::vector<Instance> instances;
  std::vector<std::string> units;                           // source modules that stayed apart
  std::map<std::string, int> unit_counts;                   // instances of each
  std::map<std::string, std::vector<int>> inputs, outputs;  // ports of the top, bit 0 first

  const std::vector<int>& Input(const std::string& port) const;
  const std::vector<int>& Output(const std::string& port) const;
};

// Reads what Yosys's write_json makes of a mapped netlist. Throws std::runtime_error with one line
// for a cell that the library does not have.
Netlist ReadNetlist(const std::string& json_path, const std::string& top, const Liberty& library);

// Name of the source module of a module that Yosys has specialised.
std::string SourceModule(const std::string& yosys_name);

}  // namespace tetralog
