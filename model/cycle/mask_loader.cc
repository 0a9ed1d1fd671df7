// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/mask_loader.h"

#include <algorithm>

#include "model/contract.h"

namespace tetralog::cycle {
namespace {

// Bit i: code i of the 16 is not zero.
uint64_t NonZeroCodes(uint64_t codes) {
  uint64_t x = codes | codes >> 2;
  x = (x | x >> 1) & 0x1111111111111111;
  x = (x | x >> 3) & 0x0303030303030303;
  x = (x | x >> 6) & 0x000f000f000f000f;
  x = (x | x >> 12) & 0x000000ff000000ff;
  return (x | x >> 24) & 0xffff;
}

}  // namespace

MaskLoader::MaskLoader(const MachineShape& shape, bool data)
    : lanes_(shape.lanes),
      lane_mask_(static_cast<uint32_t>((uint64_t{1} << lanes_) - 1)),
      max_line_(std::max(shape.rows, shape.cols)),
      word_bits_(std::min(max_line_, shape.word_codes())),
      line_words_(max_line_ / word_bits_),
      data_(data),
      fetch_(shape, 1, kTiles, false),
      lines_(size_t{kTiles} * max_line_ * line_words_) {}

void MaskLoader::Reset() {
  fetch_.Reset();
  mask_valid_ = false;
}

uint32_t MaskLoader::Beat() const {
  const uint32_t slot = fetch_.rd_slot(), row = fetch_.rd_row();
  const uint32_t col = fetch_.rd_chunk() * lanes_;
  if (!transposed_) return lines_[Place(slot, row, col)] >> (col % word_bits_) & lane_mask_;
  uint32_t bits = 0;
  for (uint32_t l = 0; l < lanes_; ++l) {
    bits |= (lines_[Place(slot, col + l, row)] >> (row % word_bits_) & 1) << l;
  }
  return bits;
}

bool MaskLoader::Edge(const Inputs& in) {
  const bool moves = !mask_valid_ || in.mask_ready, reads = moves && fetch_.rd_valid();
  if (reads) mask_data_ = Beat();
  if (data_ && in.word_valid) {
    const uint64_t passes = NonZeroCodes((*in.word_data)[0]) |
                            (word_bits_ > 16 ? NonZeroCodes((*in.word_data)[1]) << 16 : 0);
    lines_[Place(fetch_.wr_slot(), fetch_.wr_line(), fetch_.wr_word() * word_bits_)] =
        static_cast<uint32_t>(passes & ((uint64_t{1} << word_bits_) - 1));
  }
  TileFetch::Inputs fetch{.seg_ready = in.seg_ready,
                          .word_valid = in.word_valid,
                          .word_last = in.word_last,
                          .rd_next = reads};
  if (in.start) {
    transposed_ = in.transposed;
    fetch.start = true;
    fetch.base = in.base;
    fetch.line_stride = in.stride;
    fetch.by_cols = in.transposed;
    fetch.m = in.m;
    fetch.n = in.n;
    fetch.block_cols = in.block_cols;
  }
  const bool active = fetch_.Clock(fetch);
  if (!moves || (!mask_valid_ && !reads)) return active;
  mask_valid_ = reads;
  return true;
}

}  // namespace tetralog::cycle
