// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Compiled once for every instruction set; TETRALOG_HOST_KERNELS is the name of this one's table.

#include "sim/train/host_kernels.h"

#include "sim/functional/byte_block.h"
#include "sim/reference/adam.h"

namespace tetralog::train {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "pairs of codes are packed as words");

// As many numbers as one register holds; the compiler's vectoriser makes shuffles of these sums.
#if defined(__AVX__)
constexpr size_t kVector = 32;
#else
constexpr size_t kVector = 16;
#endif
// For float64 also the registers of 64 bytes, where a pass has few shuffles.
#if defined(__AVX512F__)
constexpr size_t kDoubles = 64;
#else
constexpr size_t kDoubles = kVector;
#endif
constexpr size_t kLanes = kDoubles / sizeof(double);
using Doubles = double __attribute__((vector_size(kDoubles)));
using Bits = uint64_t __attribute__((vector_size(kDoubles)));
template <size_t kCount>
using Bytes = uint8_t __attribute__((vector_size(kCount)));
using Integers = int32_t __attribute__((vector_size(kDoubles / 2)));

template <typename Vector, typename T>
inline Vector Load(const T* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof vector);
  return vector;
}

inline Doubles Magnitudes(Doubles x) { return (Doubles)((Bits)x & 0x7fffffffffffffff); }

// Magnitudes of weights are added in index order, which makes the sums chains of additions.
void AddInOrder(const double* w, size_t n, WeightSums* sums) {
  double sum = sums->sum, squares = sums->squares, max = sums->max;
  for (size_t i = 0; i < n; ++i) {
    const double magnitude = __builtin_fabs(w[i]);
    sum += magnitude;
    squares += magnitude * magnitude;
    max = magnitude > max ? magnitude : max;
  }
  *sums = {sum, squares, max};
}

// --- Update ---

// The update and the sums, one element after the other: the definition.
void UpdateInOrder(const int32_t* __restrict z, double unit, double rate, double momentum,
                   double* __restrict v, double* __restrict w, size_t n, WeightSums* sums) {
  for (size_t i = 0; i < n; ++i) {
    v[i] = momentum * v[i] + static_cast<double>(z[i]) * unit;
    w[i] -= rate * v[i];
    AddInOrder(w + i, 1, sums);
  }
}

// Adds numbers x >= 0 to a sum that lies in [power, 2 * power), a power of two. As long as it does,
// its bits end at the same place, so that to add x is to add x rounded to that place, whatever the
// sum is; and these parts are integers, which add up in any order. Only where x lies halfway
// between two places does the sum decide: then x rounded on an even and on an odd number are not
// one apart.
class SumTogether {
 public:
  explicit SumTogether(double sum)
      : sum_(__builtin_bit_cast(uint64_t, sum)),
        power_(__builtin_bit_cast(double, sum_ & 0x7ff0000000000000)),
        even_(1.5 * power_),
        odd_(__builtin_bit_cast(double, __builtin_bit_cast(uint64_t, even_) + 1)) {}

  void Add(Doubles x) {
    const auto on_even = (Bits)(x + even_), on_odd = (Bits)(x + odd_);
    parts_ += on_even;
    apart_ &= on_even ^ on_odd;  // 0 as well for what is no number
  }
  // The new sum, of n numbers more; false where it is not known, `greatest` being the greatest x.
  bool Finish(size_t n, double greatest, double* sum) const {
    uint64_t next = sum_ - n * __builtin_bit_cast(uint64_t, even_), apart = 1;
    for (size_t i = 0; i < kLanes; ++i) {
      next += parts_[i];
      apart &= apart_[i];
    }
    *sum = __builtin_bit_cast(double, next);
    return apart != 0 && greatest < 0.5 * power_ && *sum < 2.0 * power_;
  }

 private:
  uint64_t sum_;
  double power_, even_, odd_;
  Bits parts_ = {}, apart_ = Bits{} - 1;
};

