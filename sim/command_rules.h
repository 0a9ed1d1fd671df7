// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Which commands the core refuses, and why: the legality rules of docs/interface.md, one short
// function a rule, and the places in memory that a command touches.
//
// Of several causes that apply the lowest is reported.
#pragma once

#include <cstdint>
#include <string>

#include "model/contract.h"
#include "sim/machine.h"

namespace tetralog {

// Equally long stored rows of bytes: a tensor in memory. Row r of sample s begins at
// base + r * stride + s * sample_stride.
struct Region {
  uint64_t base = 0;
  uint64_t rows = 0;
  uint64_t row_bytes = 0;
  uint64_t stride = 0;
  uint64_t samples = 1;
  uint64_t sample_stride = 0;

  // Bytes from the first to behind the last. Never wraps: sizes have 24 bits, strides 32.
  uint64_t extent() const {
    return (rows - 1) * stride + row_bytes + (samples - 1) * sample_stride;
  }
  // The last byte. May pass 2^64, hence the wide type.
  unsigned __int128 last() const { return static_cast<unsigned __int128>(base) + extent() - 1; }
  bool Meets(const Region& other) const { return base <= other.last() && other.base <= last(); }
};

// What a command touches. Dimensions and samples must be at least 1 (CheckCommand says).
Region RegionA(const Command& command);
Region RegionB(const Command& command);
Region RegionC(const Command& command);  // INT32 elements of a row as they lie in memory
Region RegionMask(const Command& command);
Region RegionD(const Command& command);

// Where the commands and the completion records lie.
struct Rings {
  uint64_t ring_base = 0;
  uint64_t record_base = 0;
  uint32_t size = 0;  // entries

  // kRing when a ring register is unusable, else kNone.
  Cause Check(const MachineShape& shape) const;
  Region commands() const { return {ring_base, 1, uint64_t{size} * kCommandBytes}; }
  Region records() const { return {record_base, 1, uint64_t{size} * kRecordBytes}; }
};

// The cause for which a machine of this shape refuses the command, or kNone.
Cause CheckCommand(const Command& command, const MachineShape& shape, const Rings& rings);

// The greatest K * a_samples of these operand formats: floor((2^(acc_width-1) - 1) / P).
uint64_t ProductLimit(uint8_t a_format, uint8_t b_format, uint32_t acc_width);

// "Overflow", and one line that says what is wrong and what to do.
const char* CauseName(Cause cause);
std::string CauseText(Cause cause);

}  // namespace tetralog
