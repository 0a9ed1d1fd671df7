// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What computes the GEMMs of a training step: a machine of any level, or the reference. Same calls,
// same bits.
//
// No tensor library here, so that C++17 and C++20 sources may include it.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/contract.h"

namespace tetralog::train {

// D[m,n] = out( sum over samples of A and k of A[m,k] * B[k,n] + C[m,n] ), of any size. Codes are
// one a byte, 0..15; rows and samples follow each other without gaps. A tensor that is transposed
// is stored with the rows and columns of its logical matrix exchanged (docs/interface.md).
struct GemmCall {
  std::string layer, kind;       // "fc1"; "forward", "input_gradient" or "weight_gradient"
  uint32_t m = 0, n = 0, k = 0;  // 1..2^24 - 1
  Format a_format = Format::kInt4, b_format = Format::kUint4, d_format = Format::kInt32;
  bool a_transposed = false, b_transposed = false, d_transposed = false, mask_transposed = false;
  uint32_t a_samples = 1, samples = 1;  // 1..8; samples of D above 1 only of LOG4
  const uint8_t* a = nullptr;           // a_samples times [m,k]
  const uint8_t* b = nullptr;           // [k,n]
  const uint8_t* mask = nullptr;        // [m,n], null: none
  const int32_t* c = nullptr;  // C[i,j] = c[i * c_row_stride + j * c_col_stride], null: none
  uint32_t c_row_stride = 0, c_col_stride = 0;  // elements
  // D = out(z * scale_mul * 2^-scale_shift): 1..255 (1 for LOG4), -32..63; nothing of INT32.
  uint32_t scale_mul = 1;
  int32_t scale_shift = 0;
  Rounding rounding = Rounding::kNearest;
  uint64_t seed = 0;
  // Real value = code * scale. Backends compute with codes alone; recordings name the scales.
  double scale_a = 1, scale_b = 1;

  std::string name() const { return layer + "_" + kind; }  // for messages
};

struct GemmOutput {
  std::vector<uint8_t> codes;       // samples times D as stored; empty for INT32
  std::vector<int32_t> z;           // INT32: D as stored; else empty
  uint32_t max_abs = 0;             // of z over all elements, as the core reports it
  uint64_t zeros = 0, clipped = 0;  // of sample 0 alone
  uint64_t wraps = 0;               // elements whose sum left INT32, of each part where K is split
};

class GemmBackend {
 public:
  virtual ~GemmBackend() = default;
  virtual const std::string& name() const = 0;  // "reference", "functional", "cycle", "rtl"
  // One GEMM; overwrites the output. Throws std::invalid_argument with one line for formats,
  // samples or scales that the backend sees are wrong or for tensors that do not fit its memory,
  // and what its machine throws (DriverError, MachineError): see machine_backend.h,
  // reference_backend.h. What the reference does not refuse beyond formats and samples is
  // undefined.
  virtual void Run(const GemmCall& call, GemmOutput* output) = 0;
};

}  // namespace tetralog::train
