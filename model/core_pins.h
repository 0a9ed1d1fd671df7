// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The pins of the accelerator core (rtl/tetralog_core.sv) in one clock cycle.

#pragma once

#include <cstdint>

#include "model/axi.h"

namespace tetralog {

// AXI4-Lite, 12 bits of address, 32 of data.
struct AxiLiteMaster {
  bool aw_valid = false, w_valid = false, b_ready = false, ar_valid = false, r_ready = false;
  uint16_t aw_addr = 0, ar_addr = 0;
  uint8_t w_strb = 0;
  uint32_t w_data = 0;
  bool operator==(const AxiLiteMaster&) const = default;
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

}  // namespace tetralog
