// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// LUQ on the host, of gradients that the host makes itself.

#pragma once

#include <cstddef>
#include <cstdint>

namespace tetralog::train {

struct HostLuq {
  int shift = 0;  // y = z * 2^-shift
  uint64_t seed = 0;
  uint8_t sample = 0;
  int random_bits = 12;
};

// LOG4 codes of z [rows, cols], one a byte; the random words are those of (sample, row, column).
// cols <= 1024.
void RoundToLog4(const int32_t* z, size_t rows, size_t cols, const HostLuq& luq, uint8_t* codes);

}  // namespace tetralog::train
