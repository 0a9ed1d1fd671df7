// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A command as the units of the cycle model take it: the contract's fields in natural types
// (tetralog_pkg::command_t), and what the core derives from them.

#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "model/contract.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

inline constexpr uint32_t kSizeMask = (uint32_t{1} << 24) - 1;  // M, N and K have 24 bits inside

inline Command Decode(std::span<const uint8_t, Command::kBytes> bytes) {
  return Command::Unpack(bytes);
}

// Columns of a block of B: 24 bits, as the units that walk over tiles take them.
inline uint32_t BlockCols(const Command& command, const MachineShape& shape) {
  return (uint32_t{command.block} << std::countr_zero(shape.panel_b())) & kSizeMask;
}

// The shift of the scale, -64..63: the engine takes seven bits of the field.
inline int ScaleShift(const Command& command) {
  return static_cast<int8_t>(static_cast<uint8_t>(command.scale_shift << 1)) >> 1;
}

}  // namespace tetralog::cycle
