// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A design that synth/elaborate.sh has elaborated, module by module, so that each is synthesised on
// its own and kept until it changes.

#pragma once

#include <map>
#include <string>
#include <vector>

namespace tetralog {

struct DesignModule {
  std::string unit;                     // the RTL module that it is a version of
  std::string text;                     // RTLIL, with names that do not depend on other modules
  std::string ports;                    // RTLIL of its ports alone, as a black box
  std::map<std::string, int> children;  // instances of other modules
};

// A memory left out of the netlist.
struct Memory {
  int words = 0, width = 0;
  int count = 0;  // instances in the whole design
};

struct Design {
  std::string top;
  std::map<std::string, DesignModule> modules;
  std::map<std::string, Memory> memories;  // black boxes, named sram_<words>x<width>

  // Instances of a module below the top, or below `under`.
  int Count(const std::string& module) const { return Count(module, top); }
  int Count(const std::string& module, const std::string& under) const;
  // `under` and everything below it, children first.
  std::vector<std::string> Below(const std::string& under) const;
};

// Reads RTLIL text. Versions of one RTL module become <unit>, <unit>_2 and so on; black boxes are
// memories and tell their shape by their ports.
Design ReadDesign(const std::string& rtlil, const std::string& top);

}  // namespace tetralog
