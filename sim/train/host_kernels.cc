// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Compiled once for every instruction set; TETRALOG_HOST_KERNELS is the name of this one's table.

#include "sim/train/host_kernels.h"

#include "sim/reference/adam.h"

namespace tetralog::train {
namespace {

// The sums are chains of additions whose order is fixed; the update hides in their latency when
// both go through the weights together.
void Update(const int32_t* __restrict z, double unit, double rate, double momentum,
            double* __restrict v, double* __restrict w, size_t n, WeightSums* sums) {
  constexpr size_t kChunk = 8;
  double sum = sums->sum, squares = sums->squares, max = sums->max;
  const auto add = [&](double weight) {
    const double magnitude = __builtin_fabs(weight);
    sum += magnitude;
    squares += magnitude * magnitude;
    max = magnitude > max ? magnitude : max;
  };
  size_t i = 0;
  for (; i + kChunk <= n; i += kChunk) {
    for (size_t j = i; j < i + kChunk; ++j) {
      v[j] = momentum * v[j] + static_cast<double>(z[j]) * unit;
      w[j] -= rate * v[j];
    }
    for (size_t j = i; j < i + kChunk; ++j) add(w[j]);
  }
  for (; i < n; ++i) {
    v[i] = momentum * v[i] + static_cast<double>(z[i]) * unit;
    w[i] -= rate * v[i];
    add(w[i]);
  }
  *sums = {sum, squares, max};
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
  for (size_t i = 0; i < n; ++i) {
    const double magnitude = __builtin_fabs(w[i]);
    sums->sum += magnitude;
    sums->squares += magnitude * magnitude;
    sums->max = magnitude > sums->max ? magnitude : sums->max;
  }
}

// To the nearest integer, ties to even, |x| below 2^31, as the low bits of the sum.
inline double RoundEven(double x) {
  constexpr double kShift = 0x1.8p52;
  return (x + kShift) - kShift;
}

void Pack(const uint8_t* __restrict codes, size_t n, uint8_t* __restrict packed) {
  for (size_t i = 0; i < n / 2; ++i) {
    packed[i] = static_cast<uint8_t>(codes[2 * i] | codes[2 * i + 1] << 4);
  }
  if (n % 2 != 0) packed[n / 2] = codes[n - 1];
}

void QuantiseInt4(const double* __restrict w, double scale, size_t n, uint8_t* __restrict packed) {
  constexpr size_t kChunk = 512;
  uint8_t codes[kChunk];
  for (size_t begin = 0; begin < n; begin += kChunk) {
    const size_t size = n - begin < kChunk ? n - begin : kChunk;
    for (size_t i = 0; i < size; ++i) {
      // The scale is at least a seventieth of the greatest weight: nothing is near 2^31.
      const double y = RoundEven(w[begin + i] / scale);
      const double high = y > 7.0 ? 7.0 : y;
      const auto code = static_cast<int32_t>(high < -7.0 ? -7.0 : high);
      codes[i] = static_cast<uint8_t>(code & 15);
    }
    Pack(codes, size, packed + begin / 2);
  }
}

void Unpack(const uint8_t* __restrict packed, size_t n, uint8_t* __restrict codes) {
  for (size_t i = 0; i < n / 2; ++i) {
    codes[2 * i] = packed[i] & 15;
    codes[2 * i + 1] = packed[i] >> 4;
  }
  if (n % 2 != 0) codes[n - 1] = packed[n / 2] & 15;
}

void PackOdd(const uint8_t* __restrict codes, size_t n, uint8_t* __restrict packed) {
  for (size_t i = 0; i < n; ++i) {
    packed[i] = static_cast<uint8_t>(codes[2 * i + 1] | codes[2 * i + 2] << 4);
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

void Fold(const int32_t* __restrict columns, size_t stride, size_t out, size_t kernel,
          size_t channels, int32_t* __restrict image) {
  const size_t run = kernel * channels, line = (out + kernel - 1) * channels;
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

void Transpose(const uint8_t* __restrict from, size_t rows, size_t cols, uint8_t* __restrict to) {
  constexpr size_t kLines = 64;  // of `to` at a time, so that they stay in the cache
  for (size_t c0 = 0; c0 < cols; c0 += kLines) {
    const size_t c1 = cols - c0 < kLines ? cols : c0 + kLines;
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = c0; c < c1; ++c) to[c * rows + r] = from[r * cols + c];
    }
  }
}

}  // namespace

extern const HostKernels TETRALOG_HOST_KERNELS = {Update, Adam,    QuantiseInt4, Pack,
                                                  Unpack, PackOdd, Pool,         Unpool,
                                                  Gather, Fold,    MaskMax,      Transpose};

}  // namespace tetralog::train
