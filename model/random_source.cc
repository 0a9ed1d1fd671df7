// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/random_source.h"

#include <array>
#include <bit>
#include <stdexcept>
#include <string>

namespace tetralog {
namespace {

constexpr std::array<uint64_t, 5> kRoundConstants = {0x243f6a8885a308d3, 0x13198a2e03707344,
                                                     0xa4093822299f31d0, 0x082efa98ec4e6c89,
                                                     0x452821e638d01377};

// A bit of the word is y[p] ^ y[q] ^ (y[r] & y[s]).
struct Taps {
  uint8_t p, q, r, s;
};

constexpr std::array<Taps, kRandomWordWidth> kTaps = {{
    {60, 39, 33, 55},  // bit 0
    {16, 51, 53, 3},
    {41, 14, 34, 23},
    {43, 22, 20, 42},
    {10, 36, 11, 26},  // bit 4
    {7, 30, 63, 35},
    {28, 44, 37, 25},
    {61, 8, 56, 50},
    {38, 45, 24, 31},  // bit 8
    {19, 59, 2, 32},
    {27, 52, 0, 9},
    {62, 12, 29, 4},
    {18, 54, 46, 21},  // bit 12
    {6, 40, 5, 15},
    {47, 49, 57, 58},
    {13, 1, 48, 17},
}};

uint64_t Address(uint8_t sample, uint32_t row, uint32_t column_group) {
  return uint64_t{sample} << 56 | uint64_t{column_group} << 32 | row;
}

uint64_t MixRound(uint64_t x, uint64_t constant) {
  x ^= constant;
  x ^= std::rotl(x, 11) ^ std::rotl(x, 27);
  x ^= std::rotl(x, 1) & std::rotl(x, 8);
  return x;
}

unsigned Bit(uint64_t y, unsigned position) { return (y >> position) & 1; }

}  // namespace

uint64_t MixedState(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column_group) {
  uint64_t x = seed ^ Address(sample, row, column_group);
  for (uint64_t constant : kRoundConstants) x = MixRound(x, constant);
  return x;
}

uint16_t LaneWord(uint64_t state, unsigned lane) {
  const uint64_t y = std::rotl(state, static_cast<int>(4 * lane));
  unsigned word = 0;
  for (unsigned b = 0; b < kTaps.size(); ++b) {
    const Taps& taps = kTaps[b];
    word |= (Bit(y, taps.p) ^ Bit(y, taps.q) ^ (Bit(y, taps.r) & Bit(y, taps.s))) << b;
  }
  return static_cast<uint16_t>(word);
}

std::array<uint16_t, kRandomGroup> LaneWords(uint64_t state) {
  // A tap of lane L lies 4L bits below that of lane 0: rotated right by the tap, the state holds
  // the tap of lane L in the lowest bit of nibble -L mod 16, for all lanes at once.
  constexpr uint64_t kLowest = 0x1111111111111111;
  std::array<uint64_t, kRandomWordWidth / 4> nibbles{};  // of the words: bits 3:0 first
  for (unsigned b = 0; b < kTaps.size(); ++b) {
    const Taps& taps = kTaps[b];
    const uint64_t bits = std::rotr(state, taps.p) ^ std::rotr(state, taps.q) ^
                          (std::rotr(state, taps.r) & std::rotr(state, taps.s));
    nibbles[b / 4] |= (bits & kLowest) << (b % 4);
  }
  std::array<uint16_t, kRandomGroup> words{};
  for (unsigned lane = 0; lane < kRandomGroup; ++lane) {
    const unsigned at = 4 * ((kRandomGroup - lane) % kRandomGroup);
    unsigned word = 0;
    for (unsigned i = 0; i < nibbles.size(); ++i) word |= (nibbles[i] >> at & 15) << (4 * i);
    words[lane] = static_cast<uint16_t>(word);
  }
  return words;
}

uint16_t RandomWord(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column) {
  if (column >> kRandomColumnBits != 0) {
    throw std::invalid_argument("column " + std::to_string(column) + " is not below 2^28");
  }
  return LaneWord(MixedState(seed, sample, row, column / kRandomGroup), column % kRandomGroup);
}

}  // namespace tetralog
