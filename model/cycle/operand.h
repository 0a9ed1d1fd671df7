// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Names shared by the units of the operand path: two instances of each, one for A and one for B.

#pragma once

#include <cstdint>

#include "model/machine_shape.h"

namespace tetralog::cycle {

enum class Operand { kA, kB };

// The parameters of an instance. "Rows" are columns for B.
struct OperandShape {
  uint32_t rows;        // of a tile
  uint32_t panel;       // rows of a panel, banks of the buffer
  uint32_t depth;       // words of a bank
  uint32_t word_codes;  // codes of a word

  // The RTL counts tile rows modulo this and one; the model counts on, as far as 16 bits go.
  uint32_t count_mask() const { return 2 * depth * (panel / rows) - 1; }
};
inline OperandShape ShapeOf(const MachineShape& shape, Operand operand) {
  return operand == Operand::kA
             ? OperandShape{shape.rows, shape.panel_a(), shape.depth_a, shape.word_codes()}
             : OperandShape{shape.cols, shape.panel_b(), shape.depth_b, shape.word_codes()};
}

// Where the operands of a tile lie in the buffers. Word and code of the k of sample s: word
// (addr + s * ceil(K / word_codes) + k / word_codes) % depth for A, the same without s for B.
struct TileOperands {
  uint32_t a_addr = 0, b_addr = 0;    // first words of the panels
  uint32_t a_group = 0, b_group = 0;  // tile row and tile column in the panel
  uint32_t rows = 0, cols = 0;        // that exist
  uint32_t k = 0;
  uint32_t samples = 0;  // of A
};

}  // namespace tetralog::cycle
