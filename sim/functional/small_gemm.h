// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The accumulators of commands that are too small for oneDNN; see small_products.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/gemm.h"
#include "sim/functional/instruction_set.h"
#include "sim/functional/small_products.h"

namespace tetralog {

class SmallGemm {
 public:
  // Whether this is the faster way. Not on the baseline, which has no such products.
  static bool Suits(const GemmCommand& command, InstructionSet set);

  // The command outlives this.
  SmallGemm(const GemmCommand& command, InstructionSet set);

  // Accumulators of a rectangle of D, `column` a multiple of 2; z is its first. From any thread.
  void Multiply(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                size_t z_stride) const;

 private:
  // At most fit_ k of a sample of A; of rows of B: a whole sample.
  struct Block {
    size_t k, depth;  // from, how many
    size_t a;         // where its A begins, and its start
    size_t start;
  };

  size_t Groups(size_t depth) const { return (depth + products_.group - 1) / products_.group; }
  void PrepareColumns(const int8_t* values, size_t stride, bool transposed);
  void PrepareRows(const uint8_t* data);
  void PrepareTails();
  void MultiplyColumns(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                       size_t z_stride) const;
  void MultiplyRows(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                    size_t z_stride) const;

  const GemmCommand& command_;
  const SmallProducts& products_;
  uint8_t flip_;
  size_t fit_;    // products of a with b that are added together: in 16 bits as many as fit
  size_t burst_;  // chunks of k whose sum does with codes of 15
  std::vector<Block> blocks_;
  std::vector<int32_t> groups_;  // of columns of A: [group][row]
  std::vector<int32_t> starts_;  // [block][row]
  size_t chunks_ = 0;
  std::vector<int8_t> chunked_;  // rows of A: [sample][row][chunk]
  std::vector<int32_t> sums_;    // [sample][row], -8 times the sum of A
  std::vector<uint8_t> tails_;
};

}  // namespace tetralog
