// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/small_gemm.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>

#include "model/formats.h"

namespace tetralog {
namespace {

constexpr size_t kChunk = 64;     // k of a row at a time
constexpr size_t kColumns = 256;  // of B that are grouped together
constexpr size_t kDepth = 256;    // k of these, where sums of any length fit

const SmallProducts& ProductsOf(InstructionSet set) {
#if defined(__x86_64__)
  if (set == InstructionSet::kAvx512Vnni) return kSmallProductsVnni;
  if (set == InstructionSet::kAvx512) return kSmallProductsAvx512;
  if (set == InstructionSet::kAvx2) return kSmallProductsAvx2;
#endif
  throw std::logic_error("no small products on " + std::string(NameOf(set)));
}

}  // namespace

bool SmallGemm::Suits(const GemmCommand& command, InstructionSet set) {
  if (set == InstructionSet::kBaseline) return false;
  const size_t rows = command.a.rows, columns = command.b.cols, depth = command.a.cols;
  if (!command.b.transposed) return depth <= 64 || (rows <= 16 && columns >= 1024);
  return !command.a.transposed && rows * columns <= 4096;
}

SmallGemm::SmallGemm(const GemmCommand& command, InstructionSet set)
    : command_(command),
      products_(ProductsOf(set)),
      flip_(command.b_format == Format::kInt4 ? 0x88 : 0) {
  const size_t most = command.a_format == Format::kLog4 ? size_t{kLog4Max} : 8;
  fit_ = products_.group == 2 ? INT16_MAX / (most * (flip_ != 0 ? 8 : kUint4Max)) / 2 * 2 : kDepth;
  burst_ = INT16_MAX / (most * 15) / 4;  // four products of a chunk meet in a sum
  const Kernels& kernels = KernelsOf(set);
  const auto decode = command.a_format == Format::kLog4 ? kernels.decode_log4 : kernels.decode_int4;
  const size_t bytes = RowBytes(command.a.stored_cols()), rows = command.a.stored_rows();
  // Rows that lie close are decoded together with what is between them.
  const bool close = command.a.stride <= 2 * bytes;
  const size_t stride = 2 * (close ? command.a.stride : bytes);
  std::unique_ptr<int8_t[]> values;
  if (!command.b.transposed) {
    values = std::make_unique_for_overwrite<int8_t[]>((rows + 1) * stride);
    std::fill_n(&values[rows * stride], stride, int8_t{0});  // a row of zeros behind
  }
  for (int s = 0; s < command.a_samples; ++s) {
    const uint8_t* data = command.a.data + static_cast<size_t>(s) * command.a_sample_stride;
    if (command.b.transposed) {
      PrepareRows(data);
      continue;
    }
    if (close) decode(data, (rows - 1) * command.a.stride + bytes, values.get());
    for (size_t r = 0; !close && r < rows; ++r) {
      decode(data + r * command.a.stride, bytes, &values[r * stride]);
    }
    PrepareColumns(values.get(), stride, command.a.transposed);
  }
  if (command.b.transposed) PrepareTails();
}

// --- B with rows of columns ---

void SmallGemm::PrepareColumns(const int8_t* values, size_t stride, bool transposed) {
  const size_t rows = command_.a.rows, depth = command_.a.cols;
  std::vector<int8_t> columns;  // of A: [k][row], and one of zeros
  if (!transposed) {
    columns.resize((depth + 1) * rows);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t k = 0; k < depth; ++k) columns[k * rows + r] = values[r * stride + k];
    }
    values = columns.data();
    stride = rows;
  }
  for (size_t k = 0; k < depth; k += fit_) {
    const Block block{k, std::min(fit_, depth - k), groups_.size(), starts_.size()};
    groups_.resize(block.a + Groups(block.depth) * rows);
    starts_.resize(block.start + rows);
    for (size_t group = 0; group < Groups(block.depth); ++group) {
      std::array<const int8_t*, kMostGroup> members;
      for (size_t i = 0; i < products_.group; ++i) {  // behind the last one: zeros
        members[i] = values + std::min(k + group * products_.group + i, depth) * stride;
      }
      products_.group_columns(members.data(), rows, &groups_[block.a + group * rows],
                              &starts_[block.start]);
    }
    if (flip_ == 0) std::fill_n(&starts_[block.start], rows, 0);
    blocks_.push_back(block);
  }
}

