// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Products of a matrix that is mostly zeros with one that lies in rows of columns. Compiled for
// x86-64-v3 (AVX2) only. Only raw pointers and built-in types here, for the reason given in
// fast_kernels.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tetralog {

inline constexpr size_t kSparseColumns = 64;  // of B at a time
inline constexpr size_t kSparseDepth = 64;    // of A

// The elements of a row that are not zero: their values, and `step` times their places. `size` is a
// multiple of kSparseDepth. Returns how many there are.
size_t CollectNonZeros(const int8_t* row, size_t size, uint32_t step, int8_t* values,
                       uint32_t* offsets);

// D[r, c] = start[r] + sum over pairs of elements of row r of A, each times its row of B.
struct SparseProduct {
  const uint32_t* begin;    // of row r among the elements of A, an even number; that of row `rows`
                            // is the end of the last one
  const uint32_t* offsets;  // of an element of A: where its row of B begins
  const int8_t* values;     // and its value, |a| <= 64
  const int32_t* start;
  const uint8_t* b;  // 0..15, a byte each, with room for columns to a multiple of kSparseColumns
  size_t rows, columns;
  int32_t* z;
  size_t z_stride;  // elements
};

void MultiplySparse(const SparseProduct& product);

}  // namespace tetralog
