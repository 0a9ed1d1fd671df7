// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Products of 4-bit operands with a short sum or a small result, for which oneDNN spends more on
// preparing operands than on multiplying.
//
// B stays in 4 bits until it is multiplied, as bytes 0..15: an INT4 code with its highest bit
// flipped is its value + 8, and 8 times the sum of A is taken away again. Products are added in
// pairs and sums in 16 bits, for as many k as are sure to fit; with VNNI four at a time in 32 bits.
//
// The same source is compiled for every instruction set that has the pair-wise byte product. Only
// raw pointers and built-in types here, for the reason given in fast_kernels.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tetralog {

// D[r, c] = sum over groups of rows of B. A group is `group` k, of which see SmallProducts.
struct ColumnProduct {
  const int32_t* a;  // groups of A, a pair twice in 32 bits: element r * a_row + group * a_group
  size_t a_row, a_group;
  const int32_t* start;  // of row r: -8 times the sum of its A for INT4, else 0
  const uint8_t* b;      // groups of B, a byte for every k of a column, b_stride between groups
  size_t b_stride;       // room for columns to the next multiple of kColumnGroup
  size_t rows, groups, columns;
  int32_t* z;
  size_t z_stride;  // elements
  bool add;         // to what is in z
};
inline constexpr size_t kColumnGroup = 32;

// D[r, c] = sum along rows of A and rows of B, in chunks of 64 k.
struct RowProduct {
  const int8_t* a;       // a chunk is the 32 values of even k, then those of odd k; the rest 0
  size_t a_stride;       // bytes
  const int32_t* start;  // of row r, as above
  const uint8_t* b;      // packed rows of which `whole` chunks are read
  size_t b_stride;
  const uint8_t* tails;  // the chunk behind these, 32 bytes a row
  uint8_t flip;          // 0x88 for INT4, else 0
  size_t rows, chunks, whole, columns;
  size_t burst;  // chunks whose sum fits 16 bits; not with VNNI
  int32_t* z;
  size_t z_stride;
  bool add;
};

inline constexpr size_t kMostGroup = 4;

struct SmallProducts {
  size_t group;  // 2, or 4 with VNNI
  // Groups of packed rows; `flip` as above; writes 2 * group bytes for every byte of a row.
  void (*group_rows)(const uint8_t* const* rows, size_t bytes, uint8_t flip, uint8_t* groups);
  // Groups of A from its columns (values, `rows` of each), and 8 times their sum taken from
  // `start`.
  void (*group_columns)(const int8_t* const* columns, size_t rows, int32_t* groups, int32_t* start);
  // A row of A in chunks of 64 k (see RowProduct) from its packed codes and the value of each
  // code, that of 0 being 0.
  void (*chunk_row)(const uint8_t* packed, size_t bytes, const int8_t* values, int8_t* chunks);
  void (*columns)(const ColumnProduct& product);
  void (*rows)(const RowProduct& product);
};

extern const SmallProducts kSmallProductsAvx2;    // x86-64-v3
extern const SmallProducts kSmallProductsAvx512;  // x86-64-v4
extern const SmallProducts kSmallProductsVnni;    // and AVX512_VNNI

}  // namespace tetralog
