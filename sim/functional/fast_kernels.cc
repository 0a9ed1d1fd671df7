// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Compiled once for every instruction set; TETRALOG_KERNELS is the name of this one's table.

#include "sim/functional/fast_kernels.h"

namespace tetralog {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "groups are unpacked as bytes");

inline uint32_t Magnitude(int32_t z) {
  const auto bits = static_cast<uint32_t>(z);
  return z < 0 ? 0 - bits : bits;
}

// ---- Operands ----

inline int8_t Int4(uint8_t code) { return static_cast<int8_t>((code ^ 8) - 8); }

inline int8_t Uint4(uint8_t code) { return static_cast<int8_t>(code); }

// A sum of comparisons, since there are no shifts of single bytes.
inline int8_t Log4(uint8_t code) {
  const uint8_t e = code & 7;
  uint8_t magnitude = 0;
  for (uint8_t level = 1; level < 8; ++level) {
    magnitude |= e == level ? static_cast<uint8_t>(1 << (level - 1)) : uint8_t{0};
  }
  const uint8_t sign = (code & 8) != 0 ? 0xff : 0;
  return static_cast<int8_t>(static_cast<uint8_t>((magnitude ^ sign) - sign));
}

template <int8_t (*Value)(uint8_t)>
void Decode(const uint8_t* __restrict packed, size_t bytes, int8_t* __restrict values) {
  for (size_t i = 0; i < bytes; ++i) {
    values[2 * i] = Value(packed[i] & 15);
    values[2 * i + 1] = Value(packed[i] >> 4);
  }
}

// 1 in the nibble of every code that is not zero.
inline uint8_t NonZeroNibbles(uint8_t byte, uint8_t mask) {
  const uint8_t x = byte & mask;
  return static_cast<uint8_t>(((x & 0x0f) != 0 ? 0x01 : 0) | ((x & 0xf0) != 0 ? 0x10 : 0));
}

void CountColumns(const uint8_t* packed, size_t rows, size_t stride, size_t bytes, uint8_t mask,
                  uint32_t* counts) {
  constexpr size_t kBytes = 256, kRows = 15;  // at a time; a nibble counts to 15
  for (size_t b0 = 0; b0 < bytes; b0 += kBytes) {
    const size_t n = bytes - b0 < kBytes ? bytes - b0 : kBytes;
    for (size_t r0 = 0; r0 < rows; r0 += kRows) {
      const size_t r1 = rows - r0 < kRows ? rows : r0 + kRows;
      uint8_t sums[kBytes] = {};
      for (size_t r = r0; r < r1; ++r) {
        const uint8_t* row = packed + r * stride + b0;
        for (size_t i = 0; i < n; ++i) sums[i] += NonZeroNibbles(row[i], mask);
      }
      for (size_t i = 0; i < n; ++i) {
        counts[2 * (b0 + i)] += sums[i] & 15;
        counts[2 * (b0 + i) + 1] += sums[i] >> 4;
      }
    }
  }
}

uint64_t CountRow(const uint8_t* packed, size_t bytes, uint8_t mask) {
  constexpr size_t kLine = 64, kLines = 15;  // at a time
  uint64_t count = 0;
  while (bytes >= kLine) {
    const size_t lines = bytes / kLine < kLines ? bytes / kLine : kLines;
    uint8_t sums[kLine] = {};
    for (size_t line = 0; line < lines; ++line, packed += kLine) {
      for (size_t i = 0; i < kLine; ++i) sums[i] += NonZeroNibbles(packed[i], mask);
    }
    for (size_t i = 0; i < kLine; ++i) count += (sums[i] & 15u) + (sums[i] >> 4);
    bytes -= lines * kLine;
  }
  for (size_t i = 0; i < bytes; ++i) {
    const uint8_t nibbles = NonZeroNibbles(packed[i], mask);
    count += (nibbles & 15u) + (nibbles >> 4);
  }
  return count;
}

// ---- From the accumulator to z ----

