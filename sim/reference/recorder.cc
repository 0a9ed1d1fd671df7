// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/recorder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tetralog::reference {
namespace {

uint8_t code_of(double value, Format format) {
  const int integer = static_cast<int>(value);
  if (format != Format::kLog4) return integer & 0xf;
  if (integer == 0) return 0;
  int exponent_code = 1;
  for (int magnitude = std::abs(integer); magnitude > 1; magnitude /= 2) ++exponent_code;
  return static_cast<uint8_t>(exponent_code | (integer < 0 ? 8 : 0));
}

// Rows of all but the last extent.
PackedTensor pack(const at::Tensor& values, Format format) {
  const at::Tensor rows = values.to(at::kDouble).contiguous().view({-1, values.size(-1)});
  PackedTensor packed{static_cast<uint32_t>(rows.size(0)), static_cast<uint32_t>(rows.size(1)), {}};
  packed.bytes.assign(size_t{packed.rows} * packed.stride(), 0);
  const double* value = rows.data_ptr<double>();
  for (size_t row = 0; row < packed.rows; ++row) {
    for (size_t col = 0; col < packed.cols; ++col) {
      packed.bytes[row * packed.stride() + col / 2] |= code_of(*value++, format)
                                                       << (col % 2 == 0 ? 0 : 4);
    }
  }
  return packed;
}

int32_t wrap32(int64_t value) { return static_cast<int32_t>(static_cast<uint32_t>(value)); }

std::vector<int32_t> to_int32(const at::Tensor& values) {
  const at::Tensor flat = values.to(at::kDouble).contiguous();
  std::vector<int32_t> integers(flat.numel());
  const double* value = flat.data_ptr<double>();
  for (int32_t& integer : integers) integer = wrap32(static_cast<int64_t>(*value++));
  return integers;
}

// z = wrap32(raw + C), zero where the mask is zero; counts the wraps and the sums.
void finish_results(const at::Tensor& mask, TraceGemm* gemm) {
  const at::Tensor passes =
      mask.defined() ? (gemm->mask_transposed ? mask.t() : mask).ne(0).contiguous() : mask;
  TraceStatistics& statistics = gemm->statistics;
  unsigned __int128 sum_squares = 0;
  gemm->z.resize(gemm->raw.size());
  for (size_t i = 0; i < gemm->m; ++i) {
    for (size_t j = 0; j < gemm->n; ++j) {
      const size_t at = i * gemm->n + j;
      int64_t sum = gemm->raw[at];
      if (!gemm->c.empty()) sum += gemm->c[i * gemm->c_row_stride + j * gemm->c_col_stride];
      int32_t z = wrap32(sum);
      statistics.wraps += z != sum;
      if (passes.defined() && !passes.data_ptr<bool>()[at]) z = 0;
      gemm->z[at] = z;
      const uint64_t magnitude = static_cast<uint64_t>(std::abs(int64_t{z}));
      statistics.max_abs = std::max(statistics.max_abs, static_cast<uint32_t>(magnitude));
      statistics.sum_abs += magnitude;
      sum_squares += static_cast<unsigned __int128>(magnitude) * magnitude;
    }
  }
  statistics.sum_squares_lo = static_cast<uint64_t>(sum_squares);
  statistics.sum_squares_hi = static_cast<uint64_t>(sum_squares >> 64);
}

// Elements beyond the range of the codes, the same in every sample.
uint64_t count_clipped(const TraceGemm& gemm) {
  if (gemm.d_format == Format::kInt32) return 0;
  const double factor = std::ldexp(gemm.scale_mul, -gemm.scale_shift);
  uint64_t clipped = 0;
  for (int32_t z : gemm.z) {
    const double y = z * factor;
    if (gemm.d_format == Format::kLog4) {
      clipped += std::fabs(y) > kLog4Max;
    } else if (gemm.d_format == Format::kUint4) {
      clipped += std::nearbyint(y) > kUint4Max;
    } else {
      clipped += std::fabs(std::nearbyint(y)) > kInt4Max;
    }
  }
  return clipped;
}

void record_part(TraceGemm gemm, const StoredTensors& tensors, std::vector<TraceGemm>* trace) {
  const at::Tensor a = gemm.a_transposed ? tensors.a.transpose(1, 2) : tensors.a;
  const at::Tensor b = gemm.b_transposed ? tensors.b.t() : tensors.b;
  gemm.m = static_cast<uint32_t>(a.size(1));
  gemm.k = static_cast<uint32_t>(a.size(2));
  gemm.n = static_cast<uint32_t>(b.size(1));
  gemm.a_samples = static_cast<uint32_t>(a.size(0));
  gemm.samples = tensors.d.defined() ? static_cast<uint32_t>(tensors.d.size(0)) : 1;
  gemm.a = pack(tensors.a, gemm.a_format);
  gemm.b = pack(tensors.b, gemm.b_format);
  if (tensors.mask.defined()) gemm.mask = pack(tensors.mask, Format::kUint4);
  // K runs over all samples of A, and B is read again for each of them.
  gemm.raw = to_int32(at::matmul(a.to(at::kDouble), b.to(at::kDouble)).sum(0));
  finish_results(tensors.mask, &gemm);

  const uint64_t clipped = count_clipped(gemm);
  for (uint32_t sample = 0; sample < gemm.samples; ++sample) {
    const uint64_t zeros =
        tensors.d.defined() ? static_cast<uint64_t>(tensors.d[sample].eq(0).sum().item<int64_t>())
                            : static_cast<uint64_t>(std::count(gemm.z.begin(), gemm.z.end(), 0));
    gemm.statistics.zeros.push_back(zeros);
    gemm.statistics.clipped.push_back(clipped);
  }
  if (tensors.d.defined()) {
    gemm.d = pack(tensors.d, gemm.d_format);
    gemm.z.clear();
  }
  trace->push_back(std::move(gemm));
}

int64_t largest_product(const TraceGemm& gemm) {
  if (gemm.a_format == Format::kInt4) {
    return gemm.b_format == Format::kInt4 ? kProductMaxIi : kProductMaxIu;
  }
  return gemm.b_format == Format::kInt4 ? kProductMaxLi : kProductMaxLu;
}

}  // namespace

