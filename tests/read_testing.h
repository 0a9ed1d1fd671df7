// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the read side share: memory contents, stalls.
#pragma once

#include <cstdint>
#include <random>

#include "tests/verilated_unit.h"

namespace tetralog {

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

// Sixteenths of the cycles in which a side stalls, drawn anew from time to time.
template <int kSides>
class RandomStalls {
 public:
  void Draw(std::mt19937& rng) {
    constexpr uint32_t kChoices[] = {0, 0, 0, 4, 8, 12, 15};
    for (uint32_t& side : stalls_) side = kChoices[rng() % 7];
  }
  bool operator()(int side, std::mt19937& rng) const { return Stalls(rng, stalls_[side]); }

 private:
  uint32_t stalls_[kSides] = {};
};

}  // namespace tetralog
