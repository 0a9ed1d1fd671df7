// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Seeded calls of a GEMM backend over all formats, orientations, masks, addends, samples and
// shifts.

#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "sim/train/gemm_backend.h"

namespace tetralog::train::testing {

inline std::vector<uint8_t> Codes(std::mt19937_64& engine, size_t size) {
  std::vector<uint8_t> codes(size);
  const bool sparse = engine() % 2 == 0;
  for (uint8_t& code : codes) code = sparse && engine() % 2 == 0 ? 0 : engine() % 16;
  return codes;
}

// A call with the tensors that it points to.
struct RandomCall {
  std::vector<uint8_t> a, b, mask;
  std::vector<int32_t> c;
  GemmCall call;

  explicit RandomCall(uint64_t seed) {
    std::mt19937_64 engine(seed);
    const auto one_in = [&](unsigned n) { return engine() % n == 0; };
    call.layer = "call";
    call.kind = std::to_string(seed);
    call.m = 1 + engine() % 40;
    call.n = 1 + engine() % 40;
    call.k = 1 + engine() % (one_in(4) ? 900 : 60);
    call.a_format = one_in(2) ? Format::kInt4 : Format::kLog4;
    call.b_format = one_in(2) ? Format::kInt4 : Format::kUint4;
    constexpr Format kFormats[] = {Format::kInt4, Format::kUint4, Format::kLog4, Format::kInt32};
    call.d_format = kFormats[engine() % 4];
    call.a_transposed = one_in(2);
    call.b_transposed = one_in(2);
    call.d_transposed = one_in(2);
    call.mask_transposed = one_in(2);
    call.a_samples = one_in(2) ? 1 : 1 + engine() % 4;
    if (call.d_format == Format::kLog4) call.samples = 1 + engine() % 3;
    if (call.d_format != Format::kLog4) call.scale_mul = 1 + engine() % 255;
    call.scale_shift =
        one_in(5) ? static_cast<int32_t>(engine() % 96) - 32 : static_cast<int32_t>(engine() % 16);
    call.rounding = one_in(2) ? Rounding::kNearest : Rounding::kStochastic;
    call.seed = engine();
    a = Codes(engine, size_t{call.a_samples} * call.m * call.k);
    b = Codes(engine, size_t{call.k} * call.n);
    call.a = a.data();
    call.b = b.data();
    if (one_in(2)) {
      mask = Codes(engine, size_t{call.m} * call.n);
      call.mask = mask.data();
    }
    if (one_in(2)) {
      constexpr uint32_t kRowStrides[] = {1, 0, 41, 1, 3}, kColStrides[] = {0, 1, 1, 41, 2};
      const size_t kind = engine() % 5;
      call.c_row_stride = kRowStrides[kind];
      call.c_col_stride = kColStrides[kind];
      c.resize(41 * 41);
      for (int32_t& value : c) value = static_cast<int32_t>(engine()) >> (one_in(9) ? 0 : 14);
      call.c = c.data();
    }
  }
};

}  // namespace tetralog::train::testing