// n: a multiple of kLanes.
void UpdateTogether(const int32_t* __restrict z, double unit, double rate, double momentum,
                    double* __restrict v, double* __restrict w, size_t n, WeightSums* sums) {
  SumTogether sum(sums->sum), squares(sums->squares);
  Doubles greatest = {};
  for (size_t i = 0; i < n; i += kLanes) {
    const auto gradient = __builtin_convertvector(Load<Integers>(z + i), Doubles);
    const Doubles velocity = momentum * Load<Doubles>(v + i) + gradient * unit;
    const Doubles weight = Load<Doubles>(w + i) - rate * velocity;
    __builtin_memcpy(v + i, &velocity, kDoubles);
    __builtin_memcpy(w + i, &weight, kDoubles);
    const Doubles magnitude = Magnitudes(weight);
    sum.Add(magnitude);
    squares.Add(magnitude * magnitude);
    greatest = magnitude > greatest ? magnitude : greatest;
  }
  double max = 0;
  for (size_t i = 0; i < kLanes; ++i) max = greatest[i] > max ? greatest[i] : max;
  WeightSums next;
  if (!sum.Finish(n, max, &next.sum) || !squares.Finish(n, max * max, &next.squares)) {
    AddInOrder(w, n, sums);
    return;
  }
  next.max = max > sums->max ? max : sums->max;
  *sums = next;
}

void Update(const int32_t* z, double unit, double rate, double momentum, double* v, double* w,
            size_t n, WeightSums* sums) {
  constexpr size_t kChunk = 400;
  // From where no register's worth of w lies in two lines of the cache.
  const size_t apart = reinterpret_cast<uintptr_t>(w) % kDoubles / sizeof(double);
  size_t i = (kLanes - apart) % kLanes;
  i = i < n ? i : n;
  UpdateInOrder(z, unit, rate, momentum, v, w, i, sums);
  while (n - i >= kLanes) {
    const size_t chunks = (n - i + kChunk - 1) / kChunk;  // of about the same size
    const size_t size = (n - i) / chunks / kLanes * kLanes;
    UpdateTogether(z + i, unit, rate, momentum, v + i, w + i, size, sums);
    i += size;
  }
  UpdateInOrder(z + i, unit, rate, momentum, v + i, w + i, n - i, sums);
}

void Adam(const int32_t* __restrict z, double unit, double rate, double momentum, double root,
          double* __restrict m, double* __restrict s, double* __restrict w, size_t n,
          WeightSums* sums) {
  using reference::kAdamDecay;
  for (size_t i = 0; i < n; ++i) {
    const double g = static_cast<double>(z[i]) * unit;
    m[i] = momentum * m[i] + (1.0 - momentum) * g;
    s[i] = kAdamDecay * s[i] + (1.0 - kAdamDecay) * (g * g);
    w[i] -= rate * (m[i] / (__builtin_sqrt(s[i]) / root + reference::kAdamEpsilon));
  }
  AddInOrder(w, n, sums);
}

// To the nearest integer, ties to even, |x| below 2^31, as the low bits of the sum.
template <typename Real>
inline Real RoundEven(Real x) {
  constexpr double kShift = 0x1.8p52;
  return (x + kShift) - kShift;
}

constexpr size_t kQuantised = 512;  // weights at a time

void Pack(const uint8_t* __restrict codes, size_t n, uint8_t* __restrict packed) {
  for (size_t i = 0; i < n / 2; ++i) {
    const uint16_t pair = Load<uint16_t>(codes + 2 * i);
    packed[i] = static_cast<uint8_t>(pair | pair >> 4);
  }
  if (n % 2 != 0) packed[n / 2] = codes[n - 1];
}

// The codes of n <= kQuantised weights by the definition.
void QuantiseByDivision(const double* __restrict w, double scale, size_t n,
                        uint8_t* __restrict codes) {
  for (size_t i = 0; i < n; ++i) {
    // The scale is at least a seventieth of the greatest weight: nothing is near 2^31.
    const double y = RoundEven(w[i] / scale);
    const double high = y > 7.0 ? 7.0 : y;
    codes[i] = static_cast<uint8_t>(static_cast<int32_t>(high < -7.0 ? -7.0 : high) & 15);
  }
}

