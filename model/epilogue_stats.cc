// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/epilogue_stats.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tetralog {

void EpilogueStats::RefuseSample(int sample) {
  throw std::invalid_argument("sample " + std::to_string(sample) + " is outside 0..7");
}

EpilogueStats& EpilogueStats::operator+=(const EpilogueStats& part) {
  max_abs = std::max(max_abs, part.max_abs);
  sum_abs += part.sum_abs;
  sum_squares = (sum_squares + part.sum_squares) & kSquaresMask;
  wraps += part.wraps;
  for (size_t s = 0; s < kMaxSamples; ++s) {
    zeros[s] += part.zeros[s];
    clipped[s] += part.clipped[s];
  }
  return *this;
}

}  // namespace tetralog
