// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The host's rules for scales: clipping values, shifts, and their estimates from earlier steps.
// float64 in index order, so the same bits on every processor; the reference has its own
// (sim/reference/quantise.h).

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/train/host_kernels.h"

namespace tetralog::train {

enum class ClipRule { kSawb, kMax };

// Sums over the positive elements of a tensor, exact.
struct PositiveSums {
  uint64_t count = 0, sum = 0, max = 0;
  unsigned __int128 squares = 0;
};
PositiveSums SumPositives(std::span<const int32_t> z);
PositiveSums SumPositives(std::span<const uint8_t> pixels);

// Weights: 12.035 * rms - 12.03 * mean of magnitudes. Activations, over the elements that are
// positive: 17.74 * rms - 18.64 * mean, times `unit`, the real value of one count. Both within a
// tenth of the maximum and the maximum; kMax: the maximum.
WeightSums SumWeights(std::span<const double> weights);
double WeightClip(const WeightSums& sums, size_t count, ClipRule rule);
double ActivationClip(const PositiveSums& sums, double unit, ClipRule rule);

// The real scale of codes up to `top`; that of an all-zero tensor is 1.
double ScaleOf(double clip, double top);

// y = z * mul * 2^-shift, mul in 128..255, the nearest such factor. Throws std::runtime_error when
// there is none.
struct OutputScale {
  uint32_t mul = 1;
  int shift = 0;
  double factor() const;
};
OutputScale NearestScale(double factor);

// The least n of a command's range with 64 * 2^n >= max; 0 for max = 0.
int Log4Shift(double max);

// m_t = 0.9 * m_(t-1) + 0.1 * value_(t-1); the first value stands for itself.
class Hindsight {
 public:
  bool seen() const { return seen_; }
  double average() const { return average_; }
  void Observe(double value) {
    average_ = seen_ ? 0.9 * average_ + 0.1 * value : value;
    seen_ = true;
  }
  std::array<double, 2> Save() const { return {average_, seen_ ? 1.0 : 0.0}; }
  void Load(const std::array<double, 2>& saved) {
    average_ = saved[0];
    seen_ = saved[1] != 0;
  }

 private:
  double average_ = 0;
  bool seen_ = false;
};

}  // namespace tetralog::train