// The same from products with a number below the inverse of the scale and one above it: false where
// these round to different integers, for the quotient lies between them.
bool QuantiseByProducts(const double* __restrict w, double below, double above, size_t n,
                        uint8_t* __restrict codes) {
  constexpr double kShift = 0x1.8p52;  // makes the low bits of a sum the integer
  int8_t rounded[kQuantised];
  Bits apart = {};
  for (size_t i = 0; i < n; i += kLanes) {
    const auto x = Load<Doubles>(w + i);
    const auto low = (Bits)(x * below + kShift), high = (Bits)(x * above + kShift);
    apart |= low ^ high;
    // The scale is at least a seventieth of the greatest weight: a byte holds the integer.
    const auto bytes = __builtin_convertvector(low, Bytes<kLanes>);
    __builtin_memcpy(rounded + i, &bytes, sizeof bytes);
  }
  for (size_t i = 0; i < n; ++i) {
    const int8_t high = rounded[i] > 7 ? 7 : rounded[i];
    codes[i] = static_cast<uint8_t>((high < -7 ? -7 : high) & 15);
  }
  uint64_t any = 0;
  for (size_t i = 0; i < kLanes; ++i) any |= apart[i];
  return any == 0;
}

void QuantiseInt4(const double* __restrict w, double scale, size_t n, uint8_t* __restrict packed) {
  uint8_t codes[kQuantised];
  const double inverse = 1.0 / scale, below = inverse * (1.0 - 0x1p-48),
               above = inverse * (1.0 + 0x1p-48);
  for (size_t begin = 0; begin < n; begin += kQuantised) {
    const size_t size = n - begin < kQuantised ? n - begin : kQuantised;
    const size_t together = inverse < 0x1p1000 ? size / kLanes * kLanes : 0;
    const double* from = w + begin;
    if (!QuantiseByProducts(from, below, above, together, codes)) {
      QuantiseByDivision(from, scale, together, codes);
    }
    QuantiseByDivision(from + together, scale, size - together, codes + together);
    Pack(codes, size, packed + begin / 2);
  }
}

void PixelCodes(const uint8_t* __restrict pixels, const uint8_t* __restrict levels, size_t n,
                uint8_t* __restrict codes) {
  size_t i = 0;
  for (; i + kVector <= n; i += kVector) {
    const auto p = Load<Bytes<kVector>>(pixels + i);
    Bytes<kVector> code = {};
    for (size_t j = 0; j < 15; ++j) code -= (Bytes<kVector>)(p >= levels[j]);
    __builtin_memcpy(codes + i, &code, kVector);
  }
  for (; i < n; ++i) {
    codes[i] = 0;
    for (size_t j = 0; j < 15; ++j) codes[i] += pixels[i] >= levels[j] ? 1 : 0;
  }
}

void Unpack(const uint8_t* __restrict packed, size_t n, uint8_t* __restrict codes) {
  for (size_t i = 0; i < n / 2; ++i) {
    const auto pair = static_cast<uint16_t>((packed[i] & 0x0f) | (packed[i] & 0xf0) << 4);
    __builtin_memcpy(codes + 2 * i, &pair, sizeof pair);
  }
  if (n % 2 != 0) codes[n - 1] = packed[n / 2] & 15;
}

void PackOdd(const uint8_t* __restrict codes, size_t n, uint8_t* __restrict packed) {
  for (size_t i = 0; i < n; ++i) {
    const uint16_t pair = Load<uint16_t>(codes + 2 * i + 1);
    packed[i] = static_cast<uint8_t>(pair | pair >> 4);
  }
}

inline uint8_t Greater(uint8_t a, uint8_t b) { return a > b ? a : b; }

void Pool(const uint8_t* packed, size_t rows, size_t half, uint8_t* values, uint8_t* taken) {
  for (size_t r = 0; r < rows; ++r) {
    for (size_t begin = 0; begin < half; begin += kBlock) {
      const uint8_t* top = packed + 2 * r * half + begin;
      const uint8_t* bottom = top + half;
      uint8_t best[kBlock];
      for (size_t i = 0; i < kBlock; ++i) {
        // The code, then the earlier place: the greatest of these is the first of the greatest.
        const uint8_t a = static_cast<uint8_t>((top[i] & 15) << 2 | 3);
        const uint8_t b = static_cast<uint8_t>((top[i] >> 4) << 2 | 2);
        const uint8_t c = static_cast<uint8_t>((bottom[i] & 15) << 2 | 1);
        const uint8_t d = static_cast<uint8_t>((bottom[i] >> 4) << 2);
        best[i] = Greater(Greater(a, b), Greater(c, d));
      }
      for (size_t i = 0; i < kBlock; ++i) {
        values[r * half + begin + i] = best[i] >> 2;
        taken[r * half + begin + i] = 3 - (best[i] & 3);
      }
    }
  }
}

