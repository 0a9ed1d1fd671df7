// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// How long matrix products take on a shape of the core, by the cycle model without data: each
// alone, from doorbell to completion, as sim/utilisation.cc measures the RTL.
//
// Cycles are of the core with a memory of fixed latencies (estimate_machine.h). No tensor is
// stored: a product may be as large as the address space of the core, 2^axi_addr bytes, whatever
// memory the host has.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/machine_shape.h"
#include "sim/counters.h"
#include "sim/driver.h"
#include "sim/estimate_machine.h"
#include "sim/layer_table.h"

namespace tetralog {

// What a product needs at least, in cycles, each part alone; docs/utilisation.md.
struct Bounds {
  double compute = 0;  // products over multipliers
  double lanes = 0;    // outputs and samples over lanes
  double read = 0;     // every operand once over the bus
  double write = 0;    // D over the bus

  double greatest() const;
  const char* name() const;  // of the greatest: "compute", ...
};

Bounds BoundsOf(const LayerGemm& gemm, const MachineShape& shape);

struct GemmEstimate {
  LayerGemm gemm;
  Bounds bounds;
  Counters counters{};     // of one of gemm.count
  uint64_t commands = 0;   // that the plan makes of it
  uint64_t simulated = 0;  // cycles that were not skipped

  uint64_t cycles() const { return counters[kCounterBusy]; }
};

struct EstimateTotal {
  uint64_t macs = 0, cycles = 0, read_bytes = 0, write_bytes = 0;
  double utilisation = 0;  // of the multipliers
};

// Submits the product of tensors without contents, which it allocates in the driver's arena. Throws
// std::bad_alloc when they do not fit, std::invalid_argument when no plan does.
Handle SubmitLayerGemm(Driver& driver, const LayerGemm& gemm);

// Runs one of the product, on a machine of its own. Throws std::invalid_argument for a shape that
// CheckShape refuses or without a plan, std::bad_alloc for tensors beyond the address space,
// DriverError for a product that breaks a rule of the commands.
GemmEstimate EstimateGemm(const LayerGemm& gemm, const MachineShape& shape,
                          const EstimateMachineOptions& options);

// One table on one shape.
struct EstimateJob {
  MachineShape shape;
  std::vector<LayerGemm> workload;
};

// All jobs, products of the same work once a shape, on several threads. `progress`, if given, gets
// the part done, 0 to 1; never by two threads at once. The first error of any product is thrown as
// std::runtime_error with its name in front, after the threads have ended. `threads`: at least 1.
std::vector<std::vector<GemmEstimate>> EstimateAll(
    const std::vector<EstimateJob>& jobs, const EstimateMachineOptions& options, unsigned threads,
    const std::function<void(double)>& progress = {});

// Every product as often as its count says. Throws std::overflow_error when a sum passes 64 bits.
EstimateTotal Total(const std::vector<GemmEstimate>& estimates, const MachineShape& shape);

}  // namespace tetralog
