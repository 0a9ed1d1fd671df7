// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Ways to round a gradient to LOG4: LUQ as the host of a machine does it, and what others would do.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/contract.h"

namespace tetralog::noise {

enum class Rounding4 {
  kLuq,
  kSharedRows,  // LUQ with the random words of row 0 in all rows
  kNearest,     // to the nearest level; takes no random bits
  kFloored,     // LUQ, but magnitudes below alpha become zero
  kTruncated,   // up when fraction and random number carry, of the fraction's first bits alone
};

struct Scheme {
  std::string name, meaning;
  Rounding4 rounding = Rounding4::kLuq;
  uint32_t samples = 1;  // of the weight gradient (SMP)
  unsigned random_bits = kRandomBits;
  int alpha_shift = 0;  // -1: half the alpha, so that the greatest magnitudes are clipped

  bool random() const { return rounding != Rounding4::kNearest; }
};

// LUQ first.
const std::vector<Scheme>& Schemes();
// Throws std::invalid_argument for an unknown name.
const Scheme& SchemeOf(const std::string& name);

// LOG4 codes of y [rows, cols], one a byte, a sample behind the other, in units of 2^shift.
std::vector<uint8_t> RoundBy(const Scheme& scheme, const std::vector<double>& y, size_t rows,
                             size_t cols, int shift, uint64_t seed);

}  // namespace tetralog::noise