template <size_t step>
uint32_t AddRow(int32_t* __restrict z, const int32_t* __restrict c, size_t n) {
  uint32_t wraps = 0;
  for (size_t i = 0; i < n; ++i) {
    const auto a = static_cast<uint32_t>(z[i]), b = static_cast<uint32_t>(c[i * step]);
    const uint32_t sum = a + b;
    z[i] = static_cast<int32_t>(sum);
    wraps += ((a ^ sum) & (b ^ sum)) >> 31;  // the sign differs from both: it wrapped
  }
  return wraps;
}

uint32_t AddC(int32_t* z, const int32_t* c, size_t step, size_t n) {
  return step == 0 ? AddRow<0>(z, c, n) : AddRow<1>(z, c, n);
}

void Mask(int32_t* __restrict z, const int8_t* __restrict codes, size_t n) {
  for (size_t i = 0; i < n; ++i) z[i] = codes[i] != 0 ? z[i] : 0;
}

// As many numbers as one register holds; what a row has behind these is filled up with zeros.
#if defined(__AVX__)
constexpr size_t kVector = 32;
#else
constexpr size_t kVector = 16;
#endif
constexpr size_t kLanes = kVector / sizeof(int32_t);
using Numbers = int32_t __attribute__((vector_size(kVector)));
using Magnitudes = uint32_t __attribute__((vector_size(kVector)));
using Sums = uint64_t __attribute__((vector_size(kVector)));

template <typename Vector>
inline auto SumOf(const Vector& vector) {
  decltype(vector[0] + 0ULL) sum = 0;
  for (size_t i = 0; i < sizeof(Vector) / sizeof(vector[0]); ++i) sum += vector[i];
  return sum;
}

// Calls add(magnitudes) for all of z; `positive`: negative numbers count as 0.
template <bool positive, typename Add>
inline void ForMagnitudesOfRow(const int32_t* z, size_t n, const Add& add) {
  const auto add_magnitudes = [&](Numbers numbers) __attribute__((always_inline)) {
    if constexpr (positive) {
      add((Magnitudes)(numbers > 0 ? numbers : Numbers{}));
    } else {
      add((Magnitudes)(numbers < 0 ? Numbers{} - numbers : numbers));
    }
  };
  Numbers numbers = {};
  for (size_t i = 0; i + kLanes <= n; i += kLanes) {
    __builtin_memcpy(&numbers, z + i, sizeof numbers);
    add_magnitudes(numbers);
  }
  const size_t rest = n % kLanes;
  if (rest == 0) return;
  numbers = Numbers{};
  if (n < kLanes) {
    for (size_t i = 0; i < n; ++i) numbers[i] = z[i];
  } else {  // the last register's worth without what was in the one before
    int32_t kept[2 * kLanes] = {};
    for (size_t i = kLanes; i < 2 * kLanes; ++i) kept[i] = -1;
    Numbers mask;
    __builtin_memcpy(&mask, kept + rest, sizeof mask);
    __builtin_memcpy(&numbers, z + n - kLanes, sizeof numbers);
    numbers &= mask;
  }
  add_magnitudes(numbers);
}

template <bool positive, typename Add>
inline void ForMagnitudes(const int32_t* z, size_t n, size_t rows, size_t stride, const Add& add) {
  for (size_t r = 0; r < rows; ++r) ForMagnitudesOfRow<positive>(z + r * stride, n, add);
}

// A lane may have at most 2^8 numbers, with those that are filled up.
constexpr size_t kLaneNumbers = 256;

