// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/random_bits.h"

#include <algorithm>
#include <array>
#include <bit>

#include "model/contract.h"

namespace tetralog::reference {
namespace {

constexpr uint64_t kRoundConstants[5] = {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                                         0x082efa98ec4e6c89, 0x452821e638d01377};

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

// All lanes at once. Lane c looks at y = rotl(x, 4c), so its bit p is bit p - 4c of x: after
// rotating x right by p, the bits of the lanes stand at the bottom of the nibbles, lane 0 in nibble
// 0, lane 1 in nibble 15 and so on down. Element j of the result holds bits 4j+3..4j of every
// lane's word.
std::array<uint64_t, 4> group_nibbles(uint64_t x) {
  std::array<uint64_t, 4> nibbles{};
  for (int bit = 0; bit < 16; ++bit) {
    const Taps& t = kLaneMap[bit];
    const uint64_t y =
        std::rotr(x, t.p) ^ std::rotr(x, t.q) ^ (std::rotr(x, t.r) & std::rotr(x, t.s));
    nibbles[bit / 4] |= (y & 0x1111111111111111u) << (bit % 4);
  }
  return nibbles;
}

uint16_t word_of_lane(const std::array<uint64_t, 4>& nibbles, size_t lane) {
  const size_t place = (64 - 4 * lane) % 64;
  uint16_t word = 0;
  for (int j = 0; j < 4; ++j) word |= static_cast<uint16_t>((nibbles[j] >> place & 0xf) << (4 * j));
  return word;
}

}  // namespace

uint16_t random_word(uint64_t seed, uint32_t sample, uint32_t row, uint32_t column) {
  return lane_word(group_state(seed, sample, row, column / kRandomGroup), column % kRandomGroup);
}

std::vector<uint16_t> random_words(uint64_t seed, uint32_t sample, size_t rows, size_t columns) {
  std::vector<uint16_t> words(rows * columns);
  uint16_t* out = words.data();
  for (uint32_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; column += kRandomGroup) {
      const auto nibbles = group_nibbles(
          group_state(seed, sample, row, static_cast<uint32_t>(column) / kRandomGroup));
      const size_t lanes = std::min<size_t>(kRandomGroup, columns - column);
      for (size_t lane = 0; lane < lanes; ++lane) *out++ = word_of_lane(nibbles, lane);
    }
  }
  return words;
}

}  // namespace tetralog::reference
