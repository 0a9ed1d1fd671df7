// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/sparse_gemm.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "model/formats.h"
#include "sim/functional/byte_block.h"
#include "sim/functional/sparse_products.h"

namespace tetralog {
namespace {

constexpr size_t kBlock = 8;  // a side of what is transposed together

size_t RoundUp(size_t size, size_t grain) { return (size + grain - 1) / grain * grain; }

const uint8_t* SampleOf(const GemmCommand& command, int sample) {
  return command.a.data + static_cast<size_t>(sample) * command.a_sample_stride;
}

// The values of a sample of A, a row every `stride` bytes and zeros behind it.
std::unique_ptr<int8_t[]> RowsOfA(const TensorView& a, const uint8_t* data, size_t stride,
                                  const Kernels& kernels) {
  const size_t rows = a.stored_rows(), cols = a.stored_cols();
  const size_t height = RoundUp(rows, kBlock),
               width = a.transposed ? RoundUp(cols, kBlock) : stride;
  auto values = std::make_unique<int8_t[]>(height * width);
  for (size_t r = 0; r < rows; ++r) {
    int8_t* row = &values[r * width];
    kernels.decode_log4(data + r * a.stride, RowBytes(cols), row);
    if (cols % 2 != 0) row[cols] = 0;  // the pad
  }
  if (!a.transposed) return values;
  auto transposed = std::make_unique<int8_t[]>(width * stride);
  for (size_t c = 0; c < width; c += kBlock) {
    for (size_t r = 0; r < height; r += kBlock) {
      uint64_t block[kBlock];
      for (size_t i = 0; i < kBlock; ++i) {
        std::memcpy(&block[i], &values[(r + i) * width + c], sizeof block[i]);
      }
      TransposeBytes(reinterpret_cast<uint8_t*>(block));
      for (size_t i = 0; i < kBlock; ++i) {
        std::memcpy(&transposed[(c + i) * stride + r], &block[i], sizeof block[i]);
      }
    }
  }
  return transposed;
}

}  // namespace

std::optional<SparseGemm> SparseGemm::For(const GemmCommand& command, InstructionSet set) {
  // With fewer rows or a shorter sum the preparation costs more than it saves. Of at most 512 rows
  // of B kColumns columns stay in the first-level cache. Offsets have 32 bits.
  const TensorView& a = command.a;
  const size_t elements = a.rows * a.cols * static_cast<size_t>(command.a_samples);
  if (set == InstructionSet::kBaseline || command.a_format != Format::kLog4 ||
      command.b.transposed || a.rows < 64 || a.cols < 64 || a.cols > 512 ||
      command.b.cols < kColumns || command.b.cols > size_t{1} << 20 || elements >> 31 != 0) {
    return std::nullopt;
  }
  const Kernels& kernels = KernelsOf(set);
  size_t nonzeros = 0;
  for (int s = 0; s < command.a_samples; ++s) {
    const uint8_t* row = SampleOf(command, s);
    for (size_t r = 0; r < a.stored_rows(); ++r, row += a.stride) {
      nonzeros += kernels.count_row(row, RowBytes(a.stored_cols()), 0x77);
    }
  }
  if (nonzeros * 4 > elements) return std::nullopt;
  return SparseGemm(command, nonzeros, set);
}

// `nonzeros`: at least as many as there are; those in the pads of odd rows count.
SparseGemm::SparseGemm(const GemmCommand& command, size_t nonzeros, InstructionSet set) {
  const Kernels& kernels = KernelsOf(set);
  const size_t rows = command.a.rows, depth = RoundUp(command.a.cols, kSparseDepth);
  PrepareB(command, kernels);
  std::vector<std::unique_ptr<int8_t[]>> samples;
  for (int s = 0; s < command.a_samples; ++s) {
    samples.push_back(RowsOfA(command.a, SampleOf(command, s), depth, kernels));
  }
  values_ = std::make_unique_for_overwrite<int8_t[]>(nonzeros + rows);
  offsets_ = std::make_unique_for_overwrite<uint32_t[]>(nonzeros + rows);
  begin_.resize(rows + 1);
  start_.resize(rows);
  size_t end = 0;
  for (size_t r = 0; r < rows; ++r) {
    begin_[r] = static_cast<uint32_t>(end);
    for (const std::unique_ptr<int8_t[]>& sample : samples) {
      end += CollectNonZeros(&sample[r * depth], depth, static_cast<uint32_t>(b_stride_),
                             &values_[end], &offsets_[end]);
    }
    if (end % 2 != 0) {
      values_[end] = 0;
      offsets_[end++] = 0;
    }
    if (command.b_format == Format::kInt4) {
      start_[r] = -8 * std::accumulate(&values_[begin_[r]], &values_[end], 0);
    }
  }
  begin_[rows] = static_cast<uint32_t>(end);
}

// INT4 as value + 8, which is the code with its highest bit flipped.
void SparseGemm::PrepareB(const GemmCommand& command, const Kernels& kernels) {
  const TensorView& b = command.b;
  const size_t bytes = RowBytes(b.cols);
  b_stride_ = RoundUp(2 * bytes, kSparseColumns);
  b_ = std::make_unique_for_overwrite<uint8_t[]>(b.rows * b_stride_);
  for (size_t k = 0; k < b.rows; ++k) {
    uint8_t* row = &b_[k * b_stride_];
    kernels.decode_uint4(b.data + k * b.stride, bytes, reinterpret_cast<int8_t*>(row));
    std::fill(row + 2 * bytes, row + b_stride_, uint8_t{0});
    if (command.b_format == Format::kInt4) {
      for (size_t c = 0; c < b_stride_; ++c) row[c] ^= 8;
    }
  }
}

void SparseGemm::Multiply(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                          size_t z_stride) const {
  SparseProduct product;
  product.begin = &begin_[row];
  product.offsets = offsets_.get();
  product.values = values_.get();
  product.start = &start_[row];
  product.b = &b_[column];
  product.rows = rows;
  product.columns = columns;
  product.z = z;
  product.z_stride = z_stride;
  MultiplySparse(product);
}

}  // namespace tetralog
