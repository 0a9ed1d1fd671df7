// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/recording_backend.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/reference/recorder.h"
#include "sim/train/code_values.h"

namespace tetralog::train {
namespace {

// Samples of a matrix [rows, cols] as it is stored.
at::Tensor Stored(Format format, const uint8_t* codes, int64_t samples, int64_t rows, int64_t cols,
                  bool transposed) {
  return transposed ? ValuesOf(format, codes, {samples, cols, rows})
                    : ValuesOf(format, codes, {samples, rows, cols});
}

// A bias as it is, everything else as the whole matrix.
void SetAddend(const GemmCall& call, TraceGemm* gemm) {
  const uint32_t row = call.c_row_stride, col = call.c_col_stride;
  if (row + col == 1) {
    gemm->c.assign(call.c, call.c + (row == 1 ? call.m : call.n));
    gemm->c_row_stride = row;
    gemm->c_col_stride = col;
    return;
  }
  for (size_t i = 0; i < call.m; ++i) {
    for (size_t j = 0; j < call.n; ++j) gemm->c.push_back(call.c[i * row + j * col]);
  }
  gemm->c_row_stride = call.n;
  gemm->c_col_stride = 1;
}

class RecordingBackend : public GemmBackend {
 public:
  RecordingBackend(GemmBackend& backend, uint64_t step, std::vector<TraceGemm>* trace)
      : backend_(backend), step_(step), trace_(trace) {}

  const std::string& name() const override { return backend_.name(); }

  void Run(const GemmCall& call, GemmOutput* output) override {
    const bool integer = call.d_format == Format::kInt4 || call.d_format == Format::kUint4;
    if (integer && call.rounding == Rounding::kStochastic) {
      throw std::invalid_argument(
          call.name() + ": random rounding to integers is not recorded: round to nearest");
    }
    backend_.Run(call, output);
    reference::record_gemm(Describe(call), TensorsOf(call, *output), trace_);
    Compare(call, *output);
  }

 private:
  TraceGemm Describe(const GemmCall& call) const {
    TraceGemm gemm;
    gemm.name = reference::group_name(step_, call.layer, call.kind);
    gemm.step = static_cast<uint32_t>(step_);
    gemm.layer = call.layer;
    gemm.kind = call.kind;
    gemm.a_format = call.a_format;
    gemm.b_format = call.b_format;
    gemm.d_format = call.d_format;
    gemm.a_transposed = call.a_transposed;
    gemm.b_transposed = call.b_transposed;
    gemm.d_transposed = call.d_transposed;
    gemm.mask_transposed = call.mask_transposed;
    gemm.scale_a = call.scale_a;
    gemm.scale_b = call.scale_b;
    gemm.scale_d = call.scale_a * call.scale_b;
    if (call.c != nullptr) SetAddend(call, &gemm);
    if (call.d_format == Format::kInt32) return gemm;
    gemm.scale_d = std::ldexp(gemm.scale_d, call.scale_shift) / call.scale_mul;
    gemm.scale_mul = call.scale_mul;
    gemm.scale_shift = call.scale_shift;
    gemm.rounding = call.rounding;
    gemm.seed = call.seed;
    return gemm;
  }

  static reference::StoredTensors TensorsOf(const GemmCall& call, const GemmOutput& output) {
    reference::StoredTensors tensors;
    tensors.a = Stored(call.a_format, call.a, call.a_samples, call.m, call.k, call.a_transposed);
    tensors.b = Stored(call.b_format, call.b, 1, call.k, call.n, call.b_transposed)[0];
    if (call.mask != nullptr) {
      tensors.mask = Stored(Format::kUint4, call.mask, 1, call.m, call.n, call.mask_transposed)[0];
    }
    if (call.d_format != Format::kInt32) {
      tensors.d = Stored(call.d_format, output.codes.data(), call.samples, call.m, call.n,
                         call.d_transposed);
    }
    return tensors;
  }

  void Compare(const GemmCall& call, const GemmOutput& output) const {
    const TraceGemm& gemm = trace_->back();
    bool same = output.max_abs == gemm.statistics.max_abs &&
                output.zeros == gemm.statistics.zeros[0] &&
                output.clipped == gemm.statistics.clipped[0];
    for (size_t i = 0; i < gemm.z.size() && same; ++i) {
      const size_t row = i / call.n, col = i % call.n;
      same = output.z[call.d_transposed ? col * call.m + row : i] == gemm.z[i];
    }
    if (same) return;
    throw std::runtime_error(gemm.name + ": the results of " + backend_.name() +
                             " are not those of the recording's reference: find the GEMM's fault "
                             "with --check-every 1");
  }

  GemmBackend& backend_;
  uint64_t step_;
  std::vector<TraceGemm>* trace_;
};

}  // namespace

std::unique_ptr<GemmBackend> MakeRecordingBackend(GemmBackend& backend, uint64_t step,
                                                  std::vector<TraceGemm>* trace) {
  return std::make_unique<RecordingBackend>(backend, step, trace);
}

}  // namespace tetralog::train
