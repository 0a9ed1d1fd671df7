// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Some units have a short form for simulation (`ifndef SYNTHESIS). Here the core is simulated as it
// is synthesised, in step with the cycle model, which the short forms are compared with elsewhere.

#include "Vcore_8x4x2_structure.h"
#include "sim/cycle_core.h"
#include "sim/verilated_core.h"
#include "tests/lockstep_testing.h"

namespace tetralog {
namespace {

// The parameters of core_8x4x2_structure.
constexpr MachineShape kShape = {.rows = 8,
                                 .cols = 4,
                                 .dot = 2,
                                 .acc_width = 20,
                                 .random_bits = 8,
                                 .depth_a = 32,
                                 .depth_b = 32};

TEST(LockstepStructure, WhatIsSynthesisedHasThePinsOfTheCycleModel) {
  RunInLockstep(
      3, 24,
      [](uint64_t seed) {
        return std::make_unique<VerilatedCore<Vcore_8x4x2_structure>>(kShape, seed);
      },
      [](uint64_t) { return std::make_unique<CycleCore>(kShape); });
}

}  // namespace
}  // namespace tetralog
