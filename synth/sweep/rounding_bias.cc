// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/sweep/rounding_bias.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "model/rounding.h"

namespace tetralog {

RoundingBias EnumerateRoundingBias(int random_bits) {
  CheckRandom(0, random_bits);
  const uint32_t values = uint32_t{1} << random_bits, fractions = 2 * values;
  RoundingBias bias;
  double squares = 0;
  for (uint32_t f = 0; f < fractions; ++f) {
    uint32_t ups = 0;
    for (uint32_t r = 0; r < values; ++r) ups += RoundsUp(f, r, random_bits) ? 1 : 0;
    // The rule sees the same f for all values from f to f + 1, in units of the step / fractions;
    // there the error falls from low to high by one unit.
    const double mean = static_cast<double>(ups) / values;
    const double low = mean - static_cast<double>(f) / fractions;
    const double high = mean - static_cast<double>(f + 1) / fractions;
    bias.worst = std::max({bias.worst, std::abs(low), std::abs(high)});
    squares += (low * low + low * high + high * high) / 3;  // the mean square between the two
  }
  bias.rms = std::sqrt(squares / fractions);
  return bias;
}

}  // namespace tetralog
