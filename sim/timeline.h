// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The life of commands, cycle by cycle: runs products on the Verilated core with a waveform and
// finds in it when each thing happened. Memory answers after 20 cycles and never stalls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tetralog {

struct TimelineOptions {
  std::string shape = "4x4x1";
  uint32_t size = 16;     // M = N = K, a multiple of the shape's rows and columns
  bool int32 = true;      // D is INT32, else INT4
  uint32_t commands = 1;  // behind one doorbell
  bool chain = false;     // A of a command is D of the one before, which is INT4 then
};

struct TimelineEvent {
  std::string what;
  uint64_t cycle;  // after the write of REG_TAIL is accepted
};

// The events of each command, the same ones in the same order. Operands are stored along K.
std::vector<std::vector<TimelineEvent>> RecordTimeline(const TimelineOptions& options);

// The tables of docs/core.md in Markdown: "life", "overlap", "chain". std::invalid_argument for
// any other name.
std::string TimelineTable(const std::string& name);

}  // namespace tetralog
