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

// z * m * 2^-n. Refuses m outside 1..255 and n outside -32..63.
ScaledValue ScaleShift(int32_t z, int m, int n);

// floor(|y| * 2^exponent), exponent in -16..31.
uint128_t FloorScaled(const ScaledValue& y, int exponent);

// True when |y| * 2^exponent is an integer, exponent in -16..31.
bool IsIntegerScaled(const ScaledValue& y, int exponent);

// True when |y| > limit.
bool Exceeds(const ScaledValue& y, uint32_t limit);

}  // namespace tetralog
