// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Ports of any width of a Verilated unit, and its clock and reset.
#pragma once

#include <verilated.h>

#include <cstddef>
#include <cstdint>

#include "model/axi.h"

namespace tetralog {

// 32-bit word `index` of a port.
template <typename Port>
uint32_t PortWord(const Port& port, int index) {
  return static_cast<uint32_t>(uint64_t{port} >> (32 * index));
}
template <std::size_t kWords>
uint32_t PortWord(const VlWide<kWords>& port, int index) {
  return port[index];
}
template <typename Port>
void SetPortWord(Port& port, int index, uint32_t value) {
  const uint64_t mask = uint64_t{0xffffffff} << (32 * index);
  port = static_cast<Port>((uint64_t{port} & ~mask) | uint64_t{value} << (32 * index));
}
template <std::size_t kWords>
void SetPortWord(VlWide<kWords>& port, int index, uint32_t value) {
  port[index] = value;
}

// Up to 64 bits of a port, from bit `low` on.
template <typename Port>
uint64_t PortBits(const Port& port, int low, int width) {
  uint64_t value = 0;
  for (int bit = 0; bit < width; ++bit) {
    const int at = low + bit;
    value |= uint64_t{PortWord(port, at / 32) >> (at % 32) & 1} << bit;
  }
  return value;
}
template <typename Port>
void SetPortBits(Port& port, int low, int width, uint64_t value) {
  for (int bit = 0; bit < width; ++bit) {
    const int at = low + bit;
    const uint32_t mask = 1U << (at % 32), word = PortWord(port, at / 32);
    SetPortWord(port, at / 32, (value >> bit & 1) != 0 ? word | mask : word & ~mask);
  }
}

// A bus word.
template <typename Port>
AxiWord PortAxiWord(const Port& port) {
  AxiWord word{};
  for (size_t i = 0; i < sizeof(Port) / 4; ++i) {
    word[i / 2] |= uint64_t{PortWord(port, static_cast<int>(i))} << (32 * (i % 2));
  }
  return word;
}
template <typename Port>
void SetPortAxiWord(Port& port, const AxiWord& word) {
  for (size_t i = 0; i < sizeof(Port) / 4; ++i) {
    SetPortWord(port, static_cast<int>(i), static_cast<uint32_t>(word[i / 2] >> (32 * (i % 2))));
  }
}
// Of a generator of 32 bits.
template <typename Generator>
AxiWord RandomAxiWord(Generator& rng) {
  AxiWord word;
  for (uint64_t& half : word) half = uint64_t{rng()} << 32 | rng();
  return word;
}

// Holds a unit in reset for two clock edges. The inputs should be set before.
template <typename Unit>
void ResetUnit(Unit& unit) {
  unit.rst_ni = 0;
  for (int i = 0; i < 4; ++i) {
    unit.clk_i = i % 2;
    unit.eval();
  }
  unit.rst_ni = 1;
  unit.clk_i = 0;
  unit.eval();
}

// A falling edge, after which outputs answer the inputs, and the rising edge that ends the cycle.
template <typename Unit>
void Settle(Unit& unit) {
  unit.clk_i = 0;
  unit.eval();
}
template <typename Unit>
void Clock(Unit& unit) {
  unit.clk_i = 1;
  unit.eval();
}

}  // namespace tetralog
