// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The order of the tiles of a command, as docs/core.md has it, in plain loops.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tetralog {

struct TilePlace {
  uint32_t m0, n0, rows, cols;
  bool last_col, last_row;          // in its panel of B, of A
  bool last_panel_b, last_panel_a;  // in the block, in the matrix
  bool last_block;
};

struct TileGrid {
  uint32_t rows, cols;  // of a full tile
  uint32_t word_codes;  // of the bus
  uint32_t panel_a() const { return std::max(rows, word_codes); }
  uint32_t panel_b() const { return std::max(cols, word_codes); }
  // The least block of whole panels that has so many columns.
  uint32_t Block(uint32_t columns) const {
    return std::max(1U, (columns + panel_b() - 1) / panel_b()) * panel_b();
  }
};

inline std::vector<TilePlace> TileOrder(const TileGrid& grid, uint32_t m, uint32_t n,
                                        uint32_t block_cols) {
  std::vector<TilePlace> tiles;
  for (uint32_t block = 0; block < n; block += block_cols) {
    const uint32_t block_end = std::min(n, block + block_cols);
    for (uint32_t pa = 0; pa < m; pa += grid.panel_a()) {
      const uint32_t a_end = std::min(m, pa + grid.panel_a());
      for (uint32_t pb = block; pb < block_end; pb += grid.panel_b()) {
        const uint32_t b_end = std::min(block_end, pb + grid.panel_b());
        for (uint32_t m0 = pa; m0 < a_end; m0 += grid.rows) {
          for (uint32_t n0 = pb; n0 < b_end; n0 += grid.cols) {
            tiles.push_back({m0, n0, std::min(grid.rows, a_end - m0),
                             std::min(grid.cols, b_end - n0), n0 + grid.cols >= b_end,
                             m0 + grid.rows >= a_end, b_end == block_end, a_end == m,
                             block_end == n});
          }
        }
      }
    }
  }
  return tiles;
}

}  // namespace tetralog
