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
    unit.line_stride_i = drive.command.line_stride;
    unit.by_cols_i = drive.command.by_cols;
    unit.one_line_i = drive.one_line;
    unit.rd_next_i = drive.beat_ready && unit.rd_valid_o;
  }
  static void Inputs(Model::Inputs& in, const Unit& unit, const LoaderDrive& drive) {
    if (drive.start) {
      in.line_stride = drive.command.line_stride;
      in.by_cols = drive.command.by_cols;
      in.one_line = drive.one_line;
    }
    in.rd_next = unit.rd_next_i != 0;
  }
  static bool BeatTaken(const Unit& unit) { return unit.rd_next_i; }

  static void Compare(OutputCheck& check, const Unit& unit, const Model& model) {
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
