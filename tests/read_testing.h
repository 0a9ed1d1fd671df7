// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the read side share: memory contents, stalls, bursts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

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

// A build of a unit, by the bytes of a word of its bus.
template <typename UnitType, uint32_t kWordBytes>
struct BusShape {
  using Unit = UnitType;
  static constexpr uint32_t kBytes = kWordBytes;
};

// Bursts that a memory has accepted. Their beats come in any order, those of an ID in theirs.
class ReadBursts {
 public:
  void Clear() { bursts_.clear(); }
  bool empty() const { return bursts_.empty(); }

  // The burst that a unit asks for in this cycle, if it is taken.
  template <typename Unit>
  void Accept(const Unit& unit) {
    if (unit.m_axi_arvalid_o && unit.m_axi_arready_i)
      bursts_.push_back({unit.m_axi_arid_o, unit.m_axi_araddr_o, unit.m_axi_arlen_o + 1U});
  }

  // A beat of any burst that is the oldest of its ID, but its data and response; its address.
  template <typename Beat>
  uint64_t Offer(std::mt19937& rng, uint32_t bytes, Beat* beat) {
    size_t place = rng() % bursts_.size();
    for (size_t i = 0; i < place; ++i)
      if (bursts_[i].id == bursts_[place].id) place = i;
    Burst& burst = bursts_[place];
    beat->valid = true;
    beat->id = burst.id;
    beat->last = --burst.left == 0;
    const uint64_t addr = burst.addr;
    burst.addr += bytes;
    if (beat->last) bursts_.erase(bursts_.begin() + static_cast<std::ptrdiff_t>(place));
    return addr;
  }

 private:
  struct Burst {
    uint8_t id;
    uint64_t addr;
    uint32_t left;  // beats
  };
  std::vector<Burst> bursts_;
};

}  // namespace tetralog
