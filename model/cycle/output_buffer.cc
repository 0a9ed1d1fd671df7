// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/output_buffer.h"

#include <algorithm>
#include <bit>

namespace tetralog::cycle {

uint32_t OutputBuffer::Banks(const MachineShape& shape) {
  return std::max(shape.lanes, shape.axi_data / 32);
}

OutputBuffer::OutputBuffer(const MachineShape& shape, bool data)
    : cols_(shape.cols),
      lanes_(shape.lanes),
      half_(shape.rows * shape.cols),
      word_elements_(shape.axi_data / 32) {
  if (data) elements_.resize(size_t{2} * half_);
}

// The elements stay, as in a memory: nobody reads one that is not written.
void OutputBuffer::Reset() {
  word_ = {};
  codes_ = 0;
}

bool OutputBuffer::Clock(const Inputs& in) {
  if (elements_.empty()) return in.wr_en || in.rd_en;
  if (in.rd_en) Read(in);
  if (in.wr_en) Write(in);
  return in.wr_en || in.rd_en;
}

void OutputBuffer::Write(const Inputs& in) {
  uint32_t* const to = Row(in.wr_half, in.wr_row) + in.wr_col;
  if (in.wr_int32) {
    std::copy_n(in.wr_data, lanes_, to);
    return;
  }
  const uint32_t shift = 4U * in.wr_sample;
  for (uint32_t i = 0; i < lanes_; ++i) {
    const uint32_t code = in.wr_data[i / 8] >> (4 * (i % 8)) & 15;
    to[i] = (to[i] & ~(15U << shift)) | code << shift;
  }
}

void OutputBuffer::Read(const Inputs& in) {
  const uint32_t shift = 4U * in.rd_sample;
  const uint32_t* const line =
      in.rd_transposed ? Row(in.rd_half, 0) + in.rd_line : Row(in.rd_half, in.rd_line);
  const int32_t step = in.rd_transposed ? static_cast<int32_t>(cols_) : 1;
  word_ = {};
  codes_ = 0;
  for (uint32_t left = in.rd_valid; left != 0; left &= left - 1) {
    const int32_t i = std::countr_zero(left);
    const uint32_t element = line[(in.rd_first + i) * step];
    const uint32_t code = element >> shift & 15;
    codes_ |= uint64_t{code} << (4 * i);
    // Samples are numbered from 0 and INT32 has only that one: its low nibble is the code.
    if (static_cast<uint32_t>(i) < word_elements_) {
      word_[i / 2] |= uint64_t{(element & ~15U) | code} << (32 * (i % 2));
    }
  }
}

}  // namespace tetralog::cycle
