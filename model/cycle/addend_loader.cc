// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/addend_loader.h"

#include <algorithm>

#include "model/contract.h"

namespace tetralog::cycle {

AddendLoader::AddendLoader(const MachineShape& shape, bool data)
    : rows_(shape.rows),
      cols_(shape.cols),
      lanes_(shape.lanes),
      word_elems_(shape.axi_data / kResultWidth),
      data_(data),
      fetch_(shape, kResultWidth / kCodeWidth, kTiles),
      elements_(data ? size_t{kTiles} * rows_ * cols_ : 0),
      c_data_(lanes_) {
  Reset();
}

void AddendLoader::Reset() {
  fetch_.Reset();
  c_valid_ = false;
}

bool AddendLoader::Edge(const Inputs& in) {
  const bool c_moves = !c_valid_ || in.c_ready, reads = c_moves && fetch_.rd_valid();
  if (data_ && in.word_valid) Write(*in.word_data);
  if (data_ && reads) Read();
  TileFetch::Inputs fetch{.seg_ready = in.seg_ready,
                          .word_valid = in.word_valid,
                          .word_last = in.word_last,
                          .rd_next = reads};
  if (in.start) {
    by_cols_ = in.col_stride != 4;
    const uint32_t line_stride = by_cols_ ? in.col_stride : in.row_stride;
    one_line_ = line_stride == 0;
    fetch.start = true;
    fetch.base = in.base;
    fetch.line_stride = line_stride;
    fetch.by_cols = by_cols_;
    fetch.one_line = one_line_;
    fetch.m = in.m;
    fetch.n = in.n;
    fetch.block_cols = in.block_cols;
  }
  const bool active = fetch_.Clock(fetch);
  if (!c_moves || (!c_valid_ && !reads)) return active;
  c_valid_ = reads;
  return true;
}

// A word is part of a row or of a column of its tile.
void AddendLoader::Write(const AxiWord& word) {
  const uint32_t line = fetch_.wr_line(), place = fetch_.wr_word() * word_elems_;
  const size_t slot = size_t{fetch_.wr_slot()} * rows_;
  const size_t row = slot + (by_cols_ ? place : line), col = by_cols_ ? line : place;
  int32_t* to = &elements_[row * cols_ + col];
  const size_t step = by_cols_ ? cols_ : 1;
  for (uint32_t i = 0; i < word_elems_; ++i) {
    to[i * step] = static_cast<int32_t>(word[i / 2] >> (32 * (i % 2)));
  }
}

void AddendLoader::Read() {
  const bool one_row = one_line_ && !by_cols_, one_col = one_line_ && by_cols_;
  const uint32_t row = one_row ? 0 : fetch_.rd_row(),
                 col = one_col ? 0 : fetch_.rd_chunk() * lanes_;
  const int32_t* from = &elements_[(size_t{fetch_.rd_slot()} * rows_ + row) * cols_ + col];
  if (one_col) {
    std::fill_n(c_data_.begin(), lanes_, *from);
  } else {
    std::copy_n(from, lanes_, c_data_.begin());
  }
}

}  // namespace tetralog::cycle
