// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Compiled once for every instruction set; TETRALOG_SMALL_PRODUCTS is the name of this one's table.

#include "sim/functional/small_products.h"

#include <immintrin.h>

namespace tetralog {
namespace {

inline __m256i Load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

template <bool add>
inline void Store(int32_t* to, __m256i values) {
  if constexpr (add) values = _mm256_add_epi32(values, Load(to));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), values);
}

#if defined(__AVX512VNNI__)
constexpr size_t kGroup = 4;

void GroupRows(const uint8_t* const* rows, size_t bytes, uint8_t flip, uint8_t* __restrict quads) {
  const uint8_t *first = rows[0], *second = rows[1], *third = rows[2], *fourth = rows[3];
  const uint32_t flips = flip * 0x01010101u;
  for (size_t i = 0; i < bytes; ++i) {
    const uint32_t all =
        (first[i] | static_cast<uint32_t>(second[i]) << 8 | static_cast<uint32_t>(third[i]) << 16 |
         static_cast<uint32_t>(fourth[i]) << 24) ^
        flips;
    const uint64_t columns = (all & 0x0f0f0f0f) | uint64_t{all >> 4 & 0x0f0f0f0f} << 32;
    __builtin_memcpy(quads + 8 * i, &columns, sizeof columns);
  }
}

void GroupColumns(const int8_t* const* columns, size_t rows, int32_t* __restrict quads,
                  int32_t* __restrict start) {
  const int8_t *first = columns[0], *second = columns[1], *third = columns[2], *fourth = columns[3];
  for (size_t r = 0; r < rows; ++r) {
    quads[r] = static_cast<int32_t>(static_cast<uint8_t>(first[r]) |
                                    static_cast<uint32_t>(static_cast<uint8_t>(second[r])) << 8 |
                                    static_cast<uint32_t>(static_cast<uint8_t>(third[r])) << 16 |
                                    static_cast<uint32_t>(static_cast<uint8_t>(fourth[r])) << 24);
    start[r] -= 8 * (first[r] + second[r] + third[r] + fourth[r]);
  }
}

#else
constexpr size_t kGroup = 2;

void GroupRows(const uint8_t* const* rows, size_t bytes, uint8_t flip, uint8_t* __restrict pairs) {
  const uint8_t *first = rows[0], *second = rows[1];
  const uint32_t flips = flip * 0x0101u;
  for (size_t i = 0; i < bytes; ++i) {
    const uint32_t both = (first[i] | static_cast<uint32_t>(second[i]) << 8) ^ flips;
    const uint32_t columns = (both & 0x0f0f) | (both & 0xf0f0) << 12;
    __builtin_memcpy(pairs + 4 * i, &columns, sizeof columns);
  }
}

void GroupColumns(const int8_t* const* columns, size_t rows, int32_t* __restrict pairs,
                  int32_t* __restrict start) {
  const int8_t *first = columns[0], *second = columns[1];
  for (size_t r = 0; r < rows; ++r) {
    const uint32_t pair = static_cast<uint8_t>(first[r]) |
                          static_cast<uint32_t>(static_cast<uint8_t>(second[r])) << 8;
    pairs[r] = static_cast<int32_t>(pair | pair << 16);
    start[r] -= 8 * (first[r] + second[r]);
  }
}
#endif

// --- Columns ---

#if defined(__AVX512VNNI__)
template <bool add, size_t kRows, size_t kHalves, bool kWhole>
inline void ColumnTile(const ColumnProduct& p, size_t row, size_t column) {
  __m512i sums[kRows][kHalves];
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t h = 0; h < kHalves; ++h) sums[r][h] = _mm512_set1_epi32(p.start[row + r]);
  }
  const int32_t* a = p.a + row * p.a_row;
  const uint8_t* b = p.b + 4 * column;
  for (size_t group = 0; group < p.groups; ++group, a += p.a_group, b += p.b_stride) {
    __m512i codes[kHalves];
    for (size_t h = 0; h < kHalves; ++h) codes[h] = _mm512_loadu_si512(b + 64 * h);
    for (size_t r = 0; r < kRows; ++r) {
      const __m512i values = _mm512_set1_epi32(a[r * p.a_row]);
      for (size_t h = 0; h < kHalves; ++h) {
        sums[r][h] = _mm512_dpbusd_epi32(sums[r][h], codes[h], values);
      }
    }
  }
  int32_t* z = p.z + row * p.z_stride + column;
  // Only the last half may be a part.
  const size_t rest = p.columns - column - 16 * (kHalves - 1);
  const auto part = static_cast<__mmask16>(rest < 16 ? (1u << rest) - 1 : 0xffff);
  for (size_t r = 0; r < kRows; ++r, z += p.z_stride) {
    for (size_t h = 0; h < kHalves; ++h) {
      int32_t* to = z + 16 * h;
      __m512i values = sums[r][h];
      const __mmask16 mask = kWhole || h + 1 < kHalves ? __mmask16{0xffff} : part;
      if constexpr (add) values = _mm512_add_epi32(values, _mm512_maskz_loadu_epi32(mask, to));
      _mm512_mask_storeu_epi32(to, mask, values);
    }
  }
}

