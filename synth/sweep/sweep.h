// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Measures the points of a design space that have no result yet, each by a program of its own, and
// compares all.

#pragma once

#include <cstdint>
#include <string>

#include "synth/sweep/launcher.h"

namespace tetralog {

struct SweepArguments {
  std::string space = "synth/sweep/default.json";
  std::string lib = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
  std::string folder;  // of the results; empty: build/sweep/<name of the space>
  std::string cache;   // of the units' netlists; empty: build/synth/netlists/<library>
  std::string report = "build/report/sweep.json";  // .csv, .md and plots beside it
  std::string point_command;                       // sweep_point
  bool no_energy = false;
  uint64_t beats = 60;
  LaunchOptions launch;
};

// Returns the exit code: 0, 1 when a point failed or a ceiling is passed, 130 when a signal stopped
// it. Throws for bad input.
int RunSweep(SweepArguments arguments);

}  // namespace tetralog
