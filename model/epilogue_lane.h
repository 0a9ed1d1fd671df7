// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The stages that turn one accumulator into one output element, in this order:
//
//   acc -> z = wrap32(acc + C) -> mask (z = 0 where the mask element is 0000) -> statistics of z
//       -> y = z * m * 2^-n -> round to the output format
//
// An INT32 output is z itself. A LOG4 output may be emitted several times from one z, once a
// sample, each time with random bits of its own.
//
// Ranges: acc signed, at most 32 bits; C, z INT32; m in 1..255, n in -32..63; random bits: the top
// R of the element's 16-bit random word.
#pragma once

#include <cstdint>

#include "model/contract.h"
#include "model/epilogue_stats.h"
#include "model/formats.h"

namespace tetralog {

// What a command says about its outputs.
struct EpilogueConfig {
  Format d_format = Format::kInt32;
  Rounding rounding = Rounding::kNearest;  // of INT4 and UINT4; LOG4 is always stochastic
  int scale_mul = 1;                       // m; 1 for LOG4
  int scale_shift = 0;                     // n
  bool c_enable = false;
  bool mask_enable = false;
  int random_bits = kRandomBits;  // R, of the hardware rather than of the command

  // Refuses m outside 1..255, n outside -32..63, m != 1 with LOG4, R outside 1..16.
  void Check() const;
};

// z before the mask, and whether acc + C left the range of INT32.
struct WrappedSum {
  int32_t z = 0;
  bool wrapped = false;
};

// wrap32(acc + C).
inline WrappedSum AddC(const EpilogueConfig& config, int32_t acc, int32_t c) {
  const int64_t sum = int64_t{acc} + (config.c_enable ? c : 0);
  const auto z = static_cast<int32_t>(static_cast<uint32_t>(sum));
  return {z, z != sum};
}

// z where the mask is off or its element is not 0000, else 0.
inline int32_t Mask(const EpilogueConfig& config, int32_t z, uint8_t mask_code) {
  return !config.mask_enable || MaskPasses(mask_code) ? z : 0;
}

// One emitted element.
struct LaneOutput {
  uint32_t data = 0;  // a code in bits 3:0, or z as two's complement
  bool zero = false;  // a zero code, or z = 0
  bool clipped = false;

  bool operator==(const LaneOutput&) const = default;
};

// Scales and rounds z with the element's random word (unused where nothing is stochastic).
LaneOutput ScaleAndRound(const EpilogueConfig& config, int32_t z, uint16_t random_word);

// The random bits r of a word: its top R bits.
constexpr uint32_t TopBits(uint16_t random_word, int random_bits) {
  return uint32_t{random_word} >> (static_cast<int>(kRandomWordWidth) - random_bits);
}

// The first three stages of one valid element, statistics of z included.
inline int32_t AccumulatorToZ(const EpilogueConfig& config, int32_t acc, int32_t c,
                              uint8_t mask_code, EpilogueStats& stats) {
  const WrappedSum sum = AddC(config, acc, c);
  const int32_t z = Mask(config, sum.z, mask_code);
  stats.AddElement(z, sum.wrapped);
  return z;
}

// The last stage of one valid element and sample, statistics of the output included.
uint32_t EmitSample(const EpilogueConfig& config, int32_t z, uint16_t random_word, int sample,
                    EpilogueStats& stats);

}  // namespace tetralog