#else
// Numbers of the first `count` columns of 8.
template <bool add>
inline void StorePart(int32_t* to, __m256i values, int count) {
  const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), places);
  if constexpr (add) values = _mm256_add_epi32(values, _mm256_maskload_epi32(to, mask));
  _mm256_maskstore_epi32(to, mask, values);
}

inline __m256i Low(__m256i sums) { return _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sums)); }
inline __m256i High(__m256i sums) {
  return _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sums, 1));
}

template <bool add, size_t kRows, size_t kGroups, bool kWhole>
inline void ColumnTile(const ColumnProduct& p, size_t row, size_t column) {
  __m256i sums[kRows][kGroups];
  for (size_t r = 0; r < kRows; ++r) {
    const auto start = static_cast<int16_t>(p.start[row + r]);
    for (size_t g = 0; g < kGroups; ++g) sums[r][g] = _mm256_set1_epi16(start);
  }
  const int32_t* a = p.a + row * p.a_row;
  const uint8_t* b = p.b + 2 * column;
  for (size_t group = 0; group < p.groups; ++group, a += p.a_group, b += p.b_stride) {
    __m256i codes[kGroups];
    for (size_t g = 0; g < kGroups; ++g) codes[g] = Load(b + 32 * g);
    for (size_t r = 0; r < kRows; ++r) {
      const __m256i values = _mm256_set1_epi32(a[r * p.a_row]);
      for (size_t g = 0; g < kGroups; ++g) {
        sums[r][g] = _mm256_add_epi16(sums[r][g], _mm256_maddubs_epi16(codes[g], values));
      }
    }
  }
  int32_t* z = p.z + row * p.z_stride + column;
  const int count = static_cast<int>(p.columns - column);
  for (size_t r = 0; r < kRows; ++r, z += p.z_stride) {
    for (size_t g = 0; g < kGroups; ++g) {
      int32_t* to = z + 16 * g;
      const __m256i low = Low(sums[r][g]), high = High(sums[r][g]);
      if constexpr (kWhole) {
        Store<add>(to, low);
        Store<add>(to + 8, high);
      } else {
        StorePart<add>(to, low, count - static_cast<int>(16 * g));
        StorePart<add>(to + 8, high, count - static_cast<int>(16 * g) - 8);
      }
    }
  }
}
#endif

template <bool add, size_t kRows>
inline void ColumnRows(const ColumnProduct& p, size_t row) {
  size_t column = 0;
  for (; p.columns - column >= 32; column += 32) ColumnTile<add, kRows, 2, true>(p, row, column);
  if (p.columns - column > 16) {
    ColumnTile<add, kRows, 2, false>(p, row, column);
  } else if (column < p.columns) {
    ColumnTile<add, kRows, 1, false>(p, row, column);
  }
}

template <bool add>
void AllColumns(const ColumnProduct& p) {
  size_t row = 0;
  for (; row + 4 <= p.rows; row += 4) ColumnRows<add, 4>(p, row);
  if (row + 2 <= p.rows) {
    ColumnRows<add, 2>(p, row);
    row += 2;
  }
  if (row < p.rows) ColumnRows<add, 1>(p, row);
}

void Columns(const ColumnProduct& product) {
  const ColumnProduct p = product;
  if (p.add) {
    AllColumns<true>(p);
  } else {
    AllColumns<false>(p);
  }
}

// --- Rows ---

inline void Chunk(const uint8_t* packed, __m256i table, int8_t* chunk) {
  const __m256i nibble = _mm256_set1_epi8(15), codes = Load(packed);
  const __m256i even = _mm256_and_si256(codes, nibble);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi16(codes, 4), nibble);
  auto* to = reinterpret_cast<__m256i*>(chunk);
  _mm256_storeu_si256(to, _mm256_shuffle_epi8(table, even));
  _mm256_storeu_si256(to + 1, _mm256_shuffle_epi8(table, odd));
}

void ChunkRow(const uint8_t* packed, size_t bytes, const int8_t* values, int8_t* chunks) {
  const __m256i table =
      _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values)));
  for (; bytes >= 32; bytes -= 32, packed += 32, chunks += 64) Chunk(packed, table, chunks);
  if (bytes == 0) return;
  uint8_t tail[32] = {};
  __builtin_memcpy(tail, packed, bytes);
  Chunk(tail, table, chunks);
}

inline int32_t Sum(__m256i numbers) {
  __m128i sum =
      _mm_add_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
  return _mm_cvtsi128_si32(sum);
}