void SmallGemm::MultiplyColumns(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                                size_t z_stride) const {
  const size_t most = std::min(fit_, command_.a.cols);
  const size_t width =
      std::min(kColumns, (columns + kColumnGroup - 1) / kColumnGroup * kColumnGroup);
  const size_t stride = products_.group * width;
  const auto grouped = std::make_unique_for_overwrite<uint8_t[]>(Groups(most) * stride);
  const uint8_t* b = command_.b.data + column / 2;
  for (size_t c = 0; c < columns; c += width) {
    const size_t size = std::min(width, columns - c);
    for (const Block& block : blocks_) {
      for (size_t group = 0; group < Groups(block.depth); ++group) {
        std::array<const uint8_t*, kMostGroup> members;
        for (size_t i = 0; i < products_.group; ++i) {
          // What meets the zeros behind the depth does not matter.
          const size_t k = std::min(group * products_.group + i, block.depth - 1);
          members[i] = b + (block.k + k) * command_.b.stride + c / 2;
        }
        products_.group_rows(members.data(), RowBytes(size), flip_, &grouped[group * stride]);
      }
      ColumnProduct product;
      product.a = &groups_[block.a + row];
      product.a_row = 1;
      product.a_group = command_.a.rows;
      product.start = &starts_[block.start + row];
      product.b = grouped.get();
      product.b_stride = stride;
      product.rows = rows;
      product.groups = Groups(block.depth);
      product.columns = size;
      product.z = z + c;
      product.z_stride = z_stride;
      product.add = &block != blocks_.data();
      products_.columns(product);
    }
  }
}

// --- B with rows of k ---

void SmallGemm::PrepareRows(const uint8_t* data) {
  const size_t rows = command_.a.rows, depth = command_.a.cols;
  std::array<int8_t, 16> values;
  for (uint8_t code = 0; code < 16; ++code) {
    values[code] = static_cast<int8_t>(Decode(command_.a_format, code));
  }
  chunks_ = (depth + kChunk - 1) / kChunk;
  const Block block{0, depth, chunked_.size(), sums_.size()};
  chunked_.resize(block.a + rows * chunks_ * kChunk);
  for (size_t r = 0; r < rows; ++r) {
    int8_t* row = &chunked_[block.a + r * chunks_ * kChunk];
    products_.chunk_row(data + r * command_.a.stride, RowBytes(depth), values.data(), row);
    if (depth % 2 != 0) {  // what the pad holds does not count
      row[depth / kChunk * kChunk + kChunk / 2 + depth % kChunk / 2] = 0;
    }
    const int32_t sum = flip_ == 0 ? 0 : std::accumulate(row, row + chunks_ * kChunk, 0);
    sums_.push_back(-8 * sum);
  }
  blocks_.push_back(block);
}

// Rows of B end where their tensor may end: the last chunk is read from a copy.
void SmallGemm::PrepareTails() {
  const size_t whole = command_.a.cols / kChunk;
  if (whole == chunks_) return;
  const size_t bytes = RowBytes(command_.a.cols) - whole * kChunk / 2;
  tails_.resize(command_.b.cols * kChunk / 2);
  for (size_t c = 0; c < command_.b.cols; ++c) {
    std::memcpy(&tails_[c * kChunk / 2],
                command_.b.data + c * command_.b.stride + whole * kChunk / 2, bytes);
  }
}

void SmallGemm::MultiplyRows(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                             size_t z_stride) const {
  for (const Block& block : blocks_) {
    RowProduct product;
    product.a_stride = chunks_ * kChunk;
    product.a = &chunked_[block.a + row * product.a_stride];
    product.start = &sums_[block.start + row];
    product.b = command_.b.data + column * command_.b.stride;
    product.b_stride = command_.b.stride;
    product.tails = tails_.empty() ? nullptr : &tails_[column * kChunk / 2];
    product.flip = flip_;
    product.rows = rows;
    product.chunks = chunks_;
    product.whole = command_.a.cols / kChunk;
    product.columns = columns;
    product.burst = burst_;
    product.z = z;
    product.z_stride = z_stride;
    product.add = &block != blocks_.data();
    products_.rows(product);
  }
}

void SmallGemm::Multiply(size_t row, size_t rows, size_t column, size_t columns, int32_t* z,
                         size_t z_stride) const {
  if (command_.b.transposed) {
    MultiplyRows(row, rows, column, columns, z, z_stride);
  } else {
    MultiplyColumns(row, rows, column, columns, z, z_stride);
  }
}

}  // namespace tetralog
