// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/rounding_plans.h"

#include <algorithm>

namespace tetralog {
namespace {

using Wide = unsigned __int128;

constexpr uint32_t kNever = 0xffffffff;  // more than any |z|

uint32_t Bound(Wide z) { return z < kNever ? static_cast<uint32_t>(z) : kNever; }

int LimitOf(const EpilogueConfig& config) {
  return static_cast<int>(config.d_format == Format::kUint4 ? kUint4Max : kInt4Max);
}

// The least |z| with |z| * m * 2^-n >= half / 2, or > half / 2.
uint32_t LeastOver(const EpilogueConfig& config, int half, bool strictly) {
  const int n = config.scale_shift;
  // |z| * divisor against dividend; both below 2^70.
  const Wide dividend = static_cast<Wide>(half) << std::max(n, 0);
  const Wide divisor = static_cast<Wide>(2 * config.scale_mul) << std::max(-n, 0);
  return Bound(strictly ? dividend / divisor + 1 : (dividend + divisor - 1) / divisor);
}

}  // namespace

NearestPlan PlanNearest(const EpilogueConfig& config) {
  NearestPlan plan{};
  plan.is_unsigned = config.d_format == Format::kUint4;
  for (int j = 1; j <= LimitOf(config) + 1; ++j) {
    // From j - 1/2 on; the tie itself goes to the even neighbour.
    plan.levels[j] = LeastOver(config, 2 * j - 1, j % 2 != 0);
  }
  return plan;
}

LuqPlan PlanLuq(const EpilogueConfig& config) {
  const int n = config.scale_shift, unit = config.random_bits + 1;
  LuqPlan plan{};
  plan.random_bits = config.random_bits;
  plan.one = LeastOver(config, 2, false);
  plan.clip = LeastOver(config, 2 * static_cast<int>(kLog4Max), true);
  if (plan.clip != kNever) --plan.clip;
  // Below 1 and so below 2^n: floor(|z| * 2^(R+1-n)) < 2^(R+1). For n <= 0 that is only z = 0.
  plan.low_left = std::clamp(unit - n, 0, 31);
  plan.low_right = std::clamp(n - unit, 0, 31);
  plan.low_mask = n - unit > 31 ? 0 : ~0U;
  // The exponent field of float is 127 + E + n for |y| in 2^E..2^(E+1), of which E + 1 shall stay.
  plan.high_shift = 23 - unit;
  plan.high_bias = static_cast<uint32_t>(126 + n) << unit;
  return plan;
}

StochasticPlan PlanStochastic(const EpilogueConfig& config) {
  const int shift = config.random_bits + 1 - config.scale_shift;
  StochasticPlan plan{};
  plan.random_bits = config.random_bits;
  plan.multiplier = static_cast<uint64_t>(config.scale_mul);
  plan.left = std::max(shift, 0);
  plan.right = std::max(-shift, 0);
  plan.clip = LeastOver(config, 2 * (LimitOf(config) + 1), false);
  plan.is_unsigned = config.d_format == Format::kUint4;
  return plan;
}

}  // namespace tetralog
