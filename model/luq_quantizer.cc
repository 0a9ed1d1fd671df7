// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/luq_quantizer.h"

#include <bit>

namespace tetralog {
namespace {

constexpr unsigned kSignBit = 8;
constexpr unsigned kMaxExponentCode = 7;  // code of 64

// The exponent code of |y| <= 64 after rounding. 64 itself is 2^6 with fraction 0: it never goes
// up.
unsigned RoundMagnitude(const ScaledValue& y, uint32_t random, int random_bits) {
  const auto integer = static_cast<uint32_t>(FloorScaled(y, 0));  // 0..64
  const uint32_t one = uint32_t{1} << (random_bits + 1);
  if (integer == 0) {
    const auto fraction = static_cast<uint32_t>(FloorScaled(y, random_bits + 1));
    return RoundsUp(fraction, random, random_bits) ? 1 : 0;
  }
  const int exponent = std::bit_width(integer) - 1;  // E, from the position of the leading one
  const auto mantissa = static_cast<uint32_t>(FloorScaled(y, random_bits + 1 - exponent));
  const uint32_t fraction = mantissa - one;  // |y|/2^E - 1 in units of 2^-(R+1)
  const unsigned exponent_code = static_cast<unsigned>(exponent) + 1;
  return RoundsUp(fraction, random, random_bits) ? exponent_code + 1 : exponent_code;
}

}  // namespace

Quantized QuantizeLuq(const ScaledValue& y, uint32_t random, int random_bits) {
  CheckRandom(random, random_bits);
  const bool clipped = Exceeds(y, kLog4Max);
  const unsigned magnitude = clipped ? kMaxExponentCode : RoundMagnitude(y, random, random_bits);
  const unsigned sign = y.negative && magnitude != 0 ? kSignBit : 0;
  return {static_cast<uint8_t>(sign | magnitude), clipped};
}

}  // namespace tetralog
