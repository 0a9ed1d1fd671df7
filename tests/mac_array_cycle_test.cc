// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// TileSums over operand buffers of the cycle model, against the products of model/dot_product.h
// code by code: random tiles in every format, panels that wrap around the ends of the buffers, K
// that ends within a word, samples, rubbish beyond K and beyond the last row and column.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "model/cycle/mac_array.h"
#include "model/cycle/operand_buffer.h"
#include "model/dot_product.h"
#include "tests/operand_testing.h"

namespace tetralog::cycle {
namespace {

// A buffer full of noise, and its codes.
class Noise {
 public:
  Noise(const MachineShape& shape, Operand operand, Format format, testing::Rng& rng)
      : buffer_(shape, operand, true), depth_(buffer_.shape().depth) {
    const uint32_t words = buffer_.shape().panel * depth_;
    for (uint32_t i = 0; i < words; ++i) {
      const AxiWord word = {uint64_t{rng()} << 32 | rng(), uint64_t{rng()} << 32 | rng()};
      words_.push_back(word);
      EXPECT_TRUE(buffer_.Clock({.wr_valid = true,
                                 .wr_bank = i / depth_,
                                 .wr_addr = i % depth_,
                                 .wr_data = &word,
                                 .wr_format = format}));
    }
  }
  const OperandBuffer& buffer() const { return buffer_; }
  uint8_t Code(uint32_t bank, uint32_t addr, uint32_t i) const {
    return words_[bank * depth_ + addr % depth_][i / 16] >> (i % 16 * 4) & 15;
  }

 private:
  OperandBuffer buffer_;
  uint32_t depth_;
  std::vector<AxiWord> words_;
};

void ExpectSums(const MachineShape& shape, Format a_format, Format b_format, testing::Rng& rng) {
  const Noise a(shape, Operand::kA, a_format, rng), b(shape, Operand::kB, b_format, rng);
  const uint32_t codes = shape.word_codes();
  for (int round = 0; round < 10; ++round) {
    TileOperands tile;
    tile.samples = rng() % 2 ? 1 : 1 + rng() % 4;
    tile.k = 1 + rng() % (shape.depth_a / tile.samples * codes);
    tile.a_addr = rng() % shape.depth_a;
    tile.b_addr = rng() % shape.depth_b;
    tile.a_group = rng() % (shape.panel_a() / shape.rows);
    tile.b_group = rng() % (shape.panel_b() / shape.cols);
    tile.rows = 1 + rng() % shape.rows;
    tile.cols = 1 + rng() % shape.cols;
    std::vector<int32_t> sums(shape.rows * shape.cols, 12345);
    TileSums(a.buffer(), b.buffer(), tile, sums.data());
    for (uint32_t r = 0; r < shape.rows; ++r) {
      for (uint32_t c = 0; c < shape.cols; ++c) {
        int32_t sum = 0;
        for (uint32_t i = 0; r < tile.rows && c < tile.cols && i < tile.samples * tile.k; ++i) {
          const uint32_t k = i % tile.k, word = k / codes;
          const uint32_t a_word = tile.a_addr + i / tile.k * ((tile.k - 1) / codes + 1) + word;
          sum +=
              Product(a_format, a.Code(tile.a_group * shape.rows + r, a_word, k % codes), b_format,
                      b.Code(tile.b_group * shape.cols + c, tile.b_addr + word, k % codes));
        }
        ASSERT_EQ(sums[r * shape.cols + c], sum)
            << "row " << r << ", column " << c << " of " << tile.rows << " x " << tile.cols
            << ", K " << tile.k << ", " << tile.samples << " samples";
      }
    }
  }
}

TEST(MacArrayCycle, SumsTheProductsOfTheTileAndNoOthers) {
  testing::Rng rng(1);
  const MachineShape shapes[] = {
      {.rows = 16, .cols = 16, .depth_a = 8, .depth_b = 16, .axi_data = 128},
      {.rows = 4, .cols = 8, .dot = 2, .depth_a = 8, .depth_b = 8, .axi_data = 64},
      {.rows = 2, .cols = 32, .dot = 1, .depth_a = 16, .depth_b = 8, .axi_data = 64}};
  for (const MachineShape& shape : shapes) {
    for (const Format a_format : {Format::kInt4, Format::kLog4}) {
      for (const Format b_format : {Format::kInt4, Format::kUint4}) {
        SCOPED_TRACE(::testing::Message() << shape.name());
        ASSERT_NO_FATAL_FAILURE(ExpectSums(shape, a_format, b_format, rng));
      }
    }
  }
}

}  // namespace
}  // namespace tetralog::cycle
