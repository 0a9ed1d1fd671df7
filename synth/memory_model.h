// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What memories cost and how fast they are where the cell library has none: assumptions, stated
// here and in every report, and no measurement.

#pragma once

#include <string>

#include "synth/design.h"

namespace tetralog {

// Gate equivalents per bit and port. A six-transistor cell of 0.18 um processes is about 4.65 um2;
// each port beyond its one adds its word line, bit lines and two transistors, here as much again;
// half of a macro of this size is decoders, sense amplifiers and drivers. A NAND2 of OSU018 is 24
// um2: 4.65 / 0.5 / 24 = 0.39.
inline constexpr double kMemoryGePerBitPort = 0.39;
inline constexpr int kMemoryPorts = 2;  // one reads, one writes

// From the clock to read data, and what inputs need before it. Banks of 64 to 128 words.
inline constexpr double kMemoryAccessNs = 1.5;
inline constexpr double kMemorySetupNs = 0.3;
inline constexpr double kMemoryInputPf = 0.01;

inline double MemoryGe(const Memory& memory) {
  return kMemoryGePerBitPort * kMemoryPorts * memory.words * memory.width;
}

// A Liberty library of the design's memories with the ports of rtl/sram.sv; empty without memories.
std::string MemoryLiberty(const Design& design);

}  // namespace tetralog
