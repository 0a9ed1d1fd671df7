// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The matrix product that one command computes:
//
//   D[m,n] = out( sum_k A[m,k] * B[k,n] + C[m,n] ),  0 <= m < M, 0 <= k < K, 0 <= n < N
//
// A is INT4 or LOG4, B is INT4 or UINT4, C is INT32 or absent, out() the stages of the epilogue.
// Operands and mask are stored 4-bit tensors in either orientation. The random bits of an element
// depend on its logical index (row0 + m modulo 2^32, column0 + n) and sample (sample0 + s modulo
// 256) only, so a product computed in parts has the bits of the whole.
//
// A weight gradient may run K over several samples of one gradient: with a_samples > 1 the sum also
// runs over the samples of A, a_sample_stride bytes apart, each with the same B.
//
// The same bits as the hardware; a plain triple loop over operands decoded once, no blocking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/contract.h"
#include "model/epilogue_lane.h"
#include "model/epilogue_stats.h"

namespace tetralog {

// A matrix of 4-bit codes in memory. Not transposed, element (r, c) is nibble c of stored row r;
// transposed, it is nibble r of stored row c.
struct TensorView {
  const uint8_t* data = nullptr;
  size_t rows = 0;    // logical
  size_t cols = 0;    // logical
  size_t stride = 0;  // bytes from one stored row to the next
  bool transposed = false;

  size_t stored_rows() const { return transposed ? cols : rows; }
  size_t stored_cols() const { return transposed ? rows : cols; }
  uint8_t At(size_t r, size_t c) const;
};

// INT32 addend; strides in elements, either of which may be 0 (a bias per row or per column).
struct AddendView {
  const int32_t* data = nullptr;
  size_t row_stride = 0;
  size_t col_stride = 0;

  int32_t At(size_t r, size_t c) const { return data[r * row_stride + c * col_stride]; }
};

struct GemmCommand {
  Format a_format = Format::kInt4;
  Format b_format = Format::kInt4;
  TensorView a;     // M x K
  TensorView b;     // K x N
  AddendView c;     // used when epilogue.c_enable
  TensorView mask;  // M x N, used when epilogue.mask_enable
  EpilogueConfig epilogue;

  int a_samples = 1;           // 1..8: samples of A that the sum runs over
  size_t a_sample_stride = 0;  // bytes from one sample of A to the next

  uint64_t seed = 0;
  uint32_t row0 = 0;     // logical index of D[0,0]
  uint32_t column0 = 0;  // a multiple of 16
  uint8_t sample0 = 0;
  int samples = 1;  // 1..8; more than 1 for LOG4 outputs only

  int acc_width = 24;     // of the hardware, 2..32 (a core: 12..32)
  bool keep_raw = false;  // also return the accumulators
};

// Matrices are row-major, M x N.
struct GemmResult {
  std::vector<int32_t> raw;                 // accumulators before C, when keep_raw
  std::vector<int32_t> z;                   // INT32 outputs; empty for other formats
  std::vector<std::vector<uint8_t>> codes;  // 4-bit outputs, one code a byte, one matrix a sample
  EpilogueStats stats;
};

// Refuses, with a one-line std::invalid_argument, what the hardware refuses: operand formats that
// the array does not multiply; a zero dimension, dimensions that do not agree, a stride shorter
// than the row; K * a_samples over MaxProducts(); m or n out of range, m != 1 with LOG4; samples or
// a_samples outside 1..8, several samples of an output that is not LOG4; a column0 that is no
// multiple of 16, columns that reach 2^28.
void CheckGemm(const GemmCommand& command);

// Computes a command; refuses what CheckGemm refuses.
GemmResult Gemm(const GemmCommand& command);

}  // namespace tetralog
