// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The parameters of a build of the core (rtl/tetralog_core.sv).

#pragma once

#include <cstdint>
#include <string>

namespace tetralog {

// What a build of the core can do; software reads it from the registers. CheckShape throws
// std::invalid_argument for values beyond the ranges below.
struct MachineShape {
  // Processing elements, powers of two, at least lanes and axi_data / 32, at most 16384; one of the
  // two at least 4. Synthesis takes at most 128 (rtl/product_counter.sv).
  uint32_t rows = 16, cols = 16;
  uint32_t dot = 4;         // products of a processing element and cycle: 1, 2, 4, .. axi_data / 4
  uint32_t lanes = 4;       // epilogue lanes: 1, 2, 4, 8 or 16
  uint32_t acc_width = 24;  // bits: 12..32
  uint32_t random_bits = 12;  // R: 1..16
  // Words of axi_data bits of a bank of the operand buffers: powers of two, 2..32768; those of the
  // smaller bank are at most 65536 bytes, depth_b * panel_b() below 2^24.
  uint32_t depth_a = 64, depth_b = 128;
  uint32_t axi_data = 128;  // bits: 64 or 128
  uint32_t axi_addr = 40;   // bits: 32..63

  uint64_t macs() const { return uint64_t{rows} * cols * dot; }
  uint32_t word_codes() const { return axi_data / 4; }  // codes in a word of the bus
  uint32_t panel_a() const { return rows > word_codes() ? rows : word_codes(); }  // rows of A
  uint32_t panel_b() const { return cols > word_codes() ? cols : word_codes(); }  // columns of B
  std::string name() const {                                                      // "16x16x4"
    return std::to_string(rows) + "x" + std::to_string(cols) + "x" + std::to_string(dot);
  }
  bool operator==(const MachineShape&) const = default;
};

// Throws std::invalid_argument, with one line that names the first broken rule, for a shape that
// the RTL refuses in simulation.
void CheckShape(const MachineShape& shape);

}  // namespace tetralog
