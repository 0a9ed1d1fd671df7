// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/tile_walker.h"

#include <algorithm>

namespace tetralog::cycle {

TileWalker::TileWalker(const MachineShape& shape)
    : tile_rows_(shape.rows),
      tile_cols_(shape.cols),
      panel_a_(shape.panel_a()),
      panel_b_(shape.panel_b()),
      addr_mask_((uint64_t{2} << shape.axi_addr) - 1) {}

void TileWalker::Start(const TileWalk& walk) {
  walk_ = walk;
  valid_ = true;
  m0_ = n0_ = block_n0_ = 0;
  Show();
}

void TileWalker::Next() {
  if (last_) {
    valid_ = false;
    return;
  }
  if (!last_col_) {
    n0_ += tile_cols_;
  } else if (!last_row_) {
    n0_ &= ~(panel_b_ - 1);
    m0_ += tile_rows_;
  } else if (!last_panel_b_) {
    m0_ &= ~(panel_a_ - 1);
    n0_ += tile_cols_;
  } else if (!last_panel_a_) {
    m0_ += tile_rows_;
    n0_ = block_n0_;
  } else {
    m0_ = 0;
    n0_ += tile_cols_;
    block_n0_ = n0_;
  }
  Show();
}

void TileWalker::Show() {
  const uint32_t m_panel = m0_ & ~(panel_a_ - 1), n_panel = n0_ & ~(panel_b_ - 1);
  const uint32_t m_end = std::min(walk_.m, m_panel + panel_a_);
  const uint32_t n_end = std::min(walk_.n, n_panel + panel_b_);
  rows_ = std::min(tile_rows_, m_end - m0_);
  cols_ = std::min(tile_cols_, n_end - n0_);
  last_row_ = m0_ + tile_rows_ >= m_end;
  last_col_ = n0_ + tile_cols_ >= n_end;
  last_panel_a_ = m_end == walk_.m;
  last_panel_b_ = n_end == walk_.n || n_end == block_n0_ + walk_.block_cols;
  last_block_ = walk_.n - block_n0_ <= walk_.block_cols;
  last_ = last_row_ && last_col_ && last_panel_a_ && last_panel_b_ && last_block_;
}

}  // namespace tetralog::cycle
