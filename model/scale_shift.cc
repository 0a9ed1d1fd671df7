// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/scale_shift.h"

#include <stdexcept>
#include <string>

namespace tetralog {

ScaledValue ScaleShift(int32_t z, int m, int n) {
  if (m < 1 || m >= (1 << kScaleMulWidth)) {
    throw std::invalid_argument("scale multiplier m = " + std::to_string(m) + " is outside 1..255");
  }
  if (n < kScaleShiftMin || n > kScaleShiftMax) {
    throw std::invalid_argument("scale shift n = " + std::to_string(n) + " is outside -32..63");
  }
  const int64_t wide = z;  // so that |-2^31| exists
  return {z < 0, static_cast<uint64_t>(wide < 0 ? -wide : wide) * static_cast<uint64_t>(m), n};
}

uint128_t FloorScaled(const ScaledValue& y, int exponent) {
  const int left = exponent - y.shift;  // |y| * 2^exponent = magnitude * 2^left, left in -79..63
  const uint128_t p = y.magnitude;
  return left >= 0 ? p << left : p >> -left;  // p < 2^64: nothing is lost on the left
}

bool IsIntegerScaled(const ScaledValue& y, int exponent) {
  const int right = y.shift - exponent;
  if (right <= 0) return true;
  const uint128_t p = y.magnitude;
  return (p >> right) << right == p;
}

bool Exceeds(const ScaledValue& y, uint32_t limit) {
  const uint128_t p = y.magnitude;
  return y.shift >= 0 ? p > (uint128_t{limit} << y.shift) : (p << -y.shift) > limit;
}

}  // namespace tetralog
