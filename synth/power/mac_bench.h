// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Runs a comparison MAC (ports clk_i, first_i, a_i, b_i, acc_o) 64 times at once on the operands
// that the processing element in the corner of the array would see, and checks its sums.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/contract.h"
#include "synth/power/gate_sim.h"
#include "synth/power/workload.h"

namespace tetralog {

// An operand in a block's own format; `value` is what its bits mean there.
struct MacOperand {
  uint64_t bits = 0;
  double value = 0;
};

struct MacBlock {
  std::string name;    // in reports
  std::string module;  // of synth/macs
  int dot = 1;
  bool log_only = false;  // A is a gradient
  int width = 4;          // bits of an operand
  int scale_width = 0;    // bits of a shared exponent above the operands; it is 127
  std::function<MacOperand(Format, uint8_t)> a, b;
  std::function<double(uint64_t)> sum;  // value of acc_o
};

// Every block that there is an encoding for; others are added here.
const std::vector<MacBlock>& MacBlocks();

struct MacRun {
  uint64_t macs = 0, cycles = 0;
  uint64_t sums = 0;  // checked
};

// At most `beats` beats for each copy. Throws std::runtime_error for a sum that is not that of the
// operands.
MacRun RunMac(const MacBlock& block, const Netlist& netlist, GateSim& sim, const Workload& workload,
              uint64_t beats);

}  // namespace tetralog
