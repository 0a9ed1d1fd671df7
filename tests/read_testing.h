// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the read side share: access to ports of any width, memory contents, stalls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "verilated.h"

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

// The byte at an address of a memory that holds noise.
inline uint8_t NoiseByte(uint64_t address) {
  uint64_t x = (address + 1) * 0x9e3779b97f4a7c15;
  x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9;
  return static_cast<uint8_t>(x >> 40);
}
inline uint32_t NoiseWord(uint64_t address) {
  uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word |= uint32_t{NoiseByte(address + i)} << (8 * i);
  return word;
}

// True in `sixteenths` of 16 cycles.
inline bool Stalls(std::mt19937& rng, uint32_t sixteenths) { return rng() % 16 < sixteenths; }

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
