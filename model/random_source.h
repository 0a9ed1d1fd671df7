// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The random bits: the 16-bit word of an output element, a pure function of (seed, sample, row,
// column). So it is the same whatever the shape of the array, the order of tiles, the number of
// lanes or the way a product is split.
//
// A group of 16 aligned columns shares one mixed state of 64 bits; a lane map takes the words of
// the 16 columns from it. Rows, samples and groups have states of their own.
//
// Ranges: seed 64 bits, sample 8, row 32, column 28 (a column of more bits is refused).
// Specification: docs/random.md. Not for cryptography.
#pragma once

#include <array>
#include <cstdint>

#include "model/contract.h"

namespace tetralog {

// The state that columns 16 * column_group ... 16 * column_group + 15 share; column_group < 2^24.
uint64_t MixedState(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column_group);

// The word of one column of a group, lane = column mod 16.
uint16_t LaneWord(uint64_t state, unsigned lane);

// The words of all columns of a group, in a fraction of the time.
std::array<uint16_t, kRandomGroup> LaneWords(uint64_t state);

// The random word of an element. Refuses a column of more than 28 bits (std::invalid_argument).
uint16_t RandomWord(uint64_t seed, uint8_t sample, uint32_t row, uint32_t column);

}  // namespace tetralog
