// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The scaled value y = z * m * 2^-n, exact, as the quantisers take it.
//
// y is kept as a sign, an integer p = |z| * m and a shift n, y = +-p * 2^-n: nothing is rounded
// before the quantiser. All questions a quantiser asks about y are answered in 128-bit integers.
//   z  -2^31..2^31-1     m  1..255     n  -32..63 (negative n scales up)
#pragma once

#include <cstdint>

#include "model/contract.h"

namespace tetralog {

using uint128_t = unsigned __int128;

// y = (negative ? -1 : 1) * magnitude * 2^-shift, shift in -32..63, any magnitude.
struct ScaledValue {
  bool negative = false;
  uint64_t magnitude = 0;  // p
  int shift = 0;           // n
};

// std::invalid_argument that says what is wrong with m or n.
[[noreturn]] void RefuseScale(int m, int n);

// z * m * 2^-n. Refuses m outside 1..255 and n outside -32..63.
inline ScaledValue ScaleShift(int32_t z, int m, int n) {
  if (m < 1 || m >= (1 << kScaleMulWidth) || n < kScaleShiftMin || n > kScaleShiftMax) {
    RefuseScale(m, n);
  }
  const int64_t wide = z;  // so that |-2^31| exists
  return {z < 0, static_cast<uint64_t>(wide < 0 ? -wide : wide) * static_cast<uint64_t>(m), n};
}

// floor(|y| * 2^exponent), exponent in -16..31.
inline uint128_t FloorScaled(const ScaledValue& y, int exponent) {
  const int left = exponent - y.shift;  // |y| * 2^exponent = magnitude * 2^left, left in -79..63
  const uint128_t p = y.magnitude;
  return left >= 0 ? p << left : p >> -left;  // p < 2^64: nothing is lost on the left
}

// True when |y| * 2^exponent is an integer, exponent in -16..31.
inline bool IsIntegerScaled(const ScaledValue& y, int exponent) {
  const int right = y.shift - exponent;
  if (right <= 0) return true;
  const uint128_t p = y.magnitude;
  return (p >> right) << right == p;
}

// True when |y| > limit.
inline bool Exceeds(const ScaledValue& y, uint32_t limit) {
  const uint128_t p = y.magnitude;
  return y.shift >= 0 ? p > (uint128_t{limit} << y.shift) : (p << -y.shift) > limit;
}

}  // namespace tetralog
