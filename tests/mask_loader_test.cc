// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// mask_loader.sv against a mask looked up element by element; half of its codes are zero. As for C,
// every pair of sizes at which tiles and beats begin and end, in both orientations, dense and with
// lines apart, in blocks; then random commands with stalls of each port; and the rate.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "Vmask_loader_8x4_l2_64.h"
#include "tests/loader_testing.h"
#ifndef GATES
#include "Vmask_loader_16x16_l4_128.h"
#include "Vmask_loader_16x16_l8_64.h"
#include "Vmask_loader_32x4_l4_64.h"
#include "Vmask_loader_4x4_l4_128.h"
#endif

namespace tetralog {
namespace {

template <typename UnitType, uint32_t kRows, uint32_t kCols, uint32_t kLanes, uint32_t kWordBytes>
struct Shape {
  using Unit = UnitType;
  static constexpr LoaderShape kShape = {kRows, kCols, kLanes, kWordBytes};
  static constexpr uint64_t kNibbles = 1;

  static void Start(Unit& unit, const LoaderCommand& c) {
    unit.base_i = c.base;
    unit.stride_i = c.line_stride;
    unit.transposed_i = c.by_cols;
    unit.m_i = c.m;
    unit.n_i = c.n;
    unit.block_cols_i = kShape.grid().Block(c.block_cols);
  }
  static bool Valid(const Unit& unit) { return unit.mask_valid_o; }
  static bool Ready(const Unit& unit) { return unit.mask_ready_i; }
  static void SetReady(Unit& unit, bool ready) { unit.mask_ready_i = ready; }
  static uint32_t Lane(const Unit& unit, size_t lane) {
    return static_cast<uint32_t>(PortBits(unit.mask_data_o, static_cast<int>(4 * lane), 4));
  }
  // Each nibble is zero if a bit of other noise says so; single bits make up many of the others.
  static uint8_t Byte(uint64_t address) {
    const uint8_t noise = NoiseByte(address), other = NoiseByte(~address);
    const uint8_t low = (other & 1) != 0   ? 0
                        : (other & 2) != 0 ? 1 << (other >> 2 & 3)
                                           : noise & 15;
    const uint8_t high = (other & 16) != 0 ? 0 : (other & 32) != 0 ? 1 << (other >> 6) : noise >> 4;
    return static_cast<uint8_t>(low | high << 4);
  }
  static uint32_t Value(uint32_t code) { return code != 0 ? 1 : 0; }
};

template <typename S>
class MaskLoaderRtl : public ::testing::Test {};
#ifdef GATES  // of the smallest shape
using Shapes = ::testing::Types<Shape<Vmask_loader_8x4_l2_64, 8, 4, 2, 8>>;
#else
using Shapes = ::testing::Types<
    Shape<Vmask_loader_16x16_l4_128, 16, 16, 4, 16>, Shape<Vmask_loader_4x4_l4_128, 4, 4, 4, 16>,
    Shape<Vmask_loader_8x4_l2_64, 8, 4, 2, 8>, Shape<Vmask_loader_16x16_l8_64, 16, 16, 8, 8>,
    Shape<Vmask_loader_32x4_l4_64, 32, 4, 4, 8>>;
#endif
TYPED_TEST_SUITE(MaskLoaderRtl, Shapes);

TYPED_TEST(MaskLoaderRtl, LoadsEverySizeInBothOrientations) {
  LoaderBench<TypeParam> bench(1);
  constexpr LoaderShape kShape = TypeParam::kShape;
  for (uint32_t m : EdgeDimensions(kShape.rows)) {
    for (uint32_t n : EdgeDimensions(kShape.cols)) {
      for (bool transposed : {false, true}) {
        for (uint32_t extra : {0, 3}) {
          const uint32_t stride = ((transposed ? m : n) + 1) / 2 + extra;
          for (uint32_t block : {1, 2, 50}) {
            bench.Run({0x1234567005, stride, transposed, m, n, block * kShape.cols}, {}, 3);
          }
        }
        if (this->HasFailure()) return;
      }
    }
  }
}

TYPED_TEST(MaskLoaderRtl, LoadsRandomCommandsUnderStallsOfEveryPort) {
  constexpr LoaderShape kShape = TypeParam::kShape;
  uint32_t seed = 1;
  for (const LoaderStalls& stalls : kLoaderStalls) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    LoaderBench<TypeParam> bench(seed++);
    std::mt19937& rng = bench.rng();
    for (int i = 0; i < 60 && !this->HasFailure(); ++i) {
      LoaderCommand c;
      c.by_cols = rng() % 2 != 0;
      c.m = rng() % (5 * kShape.rows) + 1;
      c.n = rng() % (5 * kShape.cols) + 1;
      c.block_cols = (rng() % 4 + 1) * kShape.cols;
      c.line_stride = ((c.by_cols ? c.m : c.n) + 1) / 2 + rng() % 3;
      if (rng() % 8 == 0) c.line_stride = 0xffffffff;
      c.base = uint64_t{rng()} << 6 | rng() % 64;
      bench.Run(c, stalls, rng() % 40);
    }
  }
}

TYPED_TEST(MaskLoaderRtl, GivesABeatACycle) {
  constexpr LoaderShape kShape = TypeParam::kShape;
  LoaderBench<TypeParam> bench(1);
  const uint32_t m = 8 * kShape.rows, n = 8 * kShape.cols;
  const uint64_t tile_cycles = kShape.rows * kShape.cols / kShape.lanes;
  for (bool transposed : {false, true}) {
    // By columns the next tile is asked for after the last row of the tile in its place, and so has
    // the cycles of one tile for its latency and its words.
    const uint64_t codes = 2 * kShape.word_bytes;
    const uint64_t words = kShape.cols * ((kShape.rows + codes - 1) / codes);
    uint64_t latency = tile_cycles >= 64 ? 30 : 1;
    if (transposed) {
      if (tile_cycles < words + 4) continue;  // nothing hides
      latency = tile_cycles - words - 3;
    }
    const uint64_t cycles =
        bench.Run({0, (transposed ? m : n) / 2, transposed, m, n, 2 * kShape.cols}, {}, latency);
    EXPECT_EQ(cycles, m * n / kShape.lanes) << "latency " << latency;
  }
}

}  // namespace
}  // namespace tetralog
