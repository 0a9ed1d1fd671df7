// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A case of a regression: a filled memory, a ring, commands, doorbells, and sometimes an illegal
// command, a ring misused or a fault of the memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/contract.h"
#include "sim/command_rules.h"
#include "sim/machine.h"

namespace tetralog {

struct CaseOptions {
  uint32_t max_dim = 300;           // of M, N and K
  uint32_t max_commands = 8;        // of a case
  uint64_t max_cycles = 20'000;     // products of a command / macs() of the shape, about
  uint64_t memory_bytes = 4 << 20;  // buffers lie below
  unsigned illegal_percent = 15;    // cases with an illegal command or a misused ring
  unsigned fault_percent = 10;      // cases with a fault of the memory
};

struct Case {
  uint64_t seed = 0, number = 0;
  std::string edits;  // see RandomCase
  MachineShape shape;
  CaseOptions options;

  uint64_t memory_seed = 0;
  Rings rings;
  std::vector<Command> commands;
  std::vector<uint32_t> doorbells;  // commands submitted so far; rising by at most rings.size
  bool enable_late = false;         // the first doorbell rings before the core is enabled
  bool overrun = false;             // at the end, more commands are claimed than the ring holds
  MemoryFault fault = MemoryFault::kNone;
  uint64_t fault_address = 0, fault_bytes = 0;

  std::string id() const;        // "seed:number" or "seed:number:edits"
  std::string Describe() const;  // one line
};

// Fills the whole memory of a machine: stretches of random bytes, of nibbles that are often zero,
// and of small INT32.
void FillMemory(const Case& c, Machine& machine);

}  // namespace tetralog
