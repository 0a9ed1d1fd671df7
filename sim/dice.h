// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Random choices that are the same on every processor and library: a splitmix64 chain.
#pragma once

#include <cstdint>
#include <span>

namespace tetralog {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  // The dice of item `number` of a series.
  Dice(uint64_t seed, uint64_t number) : state_(Dice(seed).Next() ^ Dice(~number).Next()) {}

  uint64_t Next() {
    uint64_t x = state_ += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
  }
  uint64_t Below(uint64_t limit) { return Next() % limit; }  // 0 .. limit - 1
  uint64_t From(uint64_t first, uint64_t last) { return first + Below(last - first + 1); }
  bool Percent(unsigned share) { return Below(100) < share; }
  template <typename T>
  const T& Pick(std::span<const T> choices) {
    return choices[Below(choices.size())];
  }
  // 1 .. last, every power of two about equally often.
  uint64_t LogUniform(uint64_t last) {
    unsigned bits = 0;
    while (last >> (bits + 1) != 0) ++bits;
    const uint64_t base = uint64_t{1} << Below(bits + 1);
    const uint64_t value = base + Below(base);
    return value < last ? value : last;
  }

 private:
  uint64_t state_;
};

}  // namespace tetralog
