// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The pins of the accelerator core (rtl/tetralog_core.sv), free of the Verilated class, so that one
// machine serves every shape, the netlist and stand-ins.

#pragma once

#include <cstdint>
#include <string>

#include "sim/axi.h"
#include "sim/machine.h"

namespace tetralog {

// AXI4-Lite, 12 bits of address, 32 of data.
struct AxiLiteMaster {
  bool aw_valid = false, w_valid = false, b_ready = false, ar_valid = false, r_ready = false;
  uint16_t aw_addr = 0, ar_addr = 0;
  uint8_t w_strb = 0;
  uint32_t w_data = 0;
};
struct AxiLiteSlave {
  bool aw_ready = false, w_ready = false, b_valid = false, ar_ready = false, r_valid = false;
  uint8_t b_resp = 0, r_resp = 0;
  uint32_t r_data = 0;
};

struct CoreInputs {
  AxiLiteMaster lite;
  AxiSlave axi;
};
struct CoreOutputs {
  AxiLiteSlave lite;
  AxiMaster axi;
  bool irq = false;
};

// A clocked core.
class Core {
 public:
  virtual ~Core() = default;
  virtual const MachineShape& shape() const = 0;

  // One clock cycle: drives the inputs, samples the outputs before the rising edge, then clocks.
  virtual void Cycle(const CoreInputs& in, CoreOutputs& out) = 0;

  // Holds the reset for a few cycles.
  virtual void Reset() = 0;

  // Writes a waveform (FST) from now on; an empty path ends it. Cores without signals throw
  // std::invalid_argument.
  virtual void Trace(const std::string& path) = 0;
};

}  // namespace tetralog
