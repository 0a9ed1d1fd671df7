// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/python/code_product.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/dot_product.h"
#include "model/formats.h"
#include "sim/functional/fast_gemm.h"

namespace tetralog {
namespace {

// Samples of a stored matrix of codes, packed.
struct Packed {
  std::vector<uint8_t> bytes;
  TensorView view;
  size_t sample_stride = 0;
};

// A rectangle of a logical matrix.
struct Cut {
  size_t row, rows, col, cols;
};

Packed Pack(const char* name, const uint8_t* codes, size_t rows, size_t cols, bool transposed,
            uint32_t samples, Cut cut) {
  Packed packed;
  packed.view = {nullptr, cut.rows, cut.cols, 0, transposed};
  if (transposed) {
    std::swap(rows, cols);
    std::swap(cut.row, cut.col);
    std::swap(cut.rows, cut.cols);
  }
  const size_t stride = RowBytes(cut.cols);
  packed.sample_stride = stride * cut.rows;
  packed.bytes.resize(packed.sample_stride * samples);
  uint8_t* out = packed.bytes.data();
  unsigned seen = 0;
  for (uint32_t s = 0; s < samples; ++s) {
    for (size_t r = 0; r < cut.rows; ++r, out += stride) {
      const uint8_t* row = codes + (s * rows + cut.row + r) * cols + cut.col;
      for (size_t i = 0; i < cut.cols / 2; ++i) {
        seen |= row[2 * i] | row[2 * i + 1];
        out[i] = static_cast<uint8_t>(row[2 * i] | row[2 * i + 1] << 4);
      }
      if (cut.cols % 2 != 0) {
        seen |= row[cut.cols - 1];
        out[stride - 1] = row[cut.cols - 1];
      }
    }
  }
  if (seen > 15) {
    throw std::invalid_argument(std::string(name) +
                                " holds a value over 15: give codes of 4 bits, one a byte");
  }
  packed.view.data = packed.bytes.data();
  packed.view.stride = stride;
  return packed;
}

// How many k one command takes.
size_t DepthOfPart(const train::GemmCall& call, const ProductOptions& options) {
  if (call.a_samples < 1 || call.a_samples > kMaxSamples) return call.k;  // CheckGemm refuses it
  const auto limit =
      static_cast<size_t>(MaxProducts(call.a_format, call.b_format, options.acc_width));
  const size_t depth = limit / call.a_samples;
  if (call.k <= depth) return call.k;
  if (!options.split_k || depth == 0) {
    throw std::invalid_argument(
        "K = " + std::to_string(call.k) + " over " + std::to_string(call.a_samples) +
        " samples may overflow " + std::to_string(options.acc_width) + " bits, which hold " +
        std::to_string(limit) + " products: pass split_k=True to add parts through C");
  }
  return depth;
}

GemmCommand CommandOf(const train::GemmCall& call, const ProductOptions& options) {
  GemmCommand command;
  command.a_format = call.a_format;
  command.b_format = call.b_format;
  command.epilogue.d_format = call.d_format;
  command.epilogue.rounding = call.rounding;
  command.epilogue.scale_mul = static_cast<int>(call.scale_mul);
  command.epilogue.scale_shift = call.scale_shift;
  command.epilogue.c_enable = call.c != nullptr;
  command.epilogue.mask_enable = call.mask != nullptr;
  command.c = {call.c, call.c_row_stride, call.c_col_stride};
  command.a_samples = static_cast<int>(call.a_samples);
  command.seed = call.seed;
  command.row0 = options.row0;
  command.column0 = options.col0;
  command.sample0 = static_cast<uint8_t>(options.sample0);
  command.samples = static_cast<int>(call.samples);
  command.acc_width = options.acc_width;
  return command;
}

}  // namespace

GemmResult RunProduct(const train::GemmCall& call, const ProductOptions& options) {
  const size_t depth = DepthOfPart(call, options);
  GemmResult result;
  uint64_t wraps = 0;
  std::vector<int32_t> sum;
  Packed mask;
  for (size_t k = 0; k < call.k || k == 0; k += depth) {
    const size_t part = std::min<size_t>(depth, call.k - k);
    const bool last = k + part == call.k;
    const Packed a =
        Pack("A", call.a, call.m, call.k, call.a_transposed, call.a_samples, {0, call.m, k, part});
    const Packed b = Pack("B", call.b, call.k, call.n, call.b_transposed, 1, {k, part, 0, call.n});
    GemmCommand command = CommandOf(call, options);
    command.a = a.view;
    command.a_sample_stride = a.sample_stride;
    command.b = b.view;
    if (k > 0) {
      command.epilogue.c_enable = true;
      command.c = {sum.data(), call.n, 1};
    }
    if (!last) {
      command.epilogue.d_format = Format::kInt32;
      command.epilogue.mask_enable = false;
      command.samples = 1;
    } else if (call.mask != nullptr) {
      mask = Pack("the mask", call.mask, call.m, call.n, call.mask_transposed, 1,
                  {0, call.m, 0, call.n});
      command.mask = mask.view;
    }
    result = FastGemm(command, {.threads = options.threads});
    wraps += result.stats.wraps;
    if (last) break;
    sum = std::move(result.z);
  }
  result.stats.wraps = wraps;
  return result;
}

}  // namespace tetralog