template <bool positive>
SegmentStats StatisticsOf(const int32_t* z, size_t n, size_t rows, size_t stride) {
  Magnitudes greatest = {}, sums = {}, squares = {};
  Numbers zeros = {};
  ForMagnitudes<positive>(
      z, n, rows, stride, [&](Magnitudes x) __attribute__((always_inline)) {
        greatest = x > greatest ? x : greatest;
        zeros -= x == 0;
        sums += x;
        squares += x * x;
      });
  SegmentStats stats{};
  for (size_t i = 0; i < kLanes; ++i) {
    stats.max_abs = greatest[i] > stats.max_abs ? greatest[i] : stats.max_abs;
  }
  stats.zeros = static_cast<uint32_t>(SumOf(zeros) - rows * ((kLanes - n % kLanes) % kLanes));
  if (stats.max_abs < 1U << 24) {
    stats.sum_abs = SumOf(sums);
  } else {
    Sums low = {}, high = {};
    ForMagnitudes<positive>(
        z, n, rows, stride, [&](Magnitudes x) __attribute__((always_inline)) {
          low += (Sums)x & UINT32_MAX;
          high += (Sums)x >> 32;
        });
    stats.sum_abs = SumOf(low) + SumOf(high);
  }
  if (stats.max_abs < 1U << 12) {
    stats.sum_squares = SumOf(squares);
  } else if (stats.max_abs < 1U << 16) {
    Sums low = {}, high = {};
    ForMagnitudes<positive>(
        z, n, rows, stride, [&](Magnitudes x) __attribute__((always_inline)) {
          const auto square = (Sums)(x * x);
          low += square & UINT32_MAX;
          high += square >> 32;
        });
    stats.sum_squares = SumOf(low) + SumOf(high);
  } else if (stats.max_abs < 1U << 26) {  // the squares stay below 2^62
    Sums wide = {};
    ForMagnitudes<positive>(
        z, n, rows, stride, [&](Magnitudes x) __attribute__((always_inline)) {
          const Sums low = (Sums)x & UINT32_MAX, high = (Sums)x >> 32;
          wide += low * low + high * high;
        });
    stats.sum_squares = SumOf(wide);
  } else {
    for (size_t r = 0; r < rows; ++r) {
      for (const int32_t* x = z + r * stride; x < z + r * stride + n; ++x) {
        const uint64_t magnitude = positive && *x < 0 ? 0 : Magnitude(*x);
        stats.sum_squares += static_cast<unsigned __int128>(magnitude * magnitude);
      }
    }
  }
  return stats;
}

template <bool positive>
SegmentStats RowStatistics(const int32_t* z, size_t n) {
  static_assert(kSegment <= kLaneNumbers * kLanes);
  return StatisticsOf<positive>(z, n, 1, 0);
}

// A row that fills no register takes one, so that fewer rows than fit a segment may fill the lanes.
SegmentStats StatisticsOfRows(const int32_t* z, size_t n, size_t rows, size_t stride) {
  const size_t most = kLaneNumbers / ((n + kLanes - 1) / kLanes);
  if (rows <= most) return StatisticsOf<false>(z, n, rows, stride);
  SegmentStats stats = StatisticsOf<false>(z, n, most, stride);
  const SegmentStats rest = StatisticsOfRows(z + most * stride, n, rows - most, stride);
  stats.max_abs = rest.max_abs > stats.max_abs ? rest.max_abs : stats.max_abs;
  stats.zeros += rest.zeros;
  stats.sum_abs += rest.sum_abs;
  stats.sum_squares += rest.sum_squares;
  return stats;
}

// ---- Random words ----

inline uint64_t RotateRight(uint64_t x, unsigned r) { return x >> r | x << ((64 - r) & 63); }
inline uint64_t RotateLeft(uint64_t x, unsigned r) { return RotateRight(x, 64 - r); }

inline uint64_t Round(uint64_t x, uint64_t constant) {
  x ^= constant;
  x ^= RotateLeft(x, 11) ^ RotateLeft(x, 27);
  return x ^ (RotateLeft(x, 1) & RotateLeft(x, 8));
}

// Reverses the order of the 16 nibbles: lane L of the map reads bits 4L below its taps, and now 4L
// above them.
inline uint64_t ReverseNibbles(uint64_t x) {
  constexpr uint64_t kLow = 0x0f0f0f0f0f0f0f0f;
  x = __builtin_bswap64(x);
  return (x >> 4 & kLow) | (x & kLow) << 4;
}

// Bit 4L of the result is bit `tap` of the state rotated left by 4L, x the reversed state.
template <unsigned tap>
inline uint64_t Tap(uint64_t x) {
  return RotateRight(x, 4 * (15 - tap / 4) + tap % 4);
}