std::string group_name(uint64_t step, const std::string& layer, const std::string& kind) {
  std::string number = std::to_string(step);
  number.insert(0, number.size() < 3 ? 3 - number.size() : 0, '0');
  return "step" + number + "/" + layer + "_" + kind;
}

void record_gemm(TraceGemm gemm, const StoredTensors& tensors, std::vector<TraceGemm>* trace) {
  const int64_t k_axis = gemm.a_transposed ? 1 : 2;
  const int64_t k = tensors.a.size(k_axis);
  const int64_t limit =
      ((int64_t{1} << (gemm.acc_width - 1)) - 1) / largest_product(gemm) / tensors.a.size(0);
  if (k <= limit) return record_part(std::move(gemm), tensors, trace);

  TORCH_CHECK(gemm.d_format == Format::kInt32, "only INT32 results can be split along K");
  const int64_t parts = (k + limit - 1) / limit;
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t begin = k * part / parts, size = k * (part + 1) / parts - begin;
    StoredTensors piece = tensors;
    piece.a = tensors.a.narrow(k_axis, begin, size);
    piece.b = tensors.b.narrow(gemm.b_transposed ? 1 : 0, begin, size);
    TraceGemm command = gemm;
    command.name += "_part" + std::to_string(part);
    if (part > 0) {
      command.c = trace->back().z;
      command.c_row_stride = trace->back().n;
      command.c_col_stride = 1;
    }
    record_part(std::move(command), piece, trace);
  }
}

}  // namespace tetralog::reference
