// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The accumulators of commands whose A is mostly zeros, as gradients in LOG4 are behind a ReLU:
// what is zero is left out, which oneDNN cannot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/gemm.h"
#include "sim/functional/instruction_set.h"
#include "sim/functional/sparse_products.h"

namespace tetralog {

class SparseGemm {
 public:
  // Columns of D of which a rectangle has a multiple, but the last.
  static constexpr size_t kColumns = kSparseColumns;

  // Nothing where there is a faster way, and on the baseline, which has no such products. The
  // command is not needed later.
  static std::optional<SparseGemm> For(const GemmCommand& command, InstructionSet set);

  // Accumulators of a rectangle of D, `column` a multiple of kColumns; z is its first. From any
  // thread.
  void Multiply(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                size_t z_stride) const;

 private:
  SparseGemm(const GemmCommand& command, size_t nonzeros, InstructionSet set);
  void PrepareB(const GemmCommand& command, const Kernels& kernels);

  // See SparseProduct.
  std::vector<uint32_t> begin_;
  std::unique_ptr<uint32_t[]> offsets_;
  std::unique_ptr<int8_t[]> values_;
  std::vector<int32_t> start_;
  size_t b_stride_;
  std::unique_ptr<uint8_t[]> b_;
};

}  // namespace tetralog
