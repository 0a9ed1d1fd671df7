// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/operand_loader.h"

#include <algorithm>

namespace tetralog::cycle {

OperandLoader::OperandLoader(const MachineShape& shape, Operand operand)
    : shape_(ShapeOf(shape, operand)), addr_mask_((uint64_t{1} << shape.axi_addr) - 1) {
  Reset();
}

void OperandLoader::Reset() {
  load_ = {};
  active_ = seg_valid_ = false;
  pending_ = 0;
  free_ = shape_.depth;
  asked_ = ask_tiles_ = loaded_ = 0;
  row_ = sample_ = k_ = 0;
  ptr_ = panel_ptr_ = across_bank_ = 0;
}

uint32_t OperandLoader::seg_bytes() const {
  if (!load_.across) return k_last_ / 2 + 1;
  return (PanelRows(ask_row_) + 1) / 2;
}

uint32_t OperandLoader::PanelRows(uint32_t row) const {
  return std::min(shape_.panel, rows_last_ + 1 - row);
}

uint32_t OperandLoader::NextRow(uint32_t row) const {
  return load_.across ? row + shape_.panel : row + 1;
}

uint32_t OperandLoader::TilesDone(uint32_t row) const {
  if (!load_.across) return 1;
  return (PanelRows(row) + shape_.rows - 1) / shape_.rows;
}

void OperandLoader::Start(const Load& load) {
  load_ = load;
  rows_last_ = load.rows - 1;
  k_last_ = load.k - 1;
  words_ = k_last_ / shape_.word_codes + 1;
  active_ = true;
  addr_ = sample_addr_ = row_addr_ = load.base & addr_mask_;
  ask_row_ = ask_sample_ = ask_k_ = 0;
  repeat_left_ = static_cast<int32_t>(load.repeat_extent) - 1;
  row_ = sample_ = k_ = 0;
  panel_ptr_ = ptr_;
  across_bank_ = 0;
}

void OperandLoader::AskSegment() {
  if (TakesWords()) free_ -= words_;
  // A segment's tile rows count as asked for with the next segment: then the reader has requested
  // all of this one.
  asked_ += ask_tiles_;
  ask_tiles_ = 0;
  if (load_.across && ask_k_ != k_last_) {
    ++ask_k_;
    addr_ = (addr_ + load_.stride) & addr_mask_;
    return;
  }
  ask_k_ = 0;
  if (ask_sample_ + 1 != load_.samples) {
    ++ask_sample_;
    addr_ = sample_addr_ = (sample_addr_ + load_.sample_stride) & addr_mask_;
    return;
  }
  ask_sample_ = 0;
  const uint32_t next = NextRow(ask_row_);
  const bool tensor_end = next > rows_last_;
  if (load_.across || tensor_end || (next & (shape_.rows - 1)) == 0) {
    ask_tiles_ = TilesDone(ask_row_);
  }
  if (tensor_end) {
    ask_row_ = 0;
    addr_ = load_.base & addr_mask_;
    repeat_left_ -= static_cast<int32_t>(load_.repeat_step);
    active_ = repeat_left_ >= 0;
  } else {
    ask_row_ = next;
    addr_ = (row_addr_ + (load_.across ? shape_.panel / 2 : load_.stride)) & addr_mask_;
  }
  sample_addr_ = row_addr_ = addr_;
}

void OperandLoader::PlaceWord(bool last) {
  const uint32_t next_ptr = (ptr_ + 1) & (shape_.depth - 1);
  if (!last) {
    if (load_.across) {
      across_bank_ = (across_bank_ + shape_.word_codes) & (shape_.panel - 1);
    } else {
      ptr_ = next_ptr;
    }
    return;
  }
  across_bank_ = 0;
  if (load_.across && k_ != k_last_) {
    if ((++k_ & (shape_.word_codes - 1)) == 0) ptr_ = next_ptr;
    return;
  }
  k_ = 0;
  if (sample_ + 1 != load_.samples) {
    ++sample_;
    ptr_ = next_ptr;
    return;
  }
  sample_ = 0;
  const uint32_t next = NextRow(row_);
  const bool tensor_end = next > rows_last_;
  if (load_.across || tensor_end || (next & (shape_.rows - 1)) == 0) {
    loaded_ = loaded_ + TilesDone(row_);
  }
  // The next row of a panel lies at the panel's first words, in the next bank.
  if (load_.across || tensor_end || (next & (shape_.panel - 1)) == 0) {
    ptr_ = panel_ptr_ = next_ptr;
  } else {
    ptr_ = panel_ptr_;
  }
  row_ = tensor_end ? 0 : next;
}

void OperandLoader::Edge(const Inputs& in) {
  if (seg_valid_ && in.seg_ready) {
    AskSegment();
    ++pending_;
  }
  if (in.word_valid) {
    PlaceWord(in.word_last);
    if (in.word_last) --pending_;
  }
  if (in.release) free_ += in.release_words;
  if (in.start) Start(*in.load);
  seg_valid_ = active_ && pending_ != kMaxPending && (!TakesWords() || free_ >= words_);
}

}  // namespace tetralog::cycle
