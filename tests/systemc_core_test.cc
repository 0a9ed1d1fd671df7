// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The SystemC module in step with the cycle model that it wraps: random commands with stalls,
// errors and soft resets drive every pin of both, and each output must be equal in each cycle. A
// simulation can be made again, and several take turns.

#include "sim/systemc_core.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/lockstep_core.h"
#include "sim/random_commands.h"
#include "sim/regress.h"

namespace tetralog {
namespace {

constexpr MachineShape kSmall = {
    .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};
constexpr MachineShape kWide = {.rows = 8, .cols = 4, .dot = 2, .depth_a = 32, .depth_b = 32};
constexpr CaseOptions kCases = {
    .max_dim = 40, .max_commands = 4, .max_cycles = 2000, .memory_bytes = 1 << 20};

std::unique_ptr<Core> MakeLockstep(const MachineShape& shape) {
  return std::make_unique<LockstepCore>(std::make_unique<CycleCore>(shape),
                                        std::make_unique<SystemcCore>(shape));
}

class SystemcCoreCycle : public ::testing::TestWithParam<MachineShape> {};

TEST_P(SystemcCoreCycle, AllPinsAreThoseOfTheCycleModel) {
  uint64_t cycles = 0;
  for (uint64_t number = 0; number < 10; ++number) {
    const Case c = RandomCase(3, number, GetParam(), kCases);
    ClockedMachine machine(MakeLockstep(GetParam()), kCases.memory_bytes, MemoryOf(c));
    const CaseResult result = RunOneCase(c, machine, SoftResetsOf(c));
    EXPECT_EQ(result.differences, "") << c.Describe();
    cycles += result.cycles;
  }
  EXPECT_GT(cycles, 10'000u);
}

INSTANTIATE_TEST_SUITE_P(Shapes, SystemcCoreCycle, ::testing::Values(kSmall, kWide),
                         [](const auto& suite) { return "Core" + suite.param.name(); });

TEST(SystemcCore, AResetInTheMiddleOfACommandStartsAnew) {
  const auto core = MakeLockstep(kSmall);
  CoreInputs in;
  CoreOutputs out;
  const auto write = [&](uint32_t offset, uint32_t value) {
    in.lite.aw_addr = static_cast<uint16_t>(offset);
    in.lite.w_data = value;
    in.lite.w_strb = 0xf;
    in.lite.aw_valid = in.lite.w_valid = in.lite.b_ready = true;
    for (int i = 0; i < 10; ++i) {
      core->Cycle(in, out);
      if (out.lite.aw_ready) in.lite.aw_valid = in.lite.w_valid = false;
    }
  };
  for (int run = 0; run < 2; ++run) {
    write(kRegRingSize, 4);
    write(kRegTail, 1);
    EXPECT_FALSE(out.axi.ar.valid);
    write(kRegControl, 1 << kControlEnable);
    EXPECT_TRUE(out.axi.ar.valid) << "the ring entry is asked for";
    core->Reset();
    core->Cycle({}, out);
    EXPECT_FALSE(out.axi.ar.valid);
  }
}

TEST(SystemcCore, SimulationsTakeTurns) {
  SystemcCore first(kSmall);
  auto second = std::make_unique<SystemcCore>(kSmall);
  CoreInputs in;
  CoreOutputs out;
  in.lite.ar_valid = in.lite.r_ready = true;
  const auto identity = [&](Core& core) {
    for (int i = 0; i < 10; ++i) {
      core.Cycle(in, out);
      if (out.lite.r_valid) return out.lite.r_data;
    }
    return 0u;
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(identity(first), kIdentity);
    EXPECT_EQ(identity(*second), kIdentity);
  }
  second.reset();
  EXPECT_EQ(identity(first), kIdentity);
  second = std::make_unique<SystemcCore>(kSmall);
  EXPECT_EQ(identity(*second), kIdentity);
}

TEST(SystemcCore, RefusesWhatTheCycleModelRefuses) {
  MachineShape shape;
  shape.rows = 9;
  EXPECT_THROW(SystemcCore core(shape), std::invalid_argument);
  SystemcCore good(kSmall);
  EXPECT_EQ(good.level(), "cycle");
  EXPECT_THROW(good.Trace("w.fst"), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
