// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The vector loops of the fast functional path, over at most kSegment columns of one row.
//
// The same source is compiled once for every instruction set, as plain loops that the compiler
// vectorises; the program picks a set when it runs. All sets give the same results: everything is
// integer but one conversion to float of a number that float holds exactly.
//
// Limits: only raw pointers and built-in types here, so that no inline function of a library is
// compiled for a processor that the program may not be running on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tetralog {

inline constexpr size_t kSegment = 1024;  // columns; a multiple of 16

// Over the z of a segment.
struct SegmentStats {
  uint32_t max_abs;
  uint32_t zeros;                 // z = 0
  uint64_t sum_abs;               // below 2^41
  unsigned __int128 sum_squares;  // below 2^72
};

// Over the codes of a segment.
struct SegmentCounts {
  uint32_t zeros;
  uint32_t clipped;
};

// Rounding to nearest by comparison: |code| is the number of levels[j] <= |z|, 1 <= j <= limit.
// levels[j] is the least |z| that rounds to j or more, 2^32 - 1 where there is none.
struct NearestPlan {
  uint32_t levels[17];
  bool is_unsigned;  // UINT4, limit 15; else INT4, limit 7
};

// LUQ. With |y| on a scale that is linear below 1 and the exponent plus the fraction above it, in
// units of 2^-(R+1), the carry rule is one addition: code = (scale(|y|) + 2r + 1) >> (R + 1).
struct LuqPlan {
  int random_bits;  // R
  uint32_t one;     // least |z| with |y| >= 1; 2^32 - 1 where there is none
  uint32_t clip;    // greatest |z| with |y| <= 64
  int low_left;     // below 1: scale = |z| << low_left >> low_right & low_mask
  int low_right;
  uint32_t low_mask;
  int high_shift;  // from 1 on: scale = float(|z|) >> high_shift - high_bias
  uint32_t high_bias;
};

// Stochastic INT4 and UINT4: code = (floor(|y| * 2^(R+1)) + 2r + 1) >> (R + 1).
struct StochasticPlan {
  int random_bits;      // R
  uint64_t multiplier;  // m
  int left, right;      // |y| * 2^(R+1) = |z| * m << left >> right
  uint32_t clip;        // least |z| with |y| >= limit + 1; 2^32 - 1 where there is none
  bool is_unsigned;     // UINT4, limit 15; else INT4, limit 7
};

struct Kernels {
  // Two values a byte, bits 3:0 first.
  void (*decode_int4)(const uint8_t* packed, size_t bytes, int8_t* values);
  void (*decode_uint4)(const uint8_t* packed, size_t bytes, int8_t* values);
  void (*decode_log4)(const uint8_t* packed, size_t bytes, int8_t* values);

  // Non-zero codes of a packed matrix, a code being zero where its bits under the mask are: of
  // every column, added to counts[2 * bytes], and of one row.
  void (*count_columns)(const uint8_t* packed, size_t rows, size_t stride, size_t bytes,
                        uint8_t mask, uint32_t* counts);
  uint64_t (*count_row)(const uint8_t* packed, size_t bytes, uint8_t mask);

  // z = wrap32(z + c), c[i * step] with step 0 or 1; how many wrapped.
  uint32_t (*add_c)(int32_t* z, const int32_t* c, size_t step, size_t n);
  // z = 0 where the mask code is 0.
  void (*mask)(int32_t* z, const int8_t* codes, size_t n);
  SegmentStats (*statistics)(const int32_t* z, size_t n);
  // The same where negative z count as 0.
  SegmentStats (*positive_statistics)(const int32_t* z, size_t n);
  // Of n numbers in each of `rows` rows that begin `stride` numbers apart, all at most kSegment.
  SegmentStats (*statistics_of_rows)(const int32_t* z, size_t n, size_t rows, size_t stride);

  // The random words of `groups` groups of 16 columns of a row (docs/random.md).
  void (*random_words)(uint64_t seed, uint8_t sample, uint32_t row, uint32_t group0, size_t groups,
                       uint16_t* words);
  // Those of one group of columns in `rows` rows.
  void (*random_rows)(uint64_t seed, uint8_t sample, uint32_t row0, uint32_t group, size_t rows,
                      uint16_t* words);

  SegmentCounts (*nearest)(const NearestPlan& plan, const int32_t* z, size_t n, uint8_t* codes);
  SegmentCounts (*luq)(const LuqPlan& plan, const int32_t* z, const uint16_t* words, size_t n,
                       uint8_t* codes);
  SegmentCounts (*stochastic)(const StochasticPlan& plan, const int32_t* z, const uint16_t* words,
                              size_t n, uint8_t* codes);
};

// One for every instruction set that this build has.
extern const Kernels kKernelsBaseline;
extern const Kernels kKernelsAvx2;    // x86-64-v3
extern const Kernels kKernelsAvx512;  // x86-64-v4

}  // namespace tetralog
