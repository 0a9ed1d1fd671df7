// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/output_buffer.h"

#include <algorithm>
#include <array>

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
    for (uint32_t i = 0; i < lanes_; ++i) to[i] = in.wr_data[i];
    return;
  }
  const uint32_t shift = 4U * in.wr_sample, keep = ~(15U << shift);
  uint64_t codes = in.wr_data[0];
  if (lanes_ > 8) codes |= uint64_t{in.wr_data[1]} << 32;
  for (uint32_t i = 0; i < lanes_; ++i, codes >>= 4) {
    to[i] = (to[i] & keep) | (static_cast<uint32_t>(codes) & 15) << shift;
  }
}

void OutputBuffer::Read(const Inputs& in) {
  const uint32_t shift = 4U * in.rd_sample;
  const uint32_t* const line =
      in.rd_transposed ? Row(in.rd_half, 0) + in.rd_line : Row(in.rd_half, in.rd_line);
  const int32_t step = in.rd_transposed ? static_cast<int32_t>(cols_) : 1;
  std::array<uint32_t, 4> word{};
  uint64_t codes = 0;
  int32_t at = in.rd_first * step;
  uint32_t i = 0;
  for (uint32_t valid = in.rd_valid; valid != 0; valid >>= 1, at += step, ++i) {
    if ((valid & 1) == 0) continue;
    const uint32_t code = line[at] >> shift & 15;
    codes |= uint64_t{code} << (4 * i);
    // Samples are numbered from 0 and INT32 has only that one: its low nibble is the code.
    if (i < word_elements_) word[i] = (line[at] & ~15U) | code;
  }
  word_ = {word[0] | uint64_t{word[1]} << 32, word[2] | uint64_t{word[3]} << 32};
  codes_ = codes;
}

}  // namespace tetralog::cycle
