// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Trace file: the GEMMs of recorded training steps with every operand, accumulator, output code and
// statistic, in HDF5. The format is described in docs/traces.md.
//
// Behaviour: write_trace makes the same bytes from the same trace. read_trace checks every shape
// against the dimensions and throws std::runtime_error with one line that says what is wrong and
// what to do; a trace that it returns is consistent, so users need not check sizes again.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/contract.h"

namespace tetralog {

inline constexpr uint32_t kTraceVersion = 1;

// Stored tensor of 4-bit codes: element 2i of a row is bits 3:0 of byte i of the row, the pad
// nibble of an odd row is 0, rows follow each other without gaps.
struct PackedTensor {
  uint32_t rows = 0;
  uint32_t cols = 0;           // elements of a row
  std::vector<uint8_t> bytes;  // rows * stride()

  uint32_t stride() const { return (cols + 1) / 2; }  // bytes of a row
  bool empty() const { return bytes.empty(); }
};

struct TraceStatistics {
  uint32_t max_abs = 0;           // max |z|
  uint64_t sum_abs = 0;           // sum of |z|
  uint64_t sum_squares_lo = 0;    // sum of z^2, bits 63:0
  uint64_t sum_squares_hi = 0;    // sum of z^2, bits 95:64
  uint64_t wraps = 0;             // results that did not fit 32 bits
  std::vector<uint64_t> zeros;    // [samples] zero codes emitted (INT32: z = 0)
  std::vector<uint64_t> clipped;  // [samples] elements beyond the range of codes (INT32: 0)
};

// One command D[m,n] = out(sum_k A[m,k] * B[k,n] + C[m,n]). A tensor that is transposed is stored
// with the rows and columns of its logical matrix exchanged.
struct TraceGemm {
  std::string name;   // "step000/fc1_forward"
  uint32_t step = 0;  // training steps before this one
  std::string layer;
  std::string kind;  // "forward", "input_gradient", "weight_gradient"

  uint32_t m = 0, n = 0, k = 0;
  Format a_format = Format::kInt4, b_format = Format::kUint4, d_format = Format::kInt32;
  bool a_transposed = false, b_transposed = false, d_transposed = false, mask_transposed = false;
  double scale_a = 1, scale_b = 1, scale_d = 1;  // real value = code * scale; INT32: z * scale_d
  uint32_t scale_mul = 1;                        // y = z * scale_mul * 2^-scale_shift
  int32_t scale_shift = 0;
  Rounding rounding = Rounding::kNearest;
  uint64_t seed = 0;
  uint32_t row0 = 0, col0 = 0, sample0 = 0;
  uint32_t samples = 1;    // samples of D: more than 1 only with LOG4 outputs
  uint32_t a_samples = 1;  // samples of A, all summed: the stored A has a_samples times the rows
  uint32_t acc_width = 24;

  PackedTensor a;     // a_samples times [m,k], transposed [k,m], one after the other
  PackedTensor b;     // [k,n], transposed [n,k]
  PackedTensor mask;  // [m,n], transposed [n,m]; empty: no mask
  // C[i,j] = c[i * c_row_stride + j * c_col_stride] (strides in elements); empty: no C.
  std::vector<int32_t> c;
  uint32_t c_row_stride = 0, c_col_stride = 0;

  std::vector<int32_t> raw;  // [m,n], the accumulator before C, never transposed
  // The output. 4-bit formats: samples times [m,n] (transposed [n,m]), one after the other.
  PackedTensor d;
  std::vector<int32_t>
      z;  // INT32: [m,n], never transposed; equals raw when there is no C and no mask
  TraceStatistics statistics;
};

struct Trace {
  std::string network;           // "mlp", "lenet", "resnet8", "resnet20" or "vit"
  std::string dataset;           // data package and its version
  std::string libraries;         // versions of the libraries that took part
  std::string command;           // the command line that records this trace
  uint64_t seed = 0;             // of the run
  std::vector<TraceGemm> gemms;  // in execution order
};

// Bytes that the tensors of a GEMM may take in a file, before they are compressed.
uint64_t data_bytes(const TraceGemm& gemm);

// Puts the file in its place when it is whole: until then, and after an error, what was there
// stays. deflate: 1 (fast) to 9 (small).
void write_trace(const std::string& path, const Trace& trace, unsigned deflate = 9);
Trace read_trace(const std::string& path);

// What to do about a trace that is not right: the project's own are made again by `make traces`.
std::string trace_advice(const std::string& path);

// The first difference between two traces in one line, naming the GEMM and the field; empty if
// equal.
std::string first_difference(const Trace& left, const Trace& right);

}  // namespace tetralog
