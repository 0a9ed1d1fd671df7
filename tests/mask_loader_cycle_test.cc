// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of mask_loader in lockstep with the RTL. All outputs are compared in every cycle,
// all lanes of a beat too, those beyond the tile included: what was read with the tile, or before
// it.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vmask_loader_16x16_l4_128.h"
#include "Vmask_loader_16x16_l8_64.h"
#include "Vmask_loader_32x4_l4_64.h"
#include "Vmask_loader_4x4_l4_128.h"
#include "Vmask_loader_8x4_l2_64.h"
#include "model/cycle/mask_loader.h"
#include "tests/loader_cycle_testing.h"

namespace tetralog {
namespace {

template <typename UnitType, uint32_t kRows, uint32_t kCols, uint32_t kLanes, uint32_t kWordBytes>
struct Shape {
  using Unit = UnitType;
  using Model = cycle::MaskLoader;
  static constexpr LoaderShape kShape = {kRows, kCols, kLanes, kWordBytes};
  static constexpr bool kOneLine = false;

  static Model MakeModel(const MachineShape& shape, bool data) { return {shape, data}; }
  static void Drive(Unit& unit, const LoaderDrive& drive) {
    unit.stride_i = drive.command.line_stride;
    unit.transposed_i = drive.command.by_cols;
    SetPortAxiWord(unit.word_data_i, drive.word);
    unit.mask_ready_i = drive.beat_ready;
  }
  static void Inputs(Model::Inputs& in, const Unit&, const LoaderDrive& drive) {
    if (drive.start) {
      in.stride = drive.command.line_stride;
      in.transposed = drive.command.by_cols;
    }
    in.word_data = &drive.word;
    in.mask_ready = drive.beat_ready;
  }
  static bool BeatTaken(const Unit& unit) { return unit.mask_valid_o && unit.mask_ready_i; }

  static void Compare(OutputCheck& check, const Unit& unit, const Model& model) {
    check("mask_valid", unit.mask_valid_o, model.mask_valid());
    for (uint32_t lane = 0; check.data() && unit.mask_valid_o && lane < kLanes; ++lane) {
      check("mask_data", PortBits(unit.mask_data_o, static_cast<int>(4 * lane), 4),
            model.mask_data() >> lane & 1);
    }
  }
};

template <typename S>
class MaskLoaderCycle : public ::testing::Test {};
using Shapes = ::testing::Types<
    Shape<Vmask_loader_16x16_l4_128, 16, 16, 4, 16>, Shape<Vmask_loader_4x4_l4_128, 4, 4, 4, 16>,
    Shape<Vmask_loader_8x4_l2_64, 8, 4, 2, 8>, Shape<Vmask_loader_16x16_l8_64, 16, 16, 8, 8>,
    Shape<Vmask_loader_32x4_l4_64, 32, 4, 4, 8>>;
TYPED_TEST_SUITE(MaskLoaderCycle, Shapes);

TYPED_TEST(MaskLoaderCycle, EqualsTheRtlInEveryCycle) {
  for (uint32_t seed = 1; seed <= 2 && !this->HasFailure(); ++seed) {
    LoaderLockstep<TypeParam>().Run(seed);
  }
}

}  // namespace
}  // namespace tetralog
