// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/tile_walker.sv: walks over the tiles of a command's output, in the order in
// which the array computes them.
//
// Order and limits: header of rtl/tile_walker.sv. It has no clock of its own: the accessors show a
// tile, and whoever uses it calls Start() and Next() in its own Clock(), at most one Next() a
// cycle.

#pragma once

#include <cstdint>

#include "model/machine_shape.h"

namespace tetralog::cycle {

// What is walked over; the walker keeps its own copy.
struct TileWalk {
  uint32_t m = 0, n = 0;
  uint32_t block_cols = 0;              // columns of a block, whole panels of B
  uint64_t base = 0;                    // byte address of the matrix, if addr() is used
  uint64_t row_step = 0, col_step = 0;  // nibbles from row to row and from column to column
};

// Its clock edges are two: Start() is one with start_i, Next() one with next_i and without start_i.
// Any other changes nothing. All outputs are state.
class TileWalker {
 public:
  explicit TileWalker(const MachineShape& shape);

  void Reset() { valid_ = false; }
  void Start(const TileWalk& walk);  // while !valid(), or when the last tile is taken
  void Next();                       // takes the tile shown; only while valid()

  // The tile shown, while valid().
  bool valid() const { return valid_; }
  uint32_t m0() const { return m0_; }      // first row of the tile
  uint32_t n0() const { return n0_; }      // first column
  uint32_t rows() const { return rows_; }  // rows of the tile that exist
  uint32_t cols() const { return cols_; }
  uint64_t addr() const {  // of its first element, nibbles, modulo 2^(axi_addr + 1)
    return (walk_.base * 2 + m0_ * walk_.row_step + n0_ * walk_.col_step) & addr_mask_;
  }
  bool last_col() const { return last_col_; }          // last columns of the panel of B
  bool last_row() const { return last_row_; }          // last rows of the panel of A
  bool last_panel_b() const { return last_panel_b_; }  // in the block's last panel of B
  bool last_panel_a() const { return last_panel_a_; }  // in the last panel of A
  bool last_block() const { return last_block_; }      // in the last block
  bool last() const { return last_; }                  // last tile of the command

 private:
  void Show();  // the outputs that follow from the place

  const uint32_t tile_rows_, tile_cols_, panel_a_, panel_b_;
  const uint64_t addr_mask_;

  TileWalk walk_;
  bool valid_ = false;
  uint32_t m0_ = 0, n0_ = 0, block_n0_ = 0;  // the block's first column

  uint32_t rows_ = 0, cols_ = 0;
  bool last_col_ = false, last_row_ = false, last_panel_b_ = false, last_panel_a_ = false;
  bool last_block_ = false, last_ = false;
};

}  // namespace tetralog::cycle
