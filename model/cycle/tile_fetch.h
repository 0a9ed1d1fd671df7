// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/tile_fetch.sv: which lines of the tiles of a stored matrix are asked for, have
// arrived, and are read. The elements are kept by the user.
//
// Latency, throughput and limits: header of rtl/tile_fetch.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <cstdint>

#include "model/cycle/tile_walker.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class TileFetch {
 public:
  struct Inputs {
    bool start = false;
    // The command, read with start.
    uint64_t base = 0;         // bytes
    uint32_t line_stride = 0;  // bytes
    bool by_cols = false, one_line = false;
    uint32_t m = 0, n = 0, block_cols = 0;

    bool seg_ready = false;
    bool word_valid = false, word_last = false;
    bool rd_next = false;  // only while rd_valid
    bool operator==(const Inputs&) const = default;
  };

  // `nibbles` of an element, `tiles` buffered, a power of two up to 16; a row that is read makes
  // room for another, or only a tile.
  TileFetch(const MachineShape& shape, uint32_t nibbles, uint32_t tiles, bool free_by_row = true);
  void Reset();

  bool busy() const { return walker_.valid() || ask_ != rd_; }

  bool seg_valid() const { return walker_.valid() && LineFree(); }
  uint64_t seg_addr() const { return ((walker_.addr() >> 1) + line_offset_) & addr_mask_; }
  uint32_t seg_bytes() const {
    return ((by_cols_ ? walker_.rows() : walker_.cols()) * nibbles_ + 1) >> 1;
  }

  uint32_t wr_slot() const { return wr_ & (tiles_ - 1); }
  uint32_t wr_line() const { return wr_line_; }
  uint32_t wr_word() const { return wr_word_; }

  bool rd_valid() const { return rd_ != wr_; }
  uint32_t rd_slot() const { return rd_ & (tiles_ - 1); }
  uint32_t rd_row() const { return rd_row_; }
  uint32_t rd_chunk() const { return rd_chunk_; }

  bool Clock(const Inputs& in) {
    const bool asks = in.seg_ready && seg_valid();
    if (!asks && !in.word_valid && !in.rd_next && !in.start) return false;
    if (asks) Ask();
    if (in.word_valid) Arrive(in.word_last);
    if (in.rd_next) Read();
    if (in.start) Start(in);
    return true;
  }

 private:
  bool LineFree() const {
    const uint32_t held = ask_ - rd_;
    return held < tiles_ ||
           (free_by_row_ && held == tiles_ && !by_cols_ && !one_line_ && line_ < rd_row_);
  }
  void Start(const Inputs& in);
  void Ask();
  void Arrive(bool word_last);
  void Read();
  // Of the tile with this number, as far as M and N leave it.
  uint32_t LastRow(uint32_t tile) const;
  uint32_t LastCol(uint32_t tile) const;

  const uint32_t rows_, cols_, lane_bits_, nibbles_, tiles_;
  const bool free_by_row_;
  const uint64_t addr_mask_;
  TileWalker walker_;

  // The command.
  uint32_t line_stride_ = 0, m_ = 0, n_ = 0;
  bool by_cols_ = false, one_line_ = false;

  uint32_t ask_ = 0, wr_ = 0, rd_ = 0;  // tiles asked for, arrived and read, counted on without end
  uint32_t line_ = 0;                   // of the tile that is asked for
  uint64_t line_offset_ = 0;            // bytes
  uint32_t short_rows_ = 0, short_cols_ = 0;  // a bit a tile, by its number modulo 32
  uint32_t wr_line_ = 0, wr_word_ = 0;
  uint32_t rd_row_ = 0, rd_chunk_ = 0;
};

}  // namespace tetralog::cycle
