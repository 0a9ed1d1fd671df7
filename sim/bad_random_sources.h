// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two sources of random words that look good along columns and samples and are bad along rows,
// where weight gradients are summed: the tests of random sources must fail them.
#pragma once

#include <cstdint>

namespace tetralog {

// One word shared down all rows.
uint16_t SharedRowsWord(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column);

// A linear feedback shift register of 32 bits per column, stepped once per row.
uint16_t SteppedLfsrWord(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column);

}  // namespace tetralog
