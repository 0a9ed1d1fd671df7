// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the operand path share: nibbles of Verilated ports of any width, sizes at the
// edges of words and tiles.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <type_traits>

namespace tetralog::testing {

template <typename Port>
uint8_t GetNibble(const Port& port, size_t i) {
  if constexpr (std::is_integral_v<Port>) {
    return (port >> (4 * i)) & 15;
  } else {
    return (port[i / 8] >> (4 * (i % 8))) & 15;
  }
}

template <typename Port>
void SetNibble(Port& port, size_t i, uint8_t value) {
  if constexpr (std::is_integral_v<Port>) {
    port = (port & ~(Port{15} << (4 * i))) | (Port{value} << (4 * i));
  } else {
    port[i / 8] = (port[i / 8] & ~(15U << (4 * (i % 8)))) | (uint32_t{value} << (4 * (i % 8)));
  }
}

// 32 random bits.
class Rng {
 public:
  explicit Rng(uint32_t seed) : engine_(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

// Near a multiple of the step, or small, or anything up to max.
inline uint32_t DrawSize(uint32_t step, uint32_t max, Rng& rng) {
  const uint32_t pick = rng() % 3;
  const uint32_t size = pick == 0   ? 1 + rng() % 4
                        : pick == 1 ? step * (1 + rng() % 3) - 1 + rng() % 3
                                    : 1 + rng() % max;
  return std::clamp(size, 1U, max);
}

}  // namespace tetralog::testing