// One bit of the words of all lanes, lane L at bit 4L.
template <unsigned p, unsigned q, unsigned r, unsigned s>
inline uint64_t Lanes(uint64_t x) {
  return (Tap<p>(x) ^ Tap<q>(x) ^ (Tap<r>(x) & Tap<s>(x))) & 0x1111111111111111;
}

// The words of `groups` <= kSegment / 16 groups, whose states differ in a number at bit `at` of
// their address: the group (32) or the row (0).
template <unsigned at>
void GroupWords(uint64_t address, uint32_t first, size_t groups, uint16_t* __restrict words) {
  constexpr uint64_t kLow = 0x0f0f0f0f0f0f0f0f;
  // Low and high bytes of the words of even and odd lanes, 8 of each in a number.
  uint64_t even_low[kSegment / 16], odd_low[kSegment / 16];
  uint64_t even_high[kSegment / 16], odd_high[kSegment / 16];
  for (size_t g = 0; g < groups; ++g) {
    uint64_t x = address ^ uint64_t { first + static_cast<uint32_t>(g) } << at;
    x = Round(x, 0x243f6a8885a308d3);
    x = Round(x, 0x13198a2e03707344);
    x = Round(x, 0xa4093822299f31d0);
    x = Round(x, 0x082efa98ec4e6c89);
    x = Round(x, 0x452821e638d01377);
    x = ReverseNibbles(x);
    const uint64_t n0 = Lanes<60, 39, 33, 55>(x) | Lanes<16, 51, 53, 3>(x) << 1 |
                        Lanes<41, 14, 34, 23>(x) << 2 | Lanes<43, 22, 20, 42>(x) << 3;
    const uint64_t n1 = Lanes<10, 36, 11, 26>(x) | Lanes<7, 30, 63, 35>(x) << 1 |
                        Lanes<28, 44, 37, 25>(x) << 2 | Lanes<61, 8, 56, 50>(x) << 3;
    const uint64_t n2 = Lanes<38, 45, 24, 31>(x) | Lanes<19, 59, 2, 32>(x) << 1 |
                        Lanes<27, 52, 0, 9>(x) << 2 | Lanes<62, 12, 29, 4>(x) << 3;
    const uint64_t n3 = Lanes<18, 54, 46, 21>(x) | Lanes<6, 40, 5, 15>(x) << 1 |
                        Lanes<47, 49, 57, 58>(x) << 2 | Lanes<13, 1, 48, 17>(x) << 3;
    even_low[g] = (n0 & kLow) | (n1 & kLow) << 4;
    odd_low[g] = (n0 >> 4 & kLow) | (n1 & ~kLow);
    even_high[g] = (n2 & kLow) | (n3 & kLow) << 4;
    odd_high[g] = (n2 >> 4 & kLow) | (n3 & ~kLow);
  }
  const auto* el = reinterpret_cast<const uint8_t*>(even_low);
  const auto* ol = reinterpret_cast<const uint8_t*>(odd_low);
  const auto* eh = reinterpret_cast<const uint8_t*>(even_high);
  const auto* oh = reinterpret_cast<const uint8_t*>(odd_high);
  for (size_t i = 0; i < 8 * groups; ++i) {
    words[2 * i] = static_cast<uint16_t>(el[i] | eh[i] << 8);
    words[2 * i + 1] = static_cast<uint16_t>(ol[i] | oh[i] << 8);
  }
}

// As many groups at once as their states have room.
template <unsigned at>
void AllGroupWords(uint64_t address, uint32_t first, size_t groups, uint16_t* words) {
  constexpr size_t kMost = kSegment / 16;
  for (size_t g = 0; g < groups; g += kMost) {
    GroupWords<at>(address, first + static_cast<uint32_t>(g),
                   groups - g < kMost ? groups - g : kMost, words + 16 * g);
  }
}

void RandomWords(uint64_t seed, uint8_t sample, uint32_t row, uint32_t group0, size_t groups,
                 uint16_t* words) {
  AllGroupWords<32>(seed ^ (uint64_t{sample} << 56 | row), group0, groups, words);
}

