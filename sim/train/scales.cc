// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/scales.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "model/contract.h"
#include "sim/functional/instruction_set.h"

namespace tetralog::train {
namespace {

double Within(double clip, double max) {
  return max == 0 ? 0 : std::min(std::max(clip, 0.1 * max), max);
}

}  // namespace

PositiveSums SumPositives(std::span<const int32_t> z) {
  static const Kernels& kernels = KernelsOf(InstructionSets().back());
  PositiveSums sums;
  for (size_t begin = 0; begin < z.size(); begin += kSegment) {
    const size_t n = std::min(kSegment, z.size() - begin);
    const SegmentStats part = kernels.positive_statistics(z.data() + begin, n);
    sums.count += n - part.zeros;
    sums.sum += part.sum_abs;
    sums.max = std::max<uint64_t>(sums.max, part.max_abs);
    sums.squares += part.sum_squares;
  }
  return sums;
}

PositiveSums SumPositives(std::span<const uint8_t> pixels) {
  std::array<uint64_t, 256> histogram{};
  for (const uint8_t pixel : pixels) ++histogram[pixel];
  PositiveSums sums;
  for (uint64_t value = 1; value < 256; ++value) {
    sums.count += histogram[value];
    sums.sum += histogram[value] * value;
    sums.squares += static_cast<unsigned __int128>(histogram[value]) * value * value;
    if (histogram[value] != 0) sums.max = value;
  }
  return sums;
}

WeightSums SumWeights(std::span<const double> weights) {
  WeightSums sums;
  for (const double weight : weights) {
    const double magnitude = std::fabs(weight);
    sums.sum += magnitude;
    sums.squares += magnitude * magnitude;
    sums.max = magnitude > sums.max ? magnitude : sums.max;
  }
  return sums;
}

double WeightClip(const WeightSums& sums, size_t count, ClipRule rule) {
  if (rule == ClipRule::kMax) return sums.max;
  const auto size = static_cast<double>(count);
  return Within(12.035 * std::sqrt(sums.squares / size) - 12.03 * (sums.sum / size), sums.max);
}

double ActivationClip(const PositiveSums& sums, double unit, ClipRule rule) {
  const auto max = static_cast<double>(sums.max);
  if (rule == ClipRule::kMax || sums.count == 0) return max * unit;
  const auto count = static_cast<double>(sums.count);
  const double rms = std::sqrt(static_cast<double>(sums.squares) / count);
  const double mean = static_cast<double>(sums.sum) / count;
  return Within(17.74 * rms - 18.64 * mean, max) * unit;
}

double ScaleOf(double clip, double top) { return clip == 0 ? 1.0 : clip / top; }

double OutputScale::factor() const { return std::ldexp(static_cast<double>(mul), -shift); }

OutputScale NearestScale(double factor) {
  if (!(factor > 0) || !std::isfinite(factor)) {
    throw std::runtime_error(
        "a scale is no positive number: the training has diverged; "
        "lower the learning rate");
  }
  // factor = mantissa * 2^e, mantissa in [128, 256); rounding may reach 256.
  int e = std::ilogb(factor) - 7;
  auto mul = static_cast<uint32_t>(std::nearbyint(std::ldexp(factor, -e)));
  if (mul == 256) mul = 128, ++e;
  if (-e < kScaleShiftMin || -e > kScaleShiftMax) {
    throw std::runtime_error("a scale of " + std::to_string(factor) +
                             " is beyond the shifts of a command: the training has diverged; "
                             "lower the learning rate");
  }
  return {mul, -e};
}

int Log4Shift(double max) {
  if (max == 0) return 0;
  const double ratio = max / kLog4Max;
  int n = std::ilogb(ratio);  // 2^n <= ratio < 2^(n+1)
  if (std::ldexp(1.0, n) < ratio) ++n;
  return std::clamp(n, kScaleShiftMin, kScaleShiftMax);
}

}  // namespace tetralog::train