// The numbers at even places of two vectors one behind the other, and those at odd ones.
template <typename Vector>
inline Vector Evens(Vector low, Vector high) {
  if constexpr (sizeof low == 32) {
    return __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
  } else if constexpr (sizeof low == 16) {
    return __builtin_shufflevector(low, high, 0, 2, 4, 6);
  }
  return low;
}
template <typename Vector>
inline Vector Odds(Vector low, Vector high) {
  if constexpr (sizeof low == 32) {
    return __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
  } else if constexpr (sizeof low == 16) {
    return __builtin_shufflevector(low, high, 1, 3, 5, 7);
  }
  return high;
}

// The pool of kCount windows, 1, 4 or 8.
template <size_t kCount>
inline void PoolWindows(const int32_t* top, const int32_t* bottom, int32_t* values, uint8_t* taken,
                        uint8_t* positive) {
  using Sums = int32_t __attribute__((vector_size(kCount * sizeof(int32_t))));
  const auto top_low = Load<Sums>(top), top_high = Load<Sums>(top + kCount);
  const auto bottom_low = Load<Sums>(bottom), bottom_high = Load<Sums>(bottom + kCount);
  const Sums a = Evens(top_low, top_high), b = Odds(top_low, top_high);
  const Sums c = Evens(bottom_low, bottom_high), d = Odds(bottom_low, bottom_high);
  const Sums above = b > a ? b : a, below = d > c ? d : c;
  const Sums value = below > above ? below : above;
  const Sums place = below > above ? 2 - (d > c) : 0 - (b > a);
  const auto places = __builtin_convertvector(place, Bytes<kCount>);
  const auto passes = __builtin_convertvector(0 - (value > 0), Bytes<kCount>);
  __builtin_memcpy(values, &value, sizeof value);
  __builtin_memcpy(taken, &places, sizeof places);
  __builtin_memcpy(positive, &passes, sizeof passes);
}

// The last windows of a row together with some that are done already, so that none are left.
template <size_t kCount>
void PoolRows(const int32_t* z, size_t rows, size_t half, int32_t* values, uint8_t* taken,
              uint8_t* positive) {
  for (size_t r = 0; r < rows; ++r, z += 4 * half) {
    for (size_t i = 0; i < half; i += kCount) {
      const size_t first = half - i < kCount ? half - kCount : i, place = r * half + first;
      PoolWindows<kCount>(z + 2 * first, z + 2 * half + 2 * first, values + place, taken + place,
                          positive + place);
    }
  }
}

void PoolSums(const int32_t* z, size_t rows, size_t half, int32_t* values, uint8_t* taken,
              uint8_t* positive) {
  constexpr size_t kMost = kVector / sizeof(int32_t);
  if (half >= kMost) return PoolRows<kMost>(z, rows, half, values, taken, positive);
  if (half >= 4) return PoolRows<4>(z, rows, half, values, taken, positive);
  PoolRows<1>(z, rows, half, values, taken, positive);
}

// A packed image row whose pixel pairs have the places `first` and `first` + 1 in their windows.
template <uint8_t first>
void UnpoolRow(const uint8_t* codes, const uint8_t* taken, size_t half, uint8_t* packed) {
  for (size_t begin = 0; begin < half; begin += kBlock) {
    uint8_t block[kBlock];
    for (size_t i = 0; i < kBlock; ++i) {
      const uint8_t code = codes[begin + i], place = taken[begin + i];
      const uint8_t low = place == first ? code : 0, high = place == first + 1 ? code : 0;
      block[i] = static_cast<uint8_t>(low | high << 4);
    }
    __builtin_memcpy(packed + begin, block, kBlock);
  }
}

void Unpool(const uint8_t* codes, const uint8_t* taken, size_t rows, size_t half, uint8_t* packed) {
  for (size_t r = 0; r < rows; ++r, codes += half, taken += half, packed += 2 * half) {
    UnpoolRow<0>(codes, taken, half, packed);
    UnpoolRow<2>(codes, taken, half, packed + half);
  }
}

void Gather(const uint8_t* source, size_t count, size_t step, size_t size, uint8_t* to) {
  for (size_t r = 0; r < count; ++r, source += step, to += size) {
    for (size_t begin = 0; begin < size; begin += kBlock) {
      __builtin_memcpy(to + begin, source + begin, kBlock);
    }
  }
}

