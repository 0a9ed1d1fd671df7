// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two Verilated cores in step, which hold different bits wherever the reset leaves them undefined:
// no pin that means something may show one. And the cycle model in step with the RTL.

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "Vcore_4x4x1.h"
#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/lockstep_core.h"
#include "sim/random_commands.h"
#include "sim/regress.h"
#include "sim/verilated_core.h"

namespace tetralog {
namespace {

// The parameters of core_4x4x1.
constexpr MachineShape kShape = {
    .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};
constexpr CaseOptions kCases = {
    .max_dim = 40, .max_commands = 4, .max_cycles = 2000, .memory_bytes = 1 << 20};

std::unique_ptr<Core> Rtl(uint64_t seed) {
  return std::make_unique<VerilatedCore<Vcore_4x4x1>>(kShape, seed);
}

// Random cases with stalls, errors and soft resets in flight; every pin of `other` as the RTL's.
void RunCases(uint64_t seed, uint64_t cases, const std::function<std::unique_ptr<Core>()>& other) {
  for (uint64_t number = 0; number < cases; ++number) {
    const Case c = RandomCase(seed, number, kShape, kCases);
    ClockedMachine machine(std::make_unique<LockstepCore>(Rtl(number), other()),
                           kCases.memory_bytes, MemoryOf(c));
    const CaseResult result = RunOneCase(c, machine, SoftResetsOf(c));
    EXPECT_EQ(result.differences, "") << c.Describe();
    EXPECT_GT(result.cycles, 0u);
  }
}

TEST(LockstepRtl, TheRtlIsTheSameWhateverItsRegistersHoldAtPowerUp) {
  RunCases(1, 12, [] { return Rtl(0x5eed); });
}

TEST(LockstepRtl, TheCycleModelHasThePinsOfTheRtl) {
  RunCases(2, 24, [] { return std::make_unique<CycleCore>(kShape); });
}

}  // namespace
}  // namespace tetralog
