// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/random_bits.h"

#include <bit>

#include "model/contract.h"

namespace tetralog::reference {
namespace {

constexpr uint64_t kRoundConstants[4] = {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                                         0x082efa98ec4e6c89};

// Word bit b is y[p] ^ y[q] ^ (y[r] & y[s]).
struct Taps {
  uint8_t p, q, r, s;
};
constexpr Taps kLaneMap[16] = {
    {60, 39, 33, 55}, {16, 51, 53, 3}, {41, 14, 34, 23}, {43, 22, 20, 42},
    {10, 36, 11, 26}, {7, 30, 63, 35}, {28, 44, 37, 25}, {61, 8, 56, 50},
    {38, 45, 24, 31}, {19, 59, 2, 32}, {27, 52, 0, 9},   {62, 12, 29, 4},
    {18, 54, 46, 21}, {6, 40, 5, 15},  {47, 49, 57, 58}, {13, 1, 48, 17},
};

uint64_t group_state(uint64_t seed, uint32_t sample, uint32_t row, uint32_t group) {
  uint64_t x = seed ^ (uint64_t{sample & 0xff} << 56 | uint64_t{group} << 32 | row);
  for (uint64_t constant : kRoundConstants) {
    x ^= constant;
    x ^= std::rotl(x, 11) ^ std::rotl(x, 27);
    x ^= std::rotl(x, 1) & std::rotl(x, 8);
  }
  return x;
}

uint16_t lane_word(uint64_t state, uint32_t lane) {
  const uint64_t y = std::rotl(state, static_cast<int>(4 * lane));
  uint16_t word = 0;
  for (int bit = 0; bit < 16; ++bit) {
    const Taps& t = kLaneMap[bit];
    word |= ((y >> t.p ^ y >> t.q ^ (y >> t.r & y >> t.s)) & 1) << bit;
  }
  return word;
}

}  // namespace

uint16_t random_word(uint64_t seed, uint32_t sample, uint32_t row, uint32_t column) {
  return lane_word(group_state(seed, sample, row, column / kRandomGroup), column % kRandomGroup);
}

std::vector<uint16_t> random_words(uint64_t seed, uint32_t sample, size_t rows, size_t columns) {
  std::vector<uint16_t> words;
  words.reserve(rows * columns);
  for (uint32_t row = 0; row < rows; ++row) {
    uint64_t state = 0;
    for (uint32_t column = 0; column < columns; ++column) {
      if (column % kRandomGroup == 0) {
        state = group_state(seed, sample, row, column / kRandomGroup);
      }
      words.push_back(lane_word(state, column % kRandomGroup));
    }
  }
  return words;
}

}  // namespace tetralog::reference
