// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/feeder.sv: walks over the tiles of a command and reads their operands out of
// the buffers, a beat a cycle. It carries no operands: in the cycle in which a tile's last beat is
// read (tile_done) it names them all, while they are surely there, and the core computes the sums
// that go with the beat marked op_last, which is offered from the next cycle on.
//
// Latency, throughput and limits: header of rtl/feeder.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out, for Countdown() cycles, which Skip() passes.

#pragma once

#include <cstdint>

#include "model/cycle/operand.h"
#include "model/cycle/tile_walker.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class Feeder {
 public:
  // What is fed; the feeder keeps its own copy.
  struct Feed {
    uint32_t m = 0, n = 0, k = 0;
    uint32_t block_cols = 0;
    uint32_t a_samples = 1;
    bool a_resident = false;
    uint32_t panel_words = 0;  // words of a bank that a panel of A takes
  };
  struct Inputs {
    bool start = false;                 // only while !busy()
    const Feed* feed = nullptr;         // used with start
    uint32_t a_asked = 0, b_asked = 0;  // with the segments that are taken in this cycle
    uint32_t a_loaded = 0, b_loaded = 0;
    bool op_ready = false;
    bool operator==(const Inputs&) const = default;
  };

  Feeder(const MachineShape& shape, bool data);
  void Reset();

  // ---- State
  bool busy() const { return walker_.valid() || valid_; }
  bool op_valid() const { return valid_; }
  bool op_last() const { return op_last_; }
  uint32_t op_k_valid() const { return k_valid_; }  // number of products that are not padding
  uint32_t tile_rows() const { return rows_; }
  uint32_t tile_cols() const { return cols_; }
  uint32_t tile_m0() const { return m0_; }
  uint32_t tile_n0() const { return n0_; }
  bool tile_last() const { return tile_last_; }
  uint32_t beat() const { return beat2_; }  // of the word, of the beat offered
  uint32_t b_panel_words() const { return k_words_; }
  bool a_first() const { return ask_a_first_; }  // A is to be asked for before B
  bool a_release() const { return a_release_; }  // in the cycle after the panel's last read
  bool b_release() const { return b_release_; }
  // Of the word that rd_en reads; meaningful with data.
  uint32_t a_addr() const { return a_word_; }
  uint32_t b_addr() const { return b_word_; }
  uint32_t a_group() const { return a_group_; }
  uint32_t b_group() const { return b_group_; }
  uint32_t rd_rows() const { return walker_.rows(); }  // of the tile that exist
  uint32_t rd_cols() const { return walker_.cols(); }

  // ---- Outputs that follow inputs of the same cycle
  bool stall_operand(const Inputs& in) const { return walker_.valid() && !valid_ && !Loaded(in); }
  // A beat is read in this cycle. The others follow from it.
  bool fire(const Inputs& in) const {
    return walker_.valid() && (!valid_ || in.op_ready) && Loaded(in);
  }
  bool rd_en(bool fire) const { return fire && beat_ == 0; }
  // The last beat of the tile is read. TileSums(tile_operands()) is due before any Clock() of
  // feeder and buffers, but after the engine has taken the sums of the tile before, if it does so
  // in this cycle.
  bool tile_done(bool fire) const { return fire && TileEnds(); }
  TileOperands tile_operands() const;

  bool Clock(const Inputs& in);
  // Without data the beats in the middle of a tile are countdown.
  uint64_t Countdown() const { return countdown_; }
  void Skip(uint64_t n);

 private:
  // Of the panels that the tile uses: words, and number in load order of their first tile row
  // (column).
  struct Place {
    uint32_t word = 0;
    uint32_t seq = 0;
  };

  bool Loaded(const Inputs& in) const {
    return in.a_loaded - a_.seq > a_group_ && in.b_loaded - b_.seq > b_group_;
  }
  bool AskAFirst(const Inputs& in) const;
  bool TileEnds() const { return k_left_ <= dot_ && sample_ == feed_.a_samples; }
  void ReadBeat();
  void NextTile();
  void ShowTile();
  void Count(const Inputs& in, bool was_inside);

  const OperandShape a_shape_, b_shape_;
  const uint32_t a_groups_, b_groups_;  // tile rows and tile columns of a panel
  const uint32_t dot_;
  const int dot_bits_;  // log2 of it
  const uint32_t word_beats_;
  const bool data_;

  Feed feed_;
  uint32_t k_words_ = 0;      // words of a sample
  uint32_t block_tiles_ = 0;  // tile columns of a block
  TileWalker walker_;

  bool ask_a_first_ = true;
  bool a_release_ = false, b_release_ = false;

  // Stage 1: the beat that is read next.
  Place a_, a_first_, b_, b_block_;  // of the tile; of the block's first panels
  uint32_t a_group_ = 0, b_group_ = 0;
  bool releases_a_ = false, releases_b_ = false;  // with the end of the tile
  uint32_t a_word_ = 0, b_word_ = 0, beat_ = 0;
  uint32_t k_left_ = 0, sample_ = 1;

  // Stage 2: the beat that is offered.
  bool valid_ = false, op_last_ = false, tile_last_ = false;
  uint32_t beat2_ = 0, k_valid_ = 0;
  uint32_t rows_ = 0, cols_ = 0, m0_ = 0, n0_ = 0;

  uint64_t countdown_ = UINT64_MAX;
};

}  // namespace tetralog::cycle
