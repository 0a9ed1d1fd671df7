// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/int_quantizer.h"

#include <stdexcept>

#include "model/formats.h"

namespace tetralog {
namespace {

void CheckFormat(Format format) {
  if (format != Format::kInt4 && format != Format::kUint4) {
    throw std::invalid_argument("the integer quantiser makes INT4 or UINT4 only");
  }
}

// |y| to the nearest integer, ties to even.
uint128_t RoundNearest(const ScaledValue& y) {
  const uint128_t down = FloorScaled(y, 0);
  const bool at_least_half = FloorScaled(y, 1) != 2 * down;
  const bool tie = at_least_half && IsIntegerScaled(y, 1);
  const bool odd = (down & 1) != 0;
  const bool up = tie ? odd : at_least_half;
  return down + (up ? 1 : 0);
}

// |y| to the integer below or above by the carry rule.
uint128_t RoundStochastic(const ScaledValue& y, uint32_t random, int random_bits) {
  const uint128_t down = FloorScaled(y, 0);
  const uint128_t in_units = FloorScaled(y, random_bits + 1);
  const auto fraction = static_cast<uint32_t>(in_units - (down << (random_bits + 1)));
  return down + (RoundsUp(fraction, random, random_bits) ? 1 : 0);
}

// The code of a rounded magnitude of this sign.
Quantized Clamp(Format format, bool negative, uint128_t magnitude) {
  if (format == Format::kUint4 && negative) return {0, false};
  const int limit = static_cast<int>(format == Format::kUint4 ? kUint4Max : kInt4Max);
  const bool clipped = magnitude > static_cast<unsigned>(limit);
  const int clamped = clipped ? limit : static_cast<int>(magnitude);
  return {Encode(format, negative ? -clamped : clamped), clipped};
}

}  // namespace

Quantized QuantizeIntNearest(Format format, const ScaledValue& y) {
  CheckFormat(format);
  return Clamp(format, y.negative, RoundNearest(y));
}

Quantized QuantizeIntStochastic(Format format, const ScaledValue& y, uint32_t random,
                                int random_bits) {
  CheckFormat(format);
  CheckRandom(random, random_bits);
  return Clamp(format, y.negative, RoundStochastic(y, random, random_bits));
}

}  // namespace tetralog
