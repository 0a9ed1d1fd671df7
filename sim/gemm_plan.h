// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// From a matrix product of tensors to the commands that compute it on a machine of a given shape.
//
// Panels of A and blocks of B take at most half of their buffers, so that the next is fetched while
// one is computed, unless the whole operand fits. K that does not fit so, or that could overflow
// the accumulator, is split: the parts are summed as INT32 through C, and the last one scales,
// masks, rounds and has the statistics of the whole. The bits are those of the product in one
// piece; only the number of wraps is counted part by part.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/contract.h"
#include "sim/machine.h"
#include "sim/tensor.h"

namespace tetralog {

// C of a product: INT32 elements at address + m * row_stride + n * col_stride, in bytes.
struct Addend {
  uint64_t address = 0;
  uint32_t row_stride = 0;
  uint32_t col_stride = 4;
};

// C[m,n] = tensor[m,n], or tensor[n,m] when transposed.
Addend MatrixAddend(const Tensor& tensor, bool transposed = false);
Addend RowBias(const Tensor& tensor);     // C[m,n] = tensor[0,m]
Addend ColumnBias(const Tensor& tensor);  // C[m,n] = tensor[0,n]

// How outputs are scaled, rounded and given random bits; see the command's fields.
struct OutputOptions {
  uint8_t scale_mul = 1;
  int scale_shift = 0;
  Rounding rounding = Rounding::kNearest;
  uint64_t seed = 0;
  uint32_t row0 = 0, col0 = 0;
  uint8_t sample0 = 0;
};

// D = out(A B + C). "Transposed" tensors hold a column of the matrix in each stored row.
struct GemmRequest {
  Tensor a, b, d;
  bool a_transposed = false, b_transposed = false, d_transposed = false, mask_transposed = false;
  std::optional<Addend> c;
  std::optional<Tensor> mask;
  uint32_t a_samples = 1;  // the first samples of A, over which the sum runs
  OutputOptions output;    // d.samples samples, from sample0 on
};

// Bytes of the INT32 partial sums that the plan needs beside D; often 0.
uint64_t PlanScratchBytes(const MachineShape& shape, const GemmRequest& request);

// The commands, in order; `scratch` is the address of PlanScratchBytes() bytes, a multiple of 16.
// std::invalid_argument when the tensors' sizes do not agree or no split of K fits; what else is
// illegal the machine refuses.
std::vector<Command> PlanGemm(const MachineShape& shape, const GemmRequest& request,
                              uint64_t scratch);

}  // namespace tetralog
