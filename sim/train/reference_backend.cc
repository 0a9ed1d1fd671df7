// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/reference_backend.h"

#include <ATen/ATen.h>

#include <cmath>
#include <stdexcept>

#include "sim/reference/quantise.h"
#include "sim/reference/random_bits.h"
#include "sim/train/code_values.h"

namespace tetralog::train {
namespace {

using reference::random_words;

const at::TensorOptions kDouble = at::TensorOptions(at::kDouble);

uint8_t CodeOf(Format format, double value) {
  if (format != Format::kLog4) return static_cast<uint8_t>(static_cast<int>(value) & 15);
  if (value == 0) return 0;
  return static_cast<uint8_t>(std::ilogb(value) + 1 + (value < 0 ? 8 : 0));
}

// The matrix [rows, cols] of stored codes.
at::Tensor Matrix(const uint8_t* codes, Format format, int64_t rows, int64_t cols,
                  bool transposed) {
  return transposed ? ValuesOf(format, codes, {cols, rows}).t()
                    : ValuesOf(format, codes, {rows, cols});
}

// A result as D stores it.
at::Tensor Stored(const at::Tensor& d, bool transposed) {
  return (transposed ? d.t() : d).contiguous();
}

class ReferenceBackend : public GemmBackend {
 public:
  explicit ReferenceBackend(unsigned random_bits) : random_bits_(random_bits) {}

  const std::string& name() const override { return name_; }

  void Run(const GemmCall& call, GemmOutput* output) override {
    Check(call);
    *output = {};
    const at::Tensor z = ResultOf(call, output);
    output->max_abs = static_cast<uint32_t>(z.abs().max().item<double>());
    if (call.d_format == Format::kInt32) {
      const at::Tensor d = Stored(z, call.d_transposed);
      const double* values = d.data_ptr<double>();
      for (int64_t i = 0; i < d.numel(); ++i) output->z.push_back(static_cast<int32_t>(values[i]));
      output->zeros = static_cast<uint64_t>(z.eq(0).sum().item<int64_t>());
      return;
    }
    const at::Tensor y = z * std::ldexp(static_cast<double>(call.scale_mul), -call.scale_shift);
    for (uint32_t sample = 0; sample < call.samples; ++sample) {
      at::Tensor clipped;
      const at::Tensor values = Round(call, y, sample, &clipped);
      if (sample == 0) {
        output->zeros = static_cast<uint64_t>(values.eq(0).sum().item<int64_t>());
        output->clipped = static_cast<uint64_t>(clipped.sum().item<int64_t>());
      }
      const at::Tensor d = Stored(values, call.d_transposed);
      const double* value = d.data_ptr<double>();
      for (int64_t i = 0; i < d.numel(); ++i) {
        output->codes.push_back(CodeOf(call.d_format, value[i]));
      }
    }
  }

 private:
  static void Check(const GemmCall& call) {
    const bool a = call.a_format == Format::kInt4 || call.a_format == Format::kLog4;
    const bool b = call.b_format == Format::kInt4 || call.b_format == Format::kUint4;
    if (a && b && call.samples >= 1 && call.a_samples >= 1 &&
        (call.samples == 1 || call.d_format == Format::kLog4)) {
      return;
    }
    throw std::invalid_argument(call.name() +
                                ": give A as INT4 or LOG4, B as INT4 or UINT4, and several samples "
                                "of LOG4 outputs only");
  }

  // The sums, wrapped to 32 bits and masked.
  static at::Tensor ResultOf(const GemmCall& call, GemmOutput* output) {
    const int64_t m = call.m, n = call.n, k = call.k;
    const at::Tensor b = Matrix(call.b, call.b_format, k, n, call.b_transposed);
    at::Tensor z = at::zeros({m, n}, kDouble);
    for (uint32_t sample = 0; sample < call.a_samples; ++sample) {
      z += at::mm(Matrix(call.a + int64_t{sample} * m * k, call.a_format, m, k, call.a_transposed),
                  b);
    }
    if (call.c != nullptr) {
      double* values = z.data_ptr<double>();
      for (int64_t i = 0; i < m * n; ++i) {
        values[i] += call.c[i / n * call.c_row_stride + i % n * call.c_col_stride];
      }
    }
    const at::Tensor turns = ((z + 0x1p31) * 0x1p-32).floor();
    output->wraps = static_cast<uint64_t>(turns.ne(0).sum().item<int64_t>());
    z = z - turns * 0x1p32;
    if (call.mask == nullptr) return z;
    return z * Matrix(call.mask, Format::kUint4, m, n, call.mask_transposed).ne(0);
  }

  at::Tensor Round(const GemmCall& call, const at::Tensor& y, uint32_t sample,
                   at::Tensor* clipped) const {
    const bool is_unsigned = call.d_format == Format::kUint4;
    const double limit = is_unsigned ? kUint4Max : kInt4Max;
    if (call.d_format == Format::kLog4) {
      *clipped = y.abs() > double{kLog4Max};
      return reference::round_log4(y, random_words(call.seed, sample, call.m, call.n),
                                   reference::Log4Rounding::kLuq, random_bits_);
    }
    if (call.rounding == Rounding::kNearest) {
      const at::Tensor rounded = (is_unsigned ? y.clamp_min(0.0) : y).round();
      *clipped = rounded.abs() > limit;
      return is_unsigned ? reference::round_uint4(y) : reference::round_int4(y);
    }
    // Up when the fraction and the random number carry; the sign comes last.
    const std::vector<uint16_t> words = random_words(call.seed, sample, call.m, call.n);
    std::vector<double> threshold;
    const double steps = std::ldexp(1.0, static_cast<int>(random_bits_) + 1);
    for (const uint16_t word : words) {
      threshold.push_back(steps - 2.0 * (word >> (kRandomWordWidth - random_bits_)) - 1.0);
    }
    const at::Tensor magnitude = is_unsigned ? y.clamp_min(0.0) : y.abs();
    const at::Tensor lower = magnitude.floor();
    const at::Tensor up = ((magnitude - lower) * steps).floor() >=
                          at::from_blob(threshold.data(), y.sizes(), kDouble);
    const at::Tensor rounded = lower + up;
    *clipped = rounded > limit;
    return rounded.clamp_max(limit) * (is_unsigned ? at::ones_like(y) : y.sign());
  }

  const std::string name_ = "reference";
  unsigned random_bits_;
};

}  // namespace

std::unique_ptr<GemmBackend> MakeReferenceBackend(unsigned random_bits) {
  return std::make_unique<ReferenceBackend>(random_bits);
}

}  // namespace tetralog::train
