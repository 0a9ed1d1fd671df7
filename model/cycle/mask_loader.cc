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
    : rows_(shape.rows),
      cols_(shape.cols),
      lanes_(shape.lanes),
      lane_mask_(static_cast<uint32_t>((uint64_t{1} << lanes_) - 1)),
      word_codes_(shape.word_codes()),
      row_words_((cols_ + 63) / 64),
      data_(data),
      fetch_(shape, 1, kTiles),
      bits_(size_t{kTiles} * rows_ * row_words_) {}

void MaskLoader::Reset() { fetch_.Reset(); }

bool MaskLoader::Edge(const Inputs& in) {
  if (data_ && in.word_valid) Write(*in.word_data);
  TileFetch::Inputs fetch{.seg_ready = in.seg_ready,
                          .word_valid = in.word_valid,
                          .word_last = in.word_last,
                          .rd_next = in.mask_ready && mask_valid()};
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
  return fetch_.Clock(fetch);
}

// A word is part of a row or of a column of its tile, and may be longer than it.
void MaskLoader::Write(const AxiWord& word) {
  const uint64_t passes =
      NonZeroCodes(word[0]) | (word_codes_ > 16 ? NonZeroCodes(word[1]) << 16 : 0);
  const uint32_t slot = fetch_.wr_slot(), line = fetch_.wr_line();
  const uint32_t first = fetch_.wr_word() * word_codes_;
  if (transposed_) {
    const uint32_t end = std::min(rows_ - first, word_codes_), at = line % 64;
    uint64_t* row = &bits_[Place(slot, first, line)];
    for (uint32_t i = 0; i < end; ++i, row += row_words_) {
      *row = (*row & ~(uint64_t{1} << at)) | (passes >> i & 1) << at;
    }
  } else {
    const uint32_t codes = std::min(cols_ - first, word_codes_);
    const uint64_t bits = ((uint64_t{1} << codes) - 1) << (first % 64);
    uint64_t& row = bits_[Place(slot, line, first)];
    row = (row & ~bits) | (passes << (first % 64) & bits);
  }
}

}  // namespace tetralog::cycle
