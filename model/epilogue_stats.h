// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Statistics of the outputs of a command.
//
// Over z, once an element: the greatest |z|, the sum of |z|, the sum of z^2, and how many sums with
// C wrapped. Over the emitted codes, once an element and sample: zero codes and clipped elements.
// Only valid elements count, never padding; an element that the mask blocks counts with z = 0. An
// INT32 output is one sample that never clips and whose zero code is z = 0.
//
// Two parts of a command add up to the whole. Limits: the sums are of 64 and 96 bits, and wrap
// beyond; no command of less than 2^33 elements reaches that.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "model/contract.h"

namespace tetralog {

struct EpilogueStats {
  uint32_t max_abs = 0;                         // max |z|, up to 2^31
  uint64_t sum_abs = 0;                         // sum of |z|
  unsigned __int128 sum_squares = 0;            // sum of z^2, 96 bits
  uint64_t wraps = 0;                           // sums acc + C outside the range of INT32
  std::array<uint64_t, kMaxSamples> zeros{};    // zero codes emitted, per sample
  std::array<uint64_t, kMaxSamples> clipped{};  // clipped elements, per sample

  // Counts the z of one valid element, after the mask; `wrapped` is of the sum before the mask.
  void AddElement(int32_t z, bool wrapped) {
    const auto bits = static_cast<uint32_t>(z);
    const uint32_t magnitude = z < 0 ? 0 - bits : bits;  // |-2^31| = 2^31 fits
    max_abs = std::max(max_abs, magnitude);
    sum_abs += magnitude;
    sum_squares = (sum_squares + uint64_t{magnitude} * magnitude) & kSquaresMask;
    wraps += wrapped ? 1 : 0;
  }

  // Counts one emitted output of sample 0..7.
  void AddOutput(int sample, bool zero, bool is_clipped) {
    if (sample < 0 || sample >= static_cast<int>(kMaxSamples)) RefuseSample(sample);
    const auto s = static_cast<size_t>(sample);
    zeros[s] += zero ? 1 : 0;
    clipped[s] += is_clipped ? 1 : 0;
  }

  // Adds the statistics of another part of the command.
  EpilogueStats& operator+=(const EpilogueStats& part);

  bool operator==(const EpilogueStats&) const = default;

 private:
  static constexpr unsigned __int128 kSquaresMask =
      (static_cast<unsigned __int128>(1) << kStatSquaresWidth) - 1;

  [[noreturn]] static void RefuseSample(int sample);
};

}  // namespace tetralog
