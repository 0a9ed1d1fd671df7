// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/bad_random_sources.h"

#include <array>
#include <cstddef>

#include "model/random_source.h"

namespace tetralog {
namespace {

// A well mixed start state (the finaliser of splitmix64).
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// A linear map of 32 bits: the images of the single bits.
using LinearMap = std::array<uint32_t, 32>;
using LfsrJumps = std::array<LinearMap, 32>;  // 2^k steps at once

uint32_t Apply(const LinearMap& map, uint32_t x) {
  uint32_t y = 0;
  for (size_t b = 0; b < 32; ++b) y ^= (x >> b & 1) != 0 ? map[b] : 0;
  return y;
}

// The register of x^32 + x^22 + x^2 + x + 1, of maximal period.
LfsrJumps MakeLfsrJumps() {
  LfsrJumps jumps;
  for (uint32_t b = 0; b < 32; ++b) {
    const uint32_t x = 1u << b;
    jumps[0][b] = x >> 1 ^ ((x & 1) != 0 ? 0x80200003u : 0);
  }
  for (size_t k = 1; k < 32; ++k) {
    for (size_t b = 0; b < 32; ++b) jumps[k][b] = Apply(jumps[k - 1], jumps[k - 1][b]);
  }
  return jumps;
}

}  // namespace

uint16_t SharedRowsWord(uint64_t seed, uint8_t sample, uint32_t, uint32_t column) {
  return RandomWord(seed, sample, 0, column);
}

uint16_t SteppedLfsrWord(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column) {
  static const LfsrJumps jumps = MakeLfsrJumps();
  const uint64_t start = seed ^ uint64_t { sample } << 32 ^ column;
  auto state = static_cast<uint32_t>(Mix(start));
  for (size_t k = 0; k < 32; ++k) {
    if ((row >> k & 1) != 0) state = Apply(jumps[k], state);
  }
  return static_cast<uint16_t>(state);
}

}  // namespace tetralog
