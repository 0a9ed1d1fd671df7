// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Energy per MAC of one block on one kind of recorded GEMM.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "synth/power/energy.h"
#include "synth/power/mac_bench.h"
#include "synth/power/netlist.h"
#include "synth/power/workload.h"

namespace tetralog {

// A netlist with what its energy depends on. The wire load is the second annotation's only.
struct PowerNetlist {
  PowerNetlist(const Liberty& library, const std::string& json, const std::string& top,
               double wire_pf, double slew);
  Netlist netlist;
  Annotation pins, wires;
  double voltage;
};

struct Measurement {
  std::map<std::string, Energy> units;  // over all cycles; wires of the second annotation
  uint64_t macs = 0, zeros = 0;         // products, and those with a zero operand
  uint64_t cycles = 0, beats = 0;       // of all 64 copies
  uint64_t outputs = 0;                 // compared with the model: all equal, or there is an error
};

struct Sample {
  uint64_t beats = 500;  // for each of 64 copies
  uint64_t seed = 1;
  bool glitches = false;    // simulate with the delays of the cells, on short sums
  bool short_sums = false;  // the same commands without
};

// The 4x4 Dot 4 engine, on whole tiles; see Workload.
EngineShape PowerShape();
Measurement MeasureEngine(const PowerNetlist& netlist, const std::vector<Trace>& traces,
                          const std::string& kind, Operands operands, const Sample& sample,
                          const EngineShape& shape = PowerShape());

// A comparison MAC.
Measurement MeasureMac(const PowerNetlist& netlist, const MacBlock& block,
                       const std::vector<Trace>& traces, const std::string& kind,
                       const Sample& sample);

}  // namespace tetralog
