// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The quantisers for real tensors on the host: the rounding rules of docs/numerics.md on
// y = x / scale, where the hardware has y = z * m * 2^-n.
//
// A tensor is rows x cols of float or double without gaps; codes come out one a byte. All is done
// in float64: y is exact where the scale is a power of two, and correctly rounded else. A value
// that is not finite is refused (std::invalid_argument).
//
// The same bits on every processor: sums that decide a scale run in index order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/contract.h"

namespace tetralog {

// Where the random word of element (0, 0) is; col0 is a multiple of 16, as for a command.
struct RandomPlace {
  uint64_t seed = 0;
  uint32_t sample = 0, row0 = 0, col0 = 0;
};

// The words of rows x cols elements, row after row. Refuses what CheckRandomPlace refuses.
void FillRandomWords(const RandomPlace& place, size_t rows, size_t cols, uint16_t* words);

// Refuses a col0 that is no multiple of 16, columns that reach 2^28, and samples over 255.
void CheckRandomPlace(const RandomPlace& place, size_t cols);

struct CodeCounts {
  uint64_t zeros = 0, clipped = 0;
};

// LUQ with alpha = 2^shift, shift in -1022..1022.
template <typename Real>
CodeCounts QuantizeLog4(const Real* x, size_t rows, size_t cols, int shift,
                        const RandomPlace& place, uint8_t* codes);

// INT4 or UINT4; scale is finite and greater than 0. `place` counts for stochastic rounding only.
template <typename Real>
CodeCounts QuantizeInteger(Format format, const Real* x, size_t rows, size_t cols, double scale,
                           Rounding rounding, const RandomPlace& place, uint8_t* codes);

// Greatest magnitude; 0 of nothing.
template <typename Real>
double MaxMagnitude(const Real* x, size_t size);

// Clipping values as sim/reference has them, clamped to [0.1 * max, max]:
// of INT4 (SAWB) 12.035 * rms - 12.03 * mean of all magnitudes,
// of UINT4 17.74 * rms - 18.64 * mean of the positive elements. 0 where there are none.
template <typename Real>
double Int4Clip(const Real* x, size_t size);
template <typename Real>
double Uint4Clip(const Real* x, size_t size);

// The least s with 64 * 2^s >= max, within -1022..1022; 0 for max = 0.
int Log4Shift(double max);

}  // namespace tetralog
