// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The product of one GemmCall of any size on the fast functional path: packs the codes, cuts K at
// the accumulator's limit and chains the parts through C.
#pragma once

#include "model/gemm.h"
#include "sim/train/gemm_backend.h"

namespace tetralog {

struct ProductOptions {
  uint32_t row0 = 0, col0 = 0, sample0 = 0;
  int acc_width = 24;
  bool split_k = false;  // else a K beyond the accumulator's limit is refused
  int threads = 1;       // 0: one for every processor
};

// Refuses what CheckGemm refuses and codes over 15 (std::invalid_argument, one line). D in logical
// order, whatever d_transposed says; wraps are those of all parts.
GemmResult RunProduct(const train::GemmCall& call, const ProductOptions& options);

}  // namespace tetralog
