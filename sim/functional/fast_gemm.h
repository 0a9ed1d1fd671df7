// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The product of one command, fast: the same results as Gemm() of model/gemm.h, bit for bit, from
// oneDNN's int8 matrix product and vectorised stages of the epilogue.
//
// Operands are decoded to int8 (LOG4 reaches 64, UINT4 15, INT4 -8) and multiplied exactly: sums
// are of 32 bits, and pairs of products stay far below the 16 bits in which processors without VNNI
// add them. The epilogue then takes each row in segments that stay in the first-level cache.
//
// The result does not depend on threads, on the instruction set or on how the work is split.
// Limits: little-endian processors. Memory: operands as one byte an element; for outputs other than
// INT32 also M * N * 4 bytes of accumulators.
#pragma once

#include <cstddef>

#include "model/gemm.h"
#include "sim/functional/instruction_set.h"

namespace tetralog {

struct FastOptions {
  int threads = 1;  // at most; 0: one for every processor
  // No thread is started for less: products a*b, an output counting as 32 of them.
  size_t work_per_thread = 2'000'000;
  InstructionSet instruction_set = InstructionSets().back();  // of the loops
  bool small_products = true;  // false: oneDNN multiplies whatever the size and the zeros
  // INT32 outputs go here instead of GemmResult::z, rows z_stride elements apart; C lies elsewhere.
  int32_t* z = nullptr;
  size_t z_stride = 0;
};

// Computes a command; refuses what CheckGemm refuses, an instruction set that is missing, a
// negative number of threads and no work per thread (std::invalid_argument, one line).
GemmResult FastGemm(const GemmCommand& command, const FastOptions& options = {});

}  // namespace tetralog
