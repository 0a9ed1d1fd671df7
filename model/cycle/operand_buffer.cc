// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/operand_buffer.h"

#include <cstring>

#include "model/formats.h"

namespace tetralog::cycle {

OperandBuffer::OperandBuffer(const MachineShape& shape, Operand operand, bool data)
    : shape_(ShapeOf(shape, operand)),
      data_(data),
      pitch_((shape_.depth + 1) * shape_.word_codes),
      banks_(data ? size_t{shape_.panel} * pitch_ : 0),
      nonzero_(shape_.word_codes) {
  for (const Format format : {Format::kInt4, Format::kUint4, Format::kLog4}) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      pairs_[static_cast<uint8_t>(format)][byte] = {
          static_cast<int16_t>(Decode(format, byte & 0xf)),
          static_cast<int16_t>(Decode(format, static_cast<uint8_t>(byte >> 4)))};
    }
  }
}

void OperandBuffer::Write(const Inputs& in) {
  const Pairs& pairs = pairs_[static_cast<uint8_t>(in.wr_format)];
  int16_t* to = &banks_[size_t{in.wr_bank} * pitch_ + in.wr_addr * shape_.word_codes];
  for (uint32_t i = 0; i < shape_.word_codes; i += 2) {
    const Pair& pair = pairs[(*in.wr_data)[i / 16] >> (i % 16 * 4) & 0xff];
    if (in.wr_across) {
      to[size_t{i} * pitch_ + in.wr_nibble] = pair[0];
      to[size_t{i + 1} * pitch_ + in.wr_nibble] = pair[1];
    } else {
      std::memcpy(to + i, &pair, sizeof(pair));
    }
  }
}

void OperandBuffer::Read(const Inputs& in) {
  constexpr uint32_t kPart = 16;  // codes, divides a word
  const int16_t* const from = row(in.rd_group, 0, in.rd_addr);
  for (uint32_t part = 0; part < shape_.word_codes; part += kPart) {
    uint16_t count[kPart] = {};
    for (uint32_t r = 0; r < in.rd_rows; ++r) {
      const int16_t* const values = from + size_t{r} * pitch_ + part;
      for (uint32_t i = 0; i < kPart; ++i) count[i] += values[i] != 0;
    }
    std::memcpy(&nonzero_[part], count, sizeof(count));
  }
}

}  // namespace tetralog::cycle