// The last block of a run together with some bytes that are done already.
void Spread(const uint8_t* source, size_t count, size_t size, size_t step, uint8_t* to) {
  for (size_t r = 0; r < count; ++r, source += size, to += step) {
    if (size < kBlock) {
      for (size_t i = 0; i < size; ++i) to[i] = source[i];
      continue;
    }
    for (size_t begin = 0; begin < size; begin += kBlock) {
      const size_t first = size - begin < kBlock ? size - kBlock : begin;
      __builtin_memcpy(to + first, source + first, kBlock);
    }
  }
}

// `run` may be a constant, which makes the additions of a run vectors without a rest.
__attribute__((always_inline)) inline void FoldRuns(const int32_t* __restrict columns,
                                                    size_t stride, size_t out, size_t kernel,
                                                    size_t channels, size_t run,
                                                    int32_t* __restrict image) {
  const size_t line = (out + kernel - 1) * channels;
  for (size_t y = 0; y < out; ++y) {
    for (size_t x = 0; x < out; ++x, columns += stride) {
      for (size_t i = 0; i < kernel; ++i) {
        const int32_t* from = columns + i * run;
        int32_t* to = image + (y + i) * line + x * channels;
        for (size_t j = 0; j < run; ++j) to[j] += from[j];
      }
    }
  }
}

void Fold(const int32_t* columns, size_t stride, size_t out, size_t kernel, size_t channels,
          int32_t* image) {
  const size_t run = kernel * channels;
  if (kernel == 5 && channels == 6) {  // LeNet's
    FoldRuns(columns, stride, out, 5, 6, 30, image);
  } else {
    FoldRuns(columns, stride, out, kernel, channels, run, image);
  }
}

uint32_t MaskMax(const uint8_t* __restrict codes, size_t n, int32_t* __restrict z) {
  int32_t least = 0, greatest = 0;
  for (size_t i = 0; i < n; ++i) {
    z[i] = codes[i] != 0 ? z[i] : 0;
    least = z[i] < least ? z[i] : least;
    greatest = z[i] > greatest ? z[i] : greatest;
  }
  const uint32_t below = 0 - static_cast<uint32_t>(least);
  return below > static_cast<uint32_t>(greatest) ? below : static_cast<uint32_t>(greatest);
}

// `height` rows of 8 bytes to `width` rows of 8.
inline void TransposeBlock(const uint8_t* from, size_t stride, size_t height, uint8_t* to,
                           size_t to_stride, size_t width) {
  uint8_t bytes[64] = {};
  for (size_t r = 0; r < height; ++r) __builtin_memcpy(bytes + 8 * r, from + r * stride, 8);
  TransposeBytes(bytes);
  for (size_t c = 0; c < width; ++c) __builtin_memcpy(to + c * to_stride, bytes + 8 * c, 8);
}

void Transpose(const uint8_t* from, size_t rows, size_t cols, uint8_t* to) {
  const size_t size = rows * cols;
  for (size_t c0 = 0; c0 < cols; c0 += 8) {
    const size_t width = cols - c0 < 8 ? cols - c0 : 8;
    for (size_t r0 = 0; r0 < rows; r0 += 8) {
      const size_t height = rows - r0 < 8 ? rows - r0 : 8;
      const uint8_t* source = from + r0 * cols + c0;
      uint8_t* target = to + c0 * rows + r0;
      // What is written behind a row of fewer than 8 is the beginning of the next, which follows.
      const bool inside = (r0 + height - 1) * cols + c0 + 8 <= size &&
                          (c0 + width - 1) * rows + r0 + 8 <= size && (height == 8 || rows < 8);
      if (inside && height == 8 && width == 8) {
        TransposeBlock(source, cols, 8, target, rows, 8);
      } else if (inside && height == 8) {
        TransposeBlock(source, cols, 8, target, rows, width);
      } else if (inside && width == 8) {
        TransposeBlock(source, cols, height, target, rows, 8);
      } else {
        for (size_t r = 0; r < height; ++r) {
          for (size_t c = 0; c < width; ++c) target[c * rows + r] = source[r * cols + c];
        }
      }
    }
  }
}

}  // namespace

extern const HostKernels TETRALOG_HOST_KERNELS = {
    Update,   Adam,   QuantiseInt4, PixelCodes, Pack, Unpack,  PackOdd,  Pool,
    PoolSums, Unpool, Gather,       Spread,     Fold, MaskMax, Transpose};

}  // namespace tetralog::train
