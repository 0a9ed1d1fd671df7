// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/quantise.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tetralog::reference {
namespace {

double clamp_clip(double clip, double max) {
  return max == 0 ? 0 : std::clamp(clip, 0.1 * max, max);
}

}  // namespace

PositiveSums positive_sums(const double* values, size_t size) {
  PositiveSums sums;
  for (size_t i = 0; i < size; ++i) {
    if (values[i] <= 0) continue;
    const uint64_t value = static_cast<uint64_t>(values[i]);
    sums.count += 1;
    sums.sum += value;
    sums.sum_squares += static_cast<unsigned __int128>(value) * value;
    sums.max = std::max(sums.max, value);
  }
  return sums;
}

double weight_clip(const std::vector<double>& weights) {
  double sum = 0, sum_squares = 0, max = 0;
  for (double weight : weights) {
    const double magnitude = std::fabs(weight);
    sum += magnitude;
    sum_squares += magnitude * magnitude;
    max = std::max(max, magnitude);
  }
  const double size = static_cast<double>(weights.size());
  return clamp_clip(12.035 * std::sqrt(sum_squares / size) - 12.03 * (sum / size), max);
}

double activation_clip(const PositiveSums& sums, double unit) {
  if (sums.count == 0) return 0;
  const double count = static_cast<double>(sums.count);
  const double rms = std::sqrt(static_cast<double>(sums.sum_squares) / count);
  const double mean = static_cast<double>(sums.sum) / count;
  return clamp_clip(17.74 * rms - 18.64 * mean, static_cast<double>(sums.max)) * unit;
}

double Scale::factor() const { return std::ldexp(static_cast<double>(mul), -shift); }

Scale nearest_scale(double factor) {
  int exponent = 0;
  // factor = mantissa * 2^exponent with mantissa in [0.5, 1): 8 bits of it are the multiplier.
  const double mantissa = std::frexp(factor, &exponent);
  Scale scale{static_cast<uint32_t>(std::nearbyint(mantissa * 256.0)), 8 - exponent};
  if (scale.mul == 256) scale = {128, scale.shift - 1};
  if (!(factor > 0) || scale.shift < kScaleShiftMin || scale.shift > kScaleShiftMax) {
    throw std::runtime_error("a scale factor cannot be expressed; the training has diverged");
  }
  return scale;
}

int log4_shift(double max) {
  if (max == 0) return 0;
  int exponent = 0;
  const double mantissa = std::frexp(max / kLog4Max, &exponent);
  if (mantissa == 0.5) --exponent;  // a power of two is its own upper bound
  return std::clamp(exponent, kScaleShiftMin, kScaleShiftMax);
}

at::Tensor round_int4(const at::Tensor& y) {
  return y.round().clamp(-double{kInt4Max}, double{kInt4Max});
}

at::Tensor round_uint4(const at::Tensor& y) { return y.round().clamp(0.0, double{kUint4Max}); }

at::Tensor round_log4(const at::Tensor& y, const std::vector<uint16_t>& words,
                      Log4Rounding rounding, unsigned random_bits) {
  TORCH_CHECK(y.scalar_type() == at::kDouble && y.numel() == static_cast<int64_t>(words.size()));
  const at::Tensor magnitude = y.abs();
  // magnitude = half_mantissa * 2^(exponent of the leading one + 1), half_mantissa in [0.5, 1).
  const at::Tensor mantissa = std::get<0>(at::frexp(magnitude)) * 2.0;
  const at::Tensor normal = magnitude >= 1.0;
  // The levels around the magnitude and its place between them. The quotient is a power of two:
  // exact.
  const at::Tensor lower = at::where(normal, magnitude / mantissa, 0.0);
  const at::Tensor upper = at::where(normal, lower * 2.0, 1.0);
  const at::Tensor fraction = at::where(normal, mantissa - 1.0, magnitude);

  at::Tensor up;
  if (rounding == Log4Rounding::kNearest) {
    up = fraction >= 0.5;
  } else {
    // F + 2r + 1 >= 2^(R+1) with F the first R + 1 bits of the fraction.
    const double steps = std::ldexp(1.0, static_cast<int>(random_bits) + 1);
    std::vector<double> threshold(words.size());
    for (size_t i = 0; i < words.size(); ++i) {
      threshold[i] = steps - 2.0 * (words[i] >> (kRandomWordWidth - random_bits)) - 1.0;
    }
    up = (fraction * steps).floor() >=
         at::from_blob(threshold.data(), y.sizes(), at::TensorOptions(at::kDouble));
    if (rounding == Log4Rounding::kFlooredUnderflow) up = up & normal;
  }
  const at::Tensor level = at::where(up, upper, lower).clamp_max(double{kLog4Max});
  return level * y.sign();
}

}  // namespace tetralog::reference