#if defined(__AVX512VNNI__)
constexpr size_t kMostColumns = 2;  // of B, which share the loads of A

template <size_t kRows, size_t kColumns>
inline void RowTile(const RowProduct& p, size_t row, size_t column) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(p.flip));
  __m256i even_sums[kRows][kColumns], odd_sums[kRows][kColumns];
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t c = 0; c < kColumns; ++c) even_sums[r][c] = odd_sums[r][c] = _mm256_setzero_si256();
  }
  const int8_t* a = p.a + row * p.a_stride;
  const uint8_t* b = p.b + column * p.b_stride;
  for (size_t chunk = 0; chunk < p.chunks; ++chunk, a += 64) {
    __m256i even[kColumns], odd[kColumns];
    for (size_t c = 0; c < kColumns; ++c) {
      const uint8_t* from =
          chunk < p.whole ? b + c * p.b_stride + 32 * chunk : p.tails + 32 * (column + c);
      const __m256i codes = _mm256_xor_si256(Load(from), flip);
      even[c] = _mm256_and_si256(codes, nibble);
      odd[c] = _mm256_and_si256(_mm256_srli_epi16(codes, 4), nibble);
    }
    for (size_t r = 0; r < kRows; ++r) {
      const __m256i low = Load(a + r * p.a_stride), high = Load(a + r * p.a_stride + 32);
      for (size_t c = 0; c < kColumns; ++c) {
        even_sums[r][c] = _mm256_dpbusd_epi32(even_sums[r][c], even[c], low);
        odd_sums[r][c] = _mm256_dpbusd_epi32(odd_sums[r][c], odd[c], high);
      }
    }
  }
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t c = 0; c < kColumns; ++c) {
      int32_t& z = p.z[(row + r) * p.z_stride + column + c];
      z = Sum(_mm256_add_epi32(even_sums[r][c], odd_sums[r][c])) + p.start[row + r] +
          (p.add ? z : 0);
    }
  }
}

#else
constexpr size_t kMostColumns = 1;

template <size_t kRows, size_t kColumns>
inline void RowTile(const RowProduct& p, size_t row, size_t column) {
  const __m256i nibble = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(p.flip));
  __m256i totals[kRows], sums[kRows];
  for (__m256i& total : totals) total = _mm256_setzero_si256();
  const int8_t* a = p.a + row * p.a_stride;
  const uint8_t* b = p.b + column * p.b_stride;
  for (size_t begin = 0; begin < p.chunks; begin += p.burst) {
    const size_t end = p.chunks - begin < p.burst ? p.chunks : begin + p.burst;
    for (__m256i& sum : sums) sum = _mm256_setzero_si256();
    for (size_t chunk = begin; chunk < end; ++chunk) {
      const uint8_t* from = chunk < p.whole ? b + 32 * chunk : p.tails + 32 * column;
      const __m256i codes = _mm256_xor_si256(Load(from), flip);
      const __m256i even = _mm256_and_si256(codes, nibble);
      const __m256i odd = _mm256_and_si256(_mm256_srli_epi16(codes, 4), nibble);
      for (size_t r = 0; r < kRows; ++r) {
        const int8_t* values = a + r * p.a_stride + 64 * chunk;
        sums[r] = _mm256_add_epi16(sums[r], _mm256_maddubs_epi16(even, Load(values)));
        sums[r] = _mm256_add_epi16(sums[r], _mm256_maddubs_epi16(odd, Load(values + 32)));
      }
    }
    for (size_t r = 0; r < kRows; ++r) {
      totals[r] = _mm256_add_epi32(totals[r], _mm256_madd_epi16(sums[r], ones));
    }
  }
  for (size_t r = 0; r < kRows; ++r) {
    int32_t& z = p.z[(row + r) * p.z_stride + column];
    z = Sum(totals[r]) + p.start[row + r] + (p.add ? z : 0);
  }
}
#endif

template <size_t kRows>
inline void RowRows(const RowProduct& p, size_t row) {
  size_t column = 0;
  for (; p.columns - column >= kMostColumns; column += kMostColumns) {
    RowTile<kRows, kMostColumns>(p, row, column);
  }
  for (; column < p.columns; ++column) RowTile<kRows, 1>(p, row, column);
}

void Rows(const RowProduct& product) {
  const RowProduct p = product;
  size_t row = 0;
  for (; kMostColumns > 1 && row + 6 <= p.rows; row += 6) RowRows<6>(p, row);
  for (; row + 4 <= p.rows; row += 4) RowRows<4>(p, row);
  if (row + 2 <= p.rows) {
    RowRows<2>(p, row);
    row += 2;
  }
  if (row < p.rows) RowRows<1>(p, row);
}

}  // namespace

extern const SmallProducts TETRALOG_SMALL_PRODUCTS = {kGroup,   GroupRows, GroupColumns,
                                                      ChunkRow, Columns,   Rows};

}  // namespace tetralog
