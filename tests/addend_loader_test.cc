// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// addend_loader.sv against C looked up element by element. A place in its buffer depends on the
// element's place in its tile, the orientation and the slot; so every pair of sizes at which tiles
// and beats begin and end is loaded in each orientation, with each kind of stride (0, dense, apart)
// and with blocks; then random commands with stalls of each port. Its rates are counted in cycles.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "Vaddend_loader_16x16_l4_128.h"
#include "Vaddend_loader_16x16_l8_64.h"
#include "Vaddend_loader_4x4_l4_128.h"
#include "Vaddend_loader_8x4_l2_128.h"
#include "Vaddend_loader_8x4_l2_64.h"
#include "tests/loader_testing.h"

namespace tetralog {
namespace {

template <typename UnitType, uint32_t kRows, uint32_t kCols, uint32_t kLanes, uint32_t kWordBytes>
struct Shape {
  using Unit = UnitType;
  static constexpr LoaderShape kShape = {kRows, kCols, kLanes, kWordBytes};
  static constexpr uint64_t kNibbles = 8;

  static void Start(Unit& unit, const LoaderCommand& c) {
    unit.base_i = c.base;
    unit.row_stride_i = c.by_cols ? 4 : c.line_stride;
    unit.col_stride_i = c.by_cols ? c.line_stride : 4;
    unit.m_i = c.m;
    unit.n_i = c.n;
    unit.block_cols_i = kShape.grid().Block(c.block_cols);
  }
  static bool Valid(const Unit& unit) { return unit.c_valid_o; }
  static bool Ready(const Unit& unit) { return unit.c_ready_i; }
  static void SetReady(Unit& unit, bool ready) { unit.c_ready_i = ready; }
  static uint32_t Lane(const Unit& unit, size_t lane) { return PortWord(unit.c_data_o, lane); }
  static uint8_t Byte(uint64_t address) { return NoiseByte(address); }
  static uint32_t Value(uint32_t code) { return code; }
};

// Columns that lie 4 bytes apart are what rows 4 bytes apart are: both strides are 4.
LoaderCommand Strided(LoaderCommand c) {
  c.by_cols = c.by_cols && c.line_stride != 4;
  return c;
}

template <typename S>
class AddendLoaderRtl : public ::testing::Test {};
using Shapes = ::testing::Types<
    Shape<Vaddend_loader_16x16_l4_128, 16, 16, 4, 16>,
    Shape<Vaddend_loader_4x4_l4_128, 4, 4, 4, 16>, Shape<Vaddend_loader_8x4_l2_64, 8, 4, 2, 8>,
    Shape<Vaddend_loader_8x4_l2_128, 8, 4, 2, 16>, Shape<Vaddend_loader_16x16_l8_64, 16, 16, 8, 8>>;
TYPED_TEST_SUITE(AddendLoaderRtl, Shapes);

TYPED_TEST(AddendLoaderRtl, LoadsEverySizeInEveryOrientationWithEveryKindOfStride) {
  LoaderBench<TypeParam> bench(1);
  constexpr LoaderShape kShape = TypeParam::kShape;
  for (uint32_t m : EdgeDimensions(kShape.rows)) {
    for (uint32_t n : EdgeDimensions(kShape.cols)) {
      for (bool by_cols : {false, true}) {
        for (uint32_t extra : {0, 12}) {
          const uint32_t stride = 4 * (by_cols ? m : n) + extra;
          for (uint32_t block : {1, 2, 50}) {
            bench.Run(Strided({0x1234567004, stride, by_cols, m, n, block * kShape.cols}), {}, 3);
          }
        }
        bench.Run({0x40, 0, by_cols, m, n, kShape.cols}, {}, 3);
        if (!by_cols) bench.Run({0x44, 4, by_cols, m, n, kShape.cols}, {}, 3);
        if (this->HasFailure()) return;
      }
    }
  }
}

TYPED_TEST(AddendLoaderRtl, LoadsRandomCommandsUnderStallsOfEveryPort) {
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
      // Addresses up to the top of 40 bits; the largest strides.
      c.line_stride = rng() % 4 == 0 ? 0 : (c.by_cols ? c.m : c.n) * 4 + rng() % 3 * 4;
      if (rng() % 8 == 0) c.line_stride = 0xfffffffc;
      c.base = (uint64_t{rng()} << 6 | rng() % 64) / 4 * 4;
      bench.Run(Strided(c), stalls, rng() % 40);
    }
  }
}

// Rows come in behind the rows that go out, so two tiles of buffer hide the latency. The bus of a
// build whose words hold fewer elements than a beat gives less than a beat a cycle.
TYPED_TEST(AddendLoaderRtl, GivesABeatACycleOfCStoredByRows) {
  constexpr LoaderShape kShape = TypeParam::kShape;
  LoaderBench<TypeParam> bench(1);
  const uint32_t m = 8 * kShape.rows, n = 8 * kShape.cols;
  const uint32_t beats = m * n / kShape.lanes;
  const uint32_t words = m * n * 4 / kShape.word_bytes;
  const uint64_t tile_cycles = kShape.rows * kShape.cols / kShape.lanes;
  const uint64_t latency = tile_cycles >= 64 ? 30 : 1;
  const uint64_t cycles = bench.Run({0, 4 * n, false, m, n, 2 * kShape.cols}, {}, latency);
  EXPECT_LE(cycles, std::max(beats, words) + tile_cycles);
  if (beats >= words) {
    EXPECT_EQ(cycles, beats);
  }
}

// Columns need all of a tile's rows to be read, so behind a tile in its place come the latency and
// the words of the next, while the other tile goes out.
TYPED_TEST(AddendLoaderRtl, HidesATileOfCStoredByColumnsBehindTheOther) {
  constexpr LoaderShape kShape = TypeParam::kShape;
  LoaderBench<TypeParam> bench(1);
  const uint32_t m = 8 * kShape.rows, n = 8 * kShape.cols;
  const uint64_t beats = kShape.rows * kShape.cols / kShape.lanes;
  const uint64_t words = kShape.rows * kShape.cols * 4 / kShape.word_bytes;
  const uint64_t latency = 30;
  const uint64_t cycles = bench.Run({0, 4 * m, true, m, n, 2 * kShape.cols}, {}, latency);
  EXPECT_LE(cycles, 64 * std::max(beats, words + latency + 3)) << beats << " beats a tile";
}

TYPED_TEST(AddendLoaderRtl, ReadsALineThatStandsForAllOnceATile) {
  constexpr LoaderShape kShape = TypeParam::kShape;
  LoaderBench<TypeParam> bench(1);
  const uint32_t m = 3 * kShape.rows, n = 5 * kShape.cols;
  for (bool by_cols : {false, true}) {
    bench.Run({64, 0, by_cols, m, n, n}, {}, 5);
    EXPECT_EQ(bench.segments(), 15U);
    EXPECT_EQ(bench.different_bytes(), 4 * (by_cols ? m : n));
  }
}

}  // namespace
}  // namespace tetralog
