// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two Verilated cores in step, which hold different bits wherever the reset leaves them undefined:
// no pin that means something may show one. And the cycle model in step with the RTL.

#include "Vcore_4x4x1.h"
#include "sim/cycle_core.h"
#include "sim/verilated_core.h"
#include "tests/lockstep_testing.h"

namespace tetralog {
namespace {

// The parameters of core_4x4x1.
constexpr MachineShape kShape = {
    .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};

std::unique_ptr<Core> Rtl(uint64_t seed) {
  return std::make_unique<VerilatedCore<Vcore_4x4x1>>(kShape, seed);
}

TEST(LockstepRtl, TheRtlIsTheSameWhateverItsRegistersHoldAtPowerUp) {
  RunInLockstep(1, 12, Rtl, [](uint64_t seed) { return Rtl(seed + 0x5eed); });
}

TEST(LockstepRtl, TheCycleModelHasThePinsOfTheRtl) {
  RunInLockstep(2, 24, Rtl, [](uint64_t) { return std::make_unique<CycleCore>(kShape); });
}

}  // namespace
}  // namespace tetralog