void RandomRows(uint64_t seed, uint8_t sample, uint32_t row0, uint32_t group, size_t rows,
                uint16_t* words) {
  AllGroupWords<0>(seed ^ (uint64_t{sample} << 56 | uint64_t{group} << 32), row0, rows, words);
}

// ---- Scale and round ----

inline uint32_t Odd(uint16_t word, int random_bits) {  // 2r + 1
  return static_cast<uint32_t>(word >> (16 - random_bits)) * 2 + 1;
}

// Comparisons as signed numbers, which every instruction set has.
inline int32_t Ordered(uint32_t value) { return static_cast<int32_t>(value ^ 0x80000000); }

template <bool is_unsigned>
inline uint8_t SignedCode(uint32_t magnitude, int32_t z) {
  if constexpr (is_unsigned) return static_cast<uint8_t>(z < 0 ? 0 : magnitude);
  return static_cast<uint8_t>((z < 0 ? 0 - magnitude : magnitude) & 15);
}

template <bool is_unsigned>
SegmentCounts NearestOf(const NearestPlan& plan, const int32_t* __restrict z, size_t n,
                        uint8_t* __restrict codes) {
  constexpr int kLimit = is_unsigned ? 15 : 7;
  int32_t levels[kLimit + 2];
  for (int j = 1; j <= kLimit + 1; ++j) levels[j] = Ordered(plan.levels[j]);
  SegmentCounts counts{};
  for (size_t i = 0; i < n; ++i) {
    // UINT4 rounds max(y, 0): a negative value is 0 and not clipped.
    const int32_t p = Ordered(is_unsigned && z[i] < 0 ? 0 : Magnitude(z[i]));
    uint32_t magnitude = 0;
    for (int j = 1; j <= kLimit; ++j) magnitude += p >= levels[j] ? 1 : 0;
    codes[i] = SignedCode<is_unsigned>(magnitude, z[i]);
    counts.zeros += magnitude == 0;
    counts.clipped += p >= levels[kLimit + 1] ? 1 : 0;
  }
  return counts;
}

// UINT4 with all levels below 2^15: in 16 bits, which takes half as long. n <= kSegment.
SegmentCounts NearestIn16Bits(const NearestPlan& plan, const int32_t* __restrict z, size_t n,
                              uint8_t* __restrict codes) {
  using Halves = int16_t __attribute__((vector_size(kVector)));
  using Bytes = uint8_t __attribute__((vector_size(kVector / 2)));
  constexpr size_t kAtOnce = kVector / sizeof(int16_t);
  int16_t bounded[kSegment + kAtOnce];
  for (size_t i = 0; i < n; ++i) {
    const int32_t low = z[i] < 0 ? 0 : z[i];
    bounded[i] = static_cast<int16_t>(low > INT16_MAX ? INT16_MAX : low);
  }
  __builtin_memset(bounded + n, 0, kAtOnce * sizeof(int16_t));
  Halves zeros = {}, clipped = {};  // a lane counts to at most 2^7
  for (size_t i = 0; i < n; i += kAtOnce) {
    Halves p, code = {};
    __builtin_memcpy(&p, bounded + i, sizeof p);
    for (int j = 1; j <= 15; ++j) code -= p >= static_cast<int16_t>(plan.levels[j]);
    zeros -= code == 0;
    clipped -= p >= static_cast<int16_t>(plan.levels[16]);
    const auto bytes = __builtin_convertvector(code, Bytes);
    if (n - i >= kAtOnce) {
      __builtin_memcpy(codes + i, &bytes, sizeof bytes);
    } else {
      for (size_t j = 0; j < n - i; ++j) codes[i + j] = bytes[j];
    }
  }
  const uint64_t filled = (kAtOnce - n % kAtOnce) % kAtOnce;
  return {static_cast<uint32_t>(SumOf(zeros) - filled), static_cast<uint32_t>(SumOf(clipped))};
}

