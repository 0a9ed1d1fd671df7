// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the quantisers share: their result and the carry rule of stochastic rounding.
#pragma once

#include <cstdint>

#include "model/contract.h"

namespace tetralog {

struct Quantized {
  uint8_t code = 0;      // 4 bits
  bool clipped = false;  // the value was outside the format's range

  bool operator==(const Quantized&) const = default;
};

// std::invalid_argument that says what is wrong with R or the random value.
[[noreturn]] void RefuseRandom(uint32_t random, int random_bits);

// Refuses R outside 1..16 and random >= 2^R.
inline void CheckRandom(uint32_t random, int random_bits) {
  if (random_bits < 1 || random_bits > static_cast<int>(kRandomWordWidth) ||
      random >> random_bits != 0) {
    RefuseRandom(random, random_bits);
  }
}

// The carry rule: with F = floor(fraction * 2^(R+1)) up iff F + 2r + 1 >= 2^(R+1).
// Over all r it holds for floor((F+1)/2) of the 2^R values.
constexpr bool RoundsUp(uint32_t fraction, uint32_t random, int random_bits) {
  return fraction + 2 * random + 1 >= uint32_t{1} << (random_bits + 1);
}

}  // namespace tetralog
