// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Replays a GEMM of a recorded training step on a machine, from memory to memory through the
// driver, and compares every accumulator, every output and every statistic with the reference's.
//
// The GEMM runs twice: as recorded, and as INT32 without C and mask, which shows the accumulators;
// once when that is the same. Tensors lie in the driver's arena, which is given back. The driver
// splits K where the build needs it.

#pragma once

#include <cstdint>
#include <vector>

#include "sim/counters.h"
#include "sim/driver.h"
#include "sim/replay.h"
#include "sim/trace_file.h"

namespace tetralog {

struct MachineReplayReport {
  uint64_t outputs = 0;         // values compared: accumulators and outputs
  uint64_t mismatches = 0;      // values and statistics that differ
  std::vector<Mismatch> first;  // the first of them; its level is that of the machine
  uint64_t macs = 0;            // m * n * k over all samples of A
  uint64_t commands = 0;        // that the recorded GEMM took
  Counters counters{};          // of the machine over those commands
};

// Throws std::invalid_argument for a build that rounds with other random bits than the traces.
void CheckRandomBits(const MachineShape& shape);

// Throws what CheckRandomBits does, DriverError and MachineError as the driver does, std::bad_alloc
// when the tensors do not fit.
MachineReplayReport ReplayOnMachine(const TraceGemm& gemm, Driver& driver);

}  // namespace tetralog
