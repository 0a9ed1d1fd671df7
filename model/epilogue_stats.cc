// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/epilogue_stats.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tetralog {
namespace {

constexpr unsigned __int128 kSquaresMask =
    (static_cast<unsigned __int128>(1) << kStatSquaresWidth) - 1;

uint32_t Magnitude(int32_t z) {
  const auto bits = static_cast<uint32_t>(z);
  return z < 0 ? 0 - bits : bits;  // |-2^31| = 2^31 fits
}

}  // namespace

void EpilogueStats::AddElement(int32_t z, bool wrapped) {
  const uint32_t magnitude = Magnitude(z);
  max_abs = std::max(max_abs, magnitude);
  sum_abs += magnitude;
  sum_squares = (sum_squares + uint64_t{magnitude} * magnitude) & kSquaresMask;
  wraps += wrapped ? 1 : 0;
}

void EpilogueStats::AddOutput(int sample, bool zero, bool is_clipped) {
  if (sample < 0 || sample >= static_cast<int>(kMaxSamples)) {
    throw std::invalid_argument("sample " + std::to_string(sample) + " is outside 0..7");
  }
  const auto s = static_cast<size_t>(sample);
  zeros[s] += zero ? 1 : 0;
  clipped[s] += is_clipped ? 1 : 0;
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