SegmentCounts Nearest(const NearestPlan& plan, const int32_t* z, size_t n, uint8_t* codes) {
  if (!plan.is_unsigned) return NearestOf<false>(plan, z, n, codes);
  return plan.levels[16] <= INT16_MAX ? NearestIn16Bits(plan, z, n, codes)
                                      : NearestOf<true>(plan, z, n, codes);
}

// The bits of float(p): the exponent, then the fraction. Where float does not hold p its last 7
// bits are dropped, which leaves 17 bits of fraction, as many as R + 1 can be, and no rounding.
inline uint32_t FloatBits(uint32_t p) {
  const uint32_t held = p >= 1U << 24 ? p & ~0x7fU : p;
  const auto value = static_cast<float>(static_cast<int32_t>(held));  // 2^31 becomes -2^31
  return __builtin_bit_cast(uint32_t, value) & 0x7fffffff;
}

SegmentCounts Luq(const LuqPlan& plan_in, const int32_t* __restrict z,
                  const uint16_t* __restrict words, size_t n, uint8_t* __restrict codes) {
  const LuqPlan plan = plan_in;
  const int unit = plan.random_bits + 1;
  const int32_t top = 7 << unit;
  SegmentCounts counts{};
  for (size_t i = 0; i < n; ++i) {
    const uint32_t p = Magnitude(z[i]);
    const uint32_t low = p << plan.low_left >> plan.low_right & plan.low_mask;
    const auto exact = static_cast<int32_t>((FloatBits(p) >> plan.high_shift) - plan.high_bias);
    const uint32_t high = static_cast<uint32_t>(exact < top ? exact : top);
    const uint32_t scale = Ordered(p) < Ordered(plan.one) ? low : high;
    const uint32_t magnitude = (scale + Odd(words[i], plan.random_bits)) >> unit;
    const uint32_t sign = z[i] < 0 && magnitude != 0 ? 8 : 0;
    codes[i] = static_cast<uint8_t>(magnitude | sign);
    counts.zeros += magnitude == 0;
    counts.clipped += Ordered(p) > Ordered(plan.clip) ? 1 : 0;
  }
  return counts;
}

template <bool is_unsigned>
SegmentCounts StochasticOf(const StochasticPlan& plan_in, const int32_t* __restrict z,
                           const uint16_t* __restrict words, size_t n, uint8_t* __restrict codes) {
  constexpr uint32_t kLimit = is_unsigned ? 15 : 7;
  const StochasticPlan plan = plan_in;
  const int unit = plan.random_bits + 1;
  SegmentCounts counts{};
  for (size_t i = 0; i < n; ++i) {
    const uint32_t p = is_unsigned && z[i] < 0 ? 0 : Magnitude(z[i]);
    const uint64_t scaled = p * plan.multiplier << plan.left >> plan.right;
    const uint32_t rounded =
        static_cast<uint32_t>((scaled + Odd(words[i], plan.random_bits)) >> unit);
    const uint32_t magnitude = p >= plan.clip ? kLimit + 1 : rounded;
    const uint32_t clamped = magnitude > kLimit ? kLimit : magnitude;
    codes[i] = SignedCode<is_unsigned>(clamped, z[i]);
    counts.zeros += clamped == 0 || (is_unsigned && z[i] < 0);
    counts.clipped += magnitude > kLimit;
  }
  return counts;
}

SegmentCounts Stochastic(const StochasticPlan& plan, const int32_t* z, const uint16_t* words,
                         size_t n, uint8_t* codes) {
  return plan.is_unsigned ? StochasticOf<true>(plan, z, words, n, codes)
                          : StochasticOf<false>(plan, z, words, n, codes);
}

}  // namespace

extern const Kernels TETRALOG_KERNELS = {Decode<Int4>,
                                         Decode<Uint4>,
                                         Decode<Log4>,
                                         CountColumns,
                                         CountRow,
                                         AddC,
                                         Mask,
                                         RowStatistics<false>,
                                         RowStatistics<true>,
                                         StatisticsOfRows,
                                         RandomWords,
                                         RandomRows,
                                         Nearest,
                                         Luq,
                                         Stochastic};

}  // namespace tetralog
