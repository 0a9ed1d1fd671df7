// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/random_case.h"

#include <algorithm>
#include <array>
#include <span>

#include "sim/dice.h"

namespace tetralog {
namespace {

std::string FormatName(uint8_t format) {
  static constexpr std::array kNames = {"INT4", "UINT4", "LOG4", "INT32"};
  return kNames[format % 4];
}

std::string Times(unsigned count) { return count == 1 ? "" : "*" + std::to_string(count); }

// "A^T LOG4*2": transposed storage, format, samples.
std::string OperandText(const char* name, bool transposed, uint8_t format, unsigned samples) {
  return std::string(" ") + name + (transposed ? "^T " : " ") + FormatName(format) + Times(samples);
}

std::string CommandText(const Command& c) {
  std::string text = std::to_string(c.m) + "x" + std::to_string(c.n) + "x" + std::to_string(c.k);
  text += OperandText("A", c.a_transposed, c.a_format, c.a_samples);
  text += OperandText("B", c.b_transposed, c.b_format, 1);
  text += OperandText("D", c.d_transposed, c.d_format, c.samples);
  if (c.c_enable) {
    text += " C " + std::to_string(c.c_row_stride) + "," + std::to_string(c.c_col_stride);
    if (c.c_base == c.d_base) text += " in place";
  }
  if (c.mask_enable) text += c.mask_transposed ? " mask^T" : " mask";
  text += " block " + std::to_string(c.block);
  if (c.a_resident) text += " resident";
  return text;
}

}  // namespace

std::string Case::id() const {
  const std::string plain = std::to_string(seed) + ":" + std::to_string(number);
  return edits.empty() ? plain : plain + ":" + edits;
}

std::string Case::Describe() const {
  std::string text = "case " + id() + " on " + shape.name() + ", ring of " +
                     std::to_string(rings.size) + ", doorbells";
  for (const uint32_t doorbell : doorbells) text += " " + std::to_string(doorbell);
  for (size_t i = 0; i < commands.size(); ++i) {
    const Cause cause = CheckCommand(commands[i], shape, rings);
    text += "; " + std::to_string(i) + ": " + CommandText(commands[i]);
    if (cause != Cause::kNone) text += std::string(" illegal ") + CauseName(cause);
  }
  if (overrun) text += "; overrun";
  if (fault != MemoryFault::kNone) text += "; fault at " + std::to_string(fault_address);
  return text;
}

void FillMemory(const Case& c, Machine& machine) {
  Dice dice(c.memory_seed);
  std::vector<uint8_t> stretch(4096);
  for (uint64_t at = 0; at < machine.memory_size(); at += stretch.size()) {
    const uint64_t kind = dice.Below(4);
    for (size_t i = 0; i < stretch.size(); i += 8) {
      uint64_t word = dice.Next();
      if (kind == 1) {  // about 60 % zero codes: a nibble stays when its top bits are high
        word &= (word >> 3 & word >> 2 & 0x1111111111111111) * 0xf | (word & word >> 16);
      } else if (kind == 2) {  // small INT32, either sign
        const auto low = static_cast<int32_t>(word) >> 20;
        const auto high = static_cast<int32_t>(word >> 32) >> 16;
        word = static_cast<uint32_t>(low) | uint64_t{static_cast<uint32_t>(high)} << 32;
      }
      for (size_t b = 0; b < 8; ++b) stretch[i + b] = static_cast<uint8_t>(word >> 8 * b);
    }
    const uint64_t bytes = std::min<uint64_t>(stretch.size(), machine.memory_size() - at);
    machine.WriteMemory(at, std::span(stretch).first(bytes));
  }
}

}  // namespace tetralog
