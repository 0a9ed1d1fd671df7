// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of tile_fetch in lockstep with the RTL, for INT32 elements with two tiles and for
// codes with four. All outputs are compared in every cycle.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vtile_fetch_4x8_codes.h"
#include "Vtile_fetch_8x4_int32.h"
#include "model/cycle/tile_fetch.h"
#include "tests/loader_cycle_testing.h"

namespace tetralog {
namespace {

template <typename UnitType, uint32_t kRows, uint32_t kCols, uint32_t kLanes, uint32_t kElement,
          uint32_t kTiles>
struct Shape {
  using Unit = UnitType;
  using Model = cycle::TileFetch;
  static constexpr LoaderShape kShape = {kRows, kCols, kLanes, 8};
  static constexpr bool kOneLine = true;

  static Model MakeModel(const MachineShape& shape, bool) { return {shape, kElement, kTiles}; }
  static void Drive(Unit& unit, const LoaderDrive& drive) {
    unit.start_i = drive.start;
    unit.base_i = drive.command.base;
    unit.line_stride_i = drive.command.line_stride;
    unit.by_cols_i = drive.command.by_cols;
    unit.one_line_i = drive.one_line;
    unit.m_i = drive.command.m;
    unit.n_i = drive.command.n;
    unit.block_cols_i = drive.command.block_cols;
    unit.seg_ready_i = drive.seg_ready;
    unit.word_valid_i = drive.word_valid;
    unit.word_last_i = drive.word_last;
    unit.rd_next_i = drive.beat_ready && unit.rd_valid_o;
  }
  static Model::Inputs Inputs(const Unit& unit, const LoaderDrive& drive) {
    Model::Inputs in{.seg_ready = drive.seg_ready,
                     .word_valid = drive.word_valid,
                     .word_last = drive.word_last,
                     .rd_next = unit.rd_next_i != 0};
    if (!drive.start) return in;
    const LoaderCommand& c = drive.command;
    in.start = true;
    in.base = c.base;
    in.line_stride = c.line_stride;
    in.by_cols = c.by_cols;
    in.one_line = drive.one_line;
    in.m = c.m;
    in.n = c.n;
    in.block_cols = c.block_cols;
    return in;
  }
  static bool BeatTaken(const Unit& unit) { return unit.rd_next_i; }

  static void Compare(OutputCheck& check, const Unit& unit, const Model& model) {
    check("busy", unit.busy_o, model.busy());
    check("seg_valid", unit.seg_valid_o, model.seg_valid());
    if (unit.seg_valid_o) {
      check("seg_addr", unit.seg_addr_o, model.seg_addr());
      check("seg_bytes", unit.seg_bytes_o, model.seg_bytes());
    }
    check("wr_slot", unit.wr_slot_o, model.wr_slot());
    check("wr_line", unit.wr_line_o, model.wr_line());
    check("wr_word", unit.wr_word_o, model.wr_word());
    check("rd_valid", unit.rd_valid_o, model.rd_valid());
    check("rd_slot", unit.rd_slot_o, model.rd_slot());
    check("rd_row", unit.rd_row_o, model.rd_row());
    check("rd_chunk", unit.rd_chunk_o, model.rd_chunk());
  }
};

template <typename S>
class TileFetchCycle : public ::testing::Test {};
using Shapes = ::testing::Types<Shape<Vtile_fetch_8x4_int32, 8, 4, 2, 8, 2>,
                                Shape<Vtile_fetch_4x8_codes, 4, 8, 8, 1, 4>>;
TYPED_TEST_SUITE(TileFetchCycle, Shapes);

TYPED_TEST(TileFetchCycle, EqualsTheRtlInEveryCycle) {
  for (uint32_t seed = 1; seed <= 4 && !this->HasFailure(); ++seed) {
    LoaderLockstep<TypeParam>().Run(seed);
  }
}

}  // namespace
}  // namespace tetralog
