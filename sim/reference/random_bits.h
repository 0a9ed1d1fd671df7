// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The addressable random words of docs/random.md, written from that page alone.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tetralog::reference {

// The 16-bit word of the output element (row, column) of one sample.
uint16_t random_word(uint64_t seed, uint32_t sample, uint32_t row, uint32_t column);

// The words of elements (0..rows-1, 0..columns-1), row after row.
std::vector<uint16_t> random_words(uint64_t seed, uint32_t sample, size_t rows, size_t columns);

}  // namespace tetralog::reference
