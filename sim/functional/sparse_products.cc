// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/sparse_products.h"

#include <immintrin.h>

namespace tetralog {
namespace {

// Elements of A whose products are sure to add up in 16 bits: 32 * 64 * 15 = 30,720.
constexpr uint32_t kBurst = 32;

inline __m256i Load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

inline void Add(int32_t* to, __m128i sums) {
  const __m256i total = _mm256_add_epi32(Load(to), _mm256_cvtepi16_epi32(sums));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), total);
}

// A bit for every byte that is not zero.
inline uint64_t NonZeros(const int8_t* bytes) {
  const __m256i zero = _mm256_setzero_si256();
  const int low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(Load(bytes), zero));
  const int high = _mm256_movemask_epi8(_mm256_cmpeq_epi8(Load(bytes + 32), zero));
  return ~(static_cast<uint32_t>(low) | uint64_t{static_cast<uint32_t>(high)} << 32);
}

// kSparseColumns columns of one row.
inline void Tile(const SparseProduct& p, size_t row, size_t column, int32_t* z) {
  const __m256i start = _mm256_set1_epi32(p.start[row]);
  for (size_t c = 0; c < kSparseColumns; c += 8) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(z + c), start);
  }
  const uint8_t* b = p.b + column;
  const uint32_t end = p.begin[row + 1];
  for (uint32_t from = p.begin[row]; from < end; from += kBurst) {
    const uint32_t to = end - from < kBurst ? end : from + kBurst;
    __m256i sums[2][2] = {};  // the second index: bytes 0..7 or 8..15 of each half of a register
    for (uint32_t i = from; i < to; i += 2) {
      const uint8_t *even = b + p.offsets[i], *odd = b + p.offsets[i + 1];
      int16_t pair = 0;
      __builtin_memcpy(&pair, p.values + i, sizeof pair);
      const __m256i values = _mm256_set1_epi16(pair);
      for (size_t h = 0; h < 2; ++h) {
        const __m256i first = Load(even + 32 * h), second = Load(odd + 32 * h);
        const __m256i low = _mm256_unpacklo_epi8(first, second);
        const __m256i high = _mm256_unpackhi_epi8(first, second);
        sums[h][0] = _mm256_add_epi16(sums[h][0], _mm256_maddubs_epi16(low, values));
        sums[h][1] = _mm256_add_epi16(sums[h][1], _mm256_maddubs_epi16(high, values));
      }
    }
    for (size_t h = 0; h < 2; ++h) {
      for (size_t i = 0; i < 2; ++i) {
        Add(z + 32 * h + 8 * i, _mm256_castsi256_si128(sums[h][i]));
        Add(z + 32 * h + 8 * i + 16, _mm256_extracti128_si256(sums[h][i], 1));
      }
    }
  }
}

}  // namespace

size_t CollectNonZeros(const int8_t* row, size_t size, uint32_t step, int8_t* values,
                       uint32_t* offsets) {
  size_t count = 0;
  for (size_t begin = 0; begin < size; begin += kSparseDepth) {
    for (uint64_t rest = NonZeros(row + begin); rest != 0; rest &= rest - 1) {
      const size_t place = begin + static_cast<size_t>(__builtin_ctzll(rest));
      values[count] = row[place];
      offsets[count++] = static_cast<uint32_t>(place) * step;
    }
  }
  return count;
}

void MultiplySparse(const SparseProduct& product) {
  const SparseProduct p = product;
  for (size_t column = 0; column < p.columns; column += kSparseColumns) {
    const size_t rest = p.columns - column;
    for (size_t row = 0; row < p.rows; ++row) {
      int32_t* z = p.z + row * p.z_stride + column;
      if (rest >= kSparseColumns) {
        Tile(p, row, column, z);
        continue;
      }
      int32_t part[kSparseColumns];
      Tile(p, row, column, part);
      __builtin_memcpy(z, part, rest * sizeof *z);
    }
  }
}

}  // namespace tetralog
