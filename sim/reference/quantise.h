// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The quantisers of LUQ training on float64 tensors, as the formulas read: no integer bit tricks,
// so that they can be held against the paper (Chmiel et al., Accurate Neural Training with 4-bit
// Matrix Multiplications at Standard Formats, ICLR 2023) and against the integer model.
//
// A quantised tensor is kept by its values in units of its scale: INT4 -7..7, UINT4 0..15, LOG4
// 0, +-1, +-2 .. +-64. Every operation on elements is exact in float64, so results have the same
// bits on every processor; sums that decide a scale run in index order.

#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "model/contract.h"

namespace tetralog::reference {

// Sums over the positive elements of an integer tensor, exact.
struct PositiveSums {
  uint64_t count = 0, sum = 0, max = 0;
  unsigned __int128 sum_squares = 0;
};
PositiveSums positive_sums(const double* values, size_t size);

// Clipping values: SAWB for weights, its one-sided counterpart for activations (over the elements
// that are not zero), clamped to [0.1*max, max]. `unit` is the real value of one count of the sums.
double weight_clip(const std::vector<double>& weights);
double activation_clip(const PositiveSums& sums, double unit);

// y = z * mul * 2^-shift with mul in 128..255, the nearest such factor to `factor`.
struct Scale {
  uint32_t mul = 1;
  int shift = 0;

  double factor() const;
};
Scale nearest_scale(double factor);

// The least n within the range of the shift with 64 * 2^n >= max; 0 for max = 0.
int log4_shift(double max);

at::Tensor round_int4(const at::Tensor& y);
at::Tensor round_uint4(const at::Tensor& y);

// Logarithmic unbiased quantisation of y with the top `random_bits` bits of 16-bit words, one per
// element. The other two are deliberately wrong, to see that they fail: rounding to the nearest
// level, and stochastic rounding with values below 1 floored to zero.
enum class Log4Rounding { kLuq, kNearest, kFlooredUnderflow };
at::Tensor round_log4(const at::Tensor& y, const std::vector<uint16_t>& words,
                      Log4Rounding rounding = Log4Rounding::kLuq,
                      unsigned random_bits = kRandomBits);

}  // namespace tetralog::reference
