// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The vector loops of the host's part of a training step: weights and their update, packed codes,
// and what surrounds the GEMM of a convolution.
//
// The same source is compiled once for every instruction set, as sim/functional/fast_kernels.h is.
// All sets give the same bits: integers, and float64 operations on single elements that are never
// contracted. Only raw pointers and built-in types here, for the reason given there.
//
// Loops marked "blocks" work on whole blocks of kBlock bytes and so read and write up to kBlock - 1
// bytes behind the end of what they are for; buffers have that room.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tetralog::train {

inline constexpr size_t kBlock = 16;

// Of magnitudes of weights, in index order.
struct WeightSums {
  double sum = 0, squares = 0, max = 0;
};

struct HostKernels {
  // v = momentum * v + z * unit; w -= rate * v; the new w are added to the sums.
  void (*update)(const int32_t* z, double unit, double rate, double momentum, double* v, double* w,
                 size_t n, WeightSums* sums);
  // Adam (sim/reference/adam.h) with the gradient z * unit: rate over 1 - momentum^t, root of 1 -
  // decay^t; m and s are the means of the gradient and of its square.
  void (*adam)(const int32_t* z, double unit, double rate, double momentum, double root, double* m,
               double* s, double* w, size_t n, WeightSums* sums);
  // INT4 codes of w / scale, to nearest, two a byte; the pad of an odd row is 0.
  void (*quantise_int4)(const double* w, double scale, size_t n, uint8_t* packed);
  // Codes of pixels: how many of the 15 levels are not above the pixel.
  void (*pixel_codes)(const uint8_t* pixels, const uint8_t* levels, size_t n, uint8_t* codes);
  // Two codes a byte from one a byte, and back. n codes.
  void (*pack)(const uint8_t* codes, size_t n, uint8_t* packed);
  void (*unpack)(const uint8_t* packed, size_t n, uint8_t* codes);
  // Byte i holds codes 2i + 1 and 2i + 2: the packed plane from its second code on. n bytes.
  void (*pack_odd)(const uint8_t* codes, size_t n, uint8_t* packed);

  // 2x2 maximum pool of `rows` pairs of packed image rows of `half` bytes each: values [rows,
  // half], and which of the four was taken (row by row, the first of equals). Blocks.
  void (*pool)(const uint8_t* packed, size_t rows, size_t half, uint8_t* values, uint8_t* taken);
  // The same of sums, rows of `half` pairs: values, which was taken, and 1 where the value is
  // positive.
  void (*pool_sums)(const int32_t* z, size_t rows, size_t half, int32_t* values, uint8_t* taken,
                    uint8_t* positive);
  // The way back of gradient codes: packed image rows, zero where nothing was taken. Blocks.
  void (*unpool)(const uint8_t* codes, const uint8_t* taken, size_t rows, size_t half,
                 uint8_t* packed);
  // `count` runs of `size` bytes from source + i * step, one behind the other. Blocks.
  void (*gather)(const uint8_t* source, size_t count, size_t step, size_t size, uint8_t* to);
  // `count` runs of `size` bytes, one behind the other, to places `step` bytes apart.
  void (*spread)(const uint8_t* source, size_t count, size_t size, size_t step, uint8_t* to);

  // Adds the columns of one image back into it: columns [out * out, kernel * run] with rows of
  // `stride` numbers, image [out + kernel - 1, out + kernel - 1, channels], run = kernel *
  // channels.
  void (*fold)(const int32_t* columns, size_t stride, size_t out, size_t kernel, size_t channels,
               int32_t* image);
  // z = 0 where the code is 0; the greatest magnitude that stays.
  uint32_t (*mask_max)(const uint8_t* codes, size_t n, int32_t* z);
  // [rows, cols] bytes to [cols, rows].
  void (*transpose)(const uint8_t* from, size_t rows, size_t cols, uint8_t* to);
};

// One for every instruction set that this build has.
extern const HostKernels kHostKernelsBaseline;
extern const HostKernels kHostKernelsAvx2;    // x86-64-v3
extern const HostKernels kHostKernelsAvx512;  // x86-64-v4

// The best that this processor has.
const HostKernels& BestHostKernels();

}  // namespace tetralog::train
