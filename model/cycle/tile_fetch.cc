// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/tile_fetch.h"

#include <bit>

namespace tetralog::cycle {

TileFetch::TileFetch(const MachineShape& shape, uint32_t nibbles, uint32_t tiles, bool free_by_row)
    : rows_(shape.rows),
      cols_(shape.cols),
      lane_bits_(static_cast<uint32_t>(std::countr_zero(shape.lanes))),
      nibbles_(nibbles),
      tiles_(tiles),
      free_by_row_(free_by_row),
      addr_mask_((uint64_t{1} << shape.axi_addr) - 1),
      walker_(shape) {
  Reset();
}

void TileFetch::Reset() {
  walker_.Reset();
  ask_ = wr_ = rd_ = 0;
  line_ = wr_line_ = wr_word_ = rd_row_ = rd_chunk_ = 0;
}

uint32_t TileFetch::LastRow(uint32_t tile) const {
  return (short_rows_ >> (tile % 32) & 1 ? m_ - 1 : ~0U) & (rows_ - 1);
}
uint32_t TileFetch::LastCol(uint32_t tile) const {
  return (short_cols_ >> (tile % 32) & 1 ? n_ - 1 : ~0U) & (cols_ - 1);
}

void TileFetch::Start(const Inputs& in) {
  line_stride_ = in.line_stride;
  by_cols_ = in.by_cols;
  one_line_ = in.one_line;
  m_ = in.m;
  n_ = in.n;
  line_offset_ = 0;
  const uint64_t across = uint64_t{in.line_stride} * 2;
  walker_.Start({.m = in.m,
                 .n = in.n,
                 .block_cols = in.block_cols,
                 .base = in.base,
                 .row_step = in.by_cols ? nibbles_ : across,
                 .col_step = in.by_cols ? across : nibbles_});
}

void TileFetch::Ask() {
  // A tile that is not full is as large as M and N leave it, so nothing more is kept of a tile.
  const uint32_t bit = 1U << (ask_ % 32), tile_rows = walker_.rows(), tile_cols = walker_.cols();
  short_rows_ = tile_rows < rows_ ? short_rows_ | bit : short_rows_ & ~bit;
  short_cols_ = tile_cols < cols_ ? short_cols_ | bit : short_cols_ & ~bit;
  if (one_line_ || line_ + 1 == (by_cols_ ? tile_cols : tile_rows)) {
    line_ = 0;
    line_offset_ = 0;
    ++ask_;
    walker_.Next();
  } else {
    ++line_;
    line_offset_ += line_stride_;
  }
}

void TileFetch::Arrive(bool word_last) {
  ++wr_word_;
  if (!word_last) return;
  wr_word_ = 0;
  if (wr_line_ != (one_line_ ? 0 : by_cols_ ? LastCol(wr_) : LastRow(wr_))) {
    ++wr_line_;
  } else {
    wr_line_ = 0;
    ++wr_;
  }
}

void TileFetch::Read() {
  if (rd_chunk_ != LastCol(rd_) >> lane_bits_) {
    ++rd_chunk_;
    return;
  }
  rd_chunk_ = 0;
  if (rd_row_ != LastRow(rd_)) {
    ++rd_row_;
  } else {
    rd_row_ = 0;
    ++rd_;
  }
}

}  // namespace tetralog::cycle
