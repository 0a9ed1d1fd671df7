// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of addend_loader in lockstep with the RTL. All outputs are compared in every
// cycle, all lanes of a beat too, those beyond the tile included: what was read with the tile, or
// before it.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vaddend_loader_16x16_l4_128.h"
#include "Vaddend_loader_16x16_l8_64.h"
#include "Vaddend_loader_4x4_l4_128.h"
#include "Vaddend_loader_8x4_l2_128.h"
#include "Vaddend_loader_8x4_l2_64.h"
#include "model/cycle/addend_loader.h"
#include "tests/loader_cycle_testing.h"

namespace tetralog {
namespace {

template <typename UnitType, uint32_t kRows, uint32_t kCols, uint32_t kLanes, uint32_t kWordBytes>
struct Shape {
  using Unit = UnitType;
  using Model = cycle::AddendLoader;
  static constexpr LoaderShape kShape = {kRows, kCols, kLanes, kWordBytes};
  static constexpr bool kOneLine = true;

  static Model MakeModel(const MachineShape& shape, bool data) { return {shape, data}; }
  static void Drive(Unit& unit, const LoaderDrive& drive) {
    const LoaderCommand& c = drive.command;
    unit.row_stride_i = c.by_cols ? 4 : c.line_stride;
    unit.col_stride_i = c.by_cols ? c.line_stride : 4;
    SetPortAxiWord(unit.word_data_i, drive.word);
    unit.c_ready_i = drive.beat_ready;
  }
  static void Inputs(Model::Inputs& in, const Unit&, const LoaderDrive& drive) {
    const LoaderCommand& c = drive.command;
    if (drive.start) {
      in.row_stride = c.by_cols ? 4 : c.line_stride;
      in.col_stride = c.by_cols ? c.line_stride : 4;
    }
    in.word_data = &drive.word;
    in.c_ready = drive.beat_ready;
  }
  static bool BeatTaken(const Unit& unit) { return unit.c_valid_o && unit.c_ready_i; }

  static void Compare(OutputCheck& check, const Unit& unit, const Model& model) {
    check("c_valid", unit.c_valid_o, model.c_valid());
    for (uint32_t lane = 0; check.data() && unit.c_valid_o && lane < kLanes; ++lane) {
      check("c_data", PortWord(unit.c_data_o, static_cast<int>(lane)),
            static_cast<uint32_t>(model.c_data()[lane]));
    }
  }
};

template <typename S>
class AddendLoaderCycle : public ::testing::Test {};
using Shapes = ::testing::Types<
    Shape<Vaddend_loader_16x16_l4_128, 16, 16, 4, 16>,
    Shape<Vaddend_loader_4x4_l4_128, 4, 4, 4, 16>, Shape<Vaddend_loader_8x4_l2_64, 8, 4, 2, 8>,
    Shape<Vaddend_loader_8x4_l2_128, 8, 4, 2, 16>, Shape<Vaddend_loader_16x16_l8_64, 16, 16, 8, 8>>;
TYPED_TEST_SUITE(AddendLoaderCycle, Shapes);

TYPED_TEST(AddendLoaderCycle, EqualsTheRtlInEveryCycle) {
  for (uint32_t seed = 1; seed <= 2 && !this->HasFailure(); ++seed) {
    LoaderLockstep<TypeParam>().Run(seed);
  }
}

}  // namespace
}  // namespace tetralog
