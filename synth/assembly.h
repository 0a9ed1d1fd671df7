// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A hierarchical netlist at a clock: every module in the smallest way that meets it, then the ways
// of the modules on the slowest path of the whole, as long as that makes the whole faster.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "synth/flow.h"

namespace tetralog {

struct CurvePoint {
  double clock_ns = 0, ge = 0;
};

struct Assembly {
  std::map<std::string, int> way;  // of every module
  double ge = 0;                   // without memories
  TimingResult timing;             // of the whole, by OpenSTA
  // Area where every module meets a clock by itself; the whole is slower where paths cross modules.
  std::vector<CurvePoint> curve;
};

// `under`: the part of the design; `fixed`: ways that are given and only raised where the slowest
// path asks for it. A goal that no way reaches is relaxed to the clock of the slowest module.
Assembly CloseTiming(Flow& flow, const Design& design, const std::string& under, double goal_ns,
                     const std::map<std::string, int>& fixed = {});

// Gate equivalents of a module and everything below it, in the assembly's ways.
double WholeGe(const Flow& flow, const Design& design, const Assembly& assembly,
               const std::string& module);

}  // namespace tetralog
