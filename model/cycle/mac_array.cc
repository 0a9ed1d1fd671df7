// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/mac_array.h"

#include <algorithm>

namespace tetralog::cycle {
namespace {

// The codes of some rows from a word to the end of a run of words that follow each other.
struct Run {
  const int16_t* first;
  uint32_t pitch;  // numbers from row to row
};

// Adds the products of kRows rows of A and kCols columns of B over n places of K. Each pair sums
// 16-bit products over k, which compilers turn into multiply-and-add of pairs of places; a few
// rows and columns at a time make use of what is loaded.
template <uint32_t kRows, uint32_t kCols>
void AddBlock(Run a, Run b, uint32_t n, int32_t* sums, uint32_t sums_pitch) {
  int32_t sum[kRows][kCols] = {};
  for (uint32_t k = 0; k < n; ++k) {
    for (uint32_t r = 0; r < kRows; ++r) {
      for (uint32_t c = 0; c < kCols; ++c) {
        sum[r][c] += a.first[r * a.pitch + k] * b.first[c * b.pitch + k];
      }
    }
  }
  for (uint32_t r = 0; r < kRows; ++r) {
    for (uint32_t c = 0; c < kCols; ++c) sums[r * sums_pitch + c] += sum[r][c];
  }
}

}  // namespace

void TileSums(const OperandBuffer& a, const OperandBuffer& b, const TileOperands& tile,
              int32_t* sums) {
  constexpr uint32_t kRows = 2, kCols = 2;  // divide every array
  const uint32_t cols = b.shape().rows, codes = a.shape().word_codes;
  std::fill_n(sums, size_t{a.shape().rows} * cols, 0);

  uint32_t a_addr = tile.a_addr;
  for (uint32_t sample = 0; sample < tile.samples; ++sample) {
    uint32_t b_addr = tile.b_addr;
    for (uint32_t left = tile.k; left > 0;) {
      // As far as neither buffer wraps.
      const uint32_t words = std::min(
          {(left + codes - 1) / codes, a.shape().depth - a_addr, b.shape().depth - b_addr});
      const uint32_t n = std::min(left, words * codes);
      for (uint32_t r = 0; r < tile.rows; r += kRows) {
        const Run a_run = {a.row(tile.a_group, r, a_addr), a.pitch()};
        for (uint32_t c = 0; c < tile.cols; c += kCols) {
          const Run b_run = {b.row(tile.b_group, c, b_addr), b.pitch()};
          AddBlock<kRows, kCols>(a_run, b_run, n, sums + r * cols + c, cols);
        }
      }
      left -= n;
      a_addr = (a_addr + words) % a.shape().depth;
      b_addr = (b_addr + words) % b.shape().depth;
    }
  }
  // Blocks reach over the edges of the tile.
  for (uint32_t r = 0; r < a.shape().rows; ++r) {
    int32_t* const row = sums + size_t{r} * cols;
    const uint32_t exist = r < tile.rows ? tile.cols : 0;
    std::fill(row + exist, row + cols, 0);
  }
}

}  // namespace tetralog::cycle
