// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/feeder.h"

#include <algorithm>
#include <bit>

namespace tetralog::cycle {

Feeder::Feeder(const MachineShape& shape, bool data)
    : a_shape_(ShapeOf(shape, Operand::kA)),
      b_shape_(ShapeOf(shape, Operand::kB)),
      a_groups_(a_shape_.panel / a_shape_.rows),
      b_groups_(b_shape_.panel / b_shape_.rows),
      dot_(shape.dot),
      dot_bits_(std::countr_zero(shape.dot)),
      word_beats_(shape.word_codes() / shape.dot),
      data_(data),
      walker_(shape) {
  Reset();
}

void Feeder::Reset() {
  walker_.Reset();
  a_ = a_first_ = b_ = b_block_ = {};
  a_word_ = b_word_ = beat_ = 0;
  sample_ = 1;
  valid_ = false;
  ask_a_first_ = true;
  a_release_ = b_release_ = false;
  countdown_ = UINT64_MAX;
}

bool Feeder::AskAFirst(const Inputs& in) const {
  const uint32_t a = in.a_asked - a_.seq, b = in.b_asked - b_.seq;
  const uint32_t b_of_block = in.b_asked - b_block_.seq;
  const bool block_asked = walker_.valid() && b_of_block >= block_tiles_;
  return block_asked || a == 0 || (a < a_groups_ && b >= b_groups_);
}

TileOperands Feeder::tile_operands() const {
  return {.a_addr = a_.word,
          .b_addr = b_.word,
          .a_group = a_group_,
          .b_group = b_group_,
          .rows = walker_.rows(),
          .cols = walker_.cols(),
          .k = feed_.k,
          .samples = feed_.a_samples};
}

bool Feeder::Clock(const Inputs& in) {
  const bool a_first = AskAFirst(in);
  const bool turns = a_first != ask_a_first_ || a_release_ || b_release_;
  ask_a_first_ = a_first;
  const bool read = fire(in), tile_ends = read && TileEnds();
  a_release_ = tile_ends && releases_a_;
  b_release_ = tile_ends && releases_b_;
  if (!read && !in.start && !(valid_ && in.op_ready)) {
    countdown_ = turns ? 0 : UINT64_MAX;
    return turns;
  }
  const bool inside = valid_ && !op_last_ && k_valid_ == dot_;  // a sample, with its last beat
  valid_ = read;
  if (read) ReadBeat();
  if (in.start) {
    feed_ = *in.feed;
    k_words_ = (feed_.k + a_shape_.word_codes - 1) / a_shape_.word_codes;
    block_tiles_ = feed_.block_cols / b_shape_.rows;
    k_left_ = feed_.k;
    walker_.Start({.m = feed_.m, .n = feed_.n, .block_cols = feed_.block_cols});
    ShowTile();
  }
  Count(in, inside);
  if (turns) countdown_ = 0;
  return countdown_ == 0;
}

void Feeder::ReadBeat() {
  const bool sample_ends = k_left_ <= dot_, tile_ends = TileEnds();
  if (beat_ == 0) {
    rows_ = walker_.rows();
    cols_ = walker_.cols();
    m0_ = walker_.m0();
    n0_ = walker_.n0();
    tile_last_ = walker_.last();
  }
  beat2_ = beat_;
  k_valid_ = std::min(k_left_, dot_);
  op_last_ = tile_ends;

  if (sample_ends || ++beat_ == word_beats_) {
    beat_ = 0;
    a_word_ = (a_word_ + 1) & (a_shape_.depth - 1);
    b_word_ = sample_ends ? b_.word : (b_word_ + 1) & (b_shape_.depth - 1);
  }
  if (!sample_ends) {
    k_left_ -= dot_;
    return;
  }
  k_left_ = feed_.k;
  if (tile_ends) {
    sample_ = 1;
    NextTile();
  } else {
    ++sample_;
  }
}

// Panels change after their last tile: B's within the block, A's after the block's last panel of B.
void Feeder::NextTile() {
  const bool b_end = walker_.last_col() && walker_.last_row();
  const bool a_end = b_end && walker_.last_panel_b();
  const bool block_end = a_end && walker_.last_panel_a();
  if (a_end && !block_end) {
    b_ = b_block_;
  } else if (b_end) {
    b_.seq = b_.seq + b_group_ + 1;
    b_.word = (b_.word + k_words_) & (b_shape_.depth - 1);
  }
  if (block_end && feed_.a_resident && !walker_.last_block()) {
    a_ = a_first_;
  } else if (a_end) {
    a_.seq = a_.seq + a_group_ + 1;
    a_.word = (a_.word + feed_.panel_words) & (a_shape_.depth - 1);
  }
  if (block_end) {
    a_first_ = a_;
    b_block_ = b_;
  }
  a_word_ = a_.word;
  b_word_ = b_.word;
  walker_.Next();
  ShowTile();
}

void Feeder::ShowTile() {
  a_group_ = walker_.m0() % a_shape_.panel / a_shape_.rows;
  b_group_ = walker_.n0() % b_shape_.panel / b_shape_.rows;
  const bool b_end = walker_.last_col() && walker_.last_row();
  releases_b_ = b_end && walker_.last_panel_a();
  releases_a_ = b_end && walker_.last_panel_b() && (!feed_.a_resident || walker_.last_block());
}

void Feeder::Count(const Inputs& in, bool was_inside) {
  countdown_ = 0;
  if (in.start || !was_inside || !fire(in)) return;  // what it offers has changed
  if (!data_ && !op_last_ && k_valid_ == dot_ && k_left_ > dot_) {
    // Every beat is like the one offered until the sample's last one is to be read.
    countdown_ = ((k_left_ - 1) >> dot_bits_) - 1;
  }
}

void Feeder::Skip(uint64_t n) {
  if (countdown_ == UINT64_MAX || n == 0) return;
  countdown_ -= n;
  const uint32_t beats = beat_ + static_cast<uint32_t>(n);
  k_left_ -= static_cast<uint32_t>(n) * dot_;
  a_word_ = (a_word_ + beats / word_beats_) & (a_shape_.depth - 1);
  b_word_ = (b_word_ + beats / word_beats_) & (b_shape_.depth - 1);
  beat_ = beats % word_beats_;
  beat2_ = (beats - 1) % word_beats_;
}

}  // namespace tetralog::cycle
