// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two Verilated cores in step, which hold different bits wherever the reset leaves them undefined:
// no pin that means something may show one. And the cycle model in step with the RTL.

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "Vcore_4x4x1.h"
#include "model/contract.h"
#include "sim/axi_memory.h"
#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/dice.h"
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

// One product of INT4 codes, whatever lies at its operands.
Command SmallProduct() {
  Command c;
  c.op = static_cast<uint8_t>(Operation::kGemm);
  c.d_format = static_cast<uint8_t>(Format::kInt32);
  c.samples = c.a_samples = c.scale_mul = 1;
  c.m = c.n = c.k = 12;
  c.block = 1;
  c.a_base = 0x1000;
  c.b_base = 0x2000;
  c.d_base = 0x3000;
  c.a_stride = c.b_stride = c.d_stride = 64;
  return c;
}

TEST(LockstepRtl, AHardResetAtAnyCycleLeavesBothAlike) {
  LockstepCore core(Rtl(7), std::make_unique<CycleCore>(kShape));
  Dice dice(5);
  uint64_t reads = 0, writes = 0;  // runs that came so far
  for (uint64_t run = 0; run < 60; ++run) {
    AxiMemory memory(1 << 16, AxiMemoryOptions::Random(8, 20, 3, 3, run));
    memory.Write(0, SmallProduct().Pack());
    CoreInputs in;
    CoreOutputs out;
    const auto clock = [&] {
      in.axi = memory.slave();
      core.Cycle(in, out);
      memory.Clock(out.axi);
    };
    const auto write = [&](uint16_t offset, uint32_t value) {
      in.lite = {.aw_valid = true,
                 .w_valid = true,
                 .b_ready = true,
                 .aw_addr = offset,
                 .w_strb = 15,
                 .w_data = value};
      do clock();
      while (!out.lite.aw_ready);
      in.lite.aw_valid = in.lite.w_valid = false;
      do clock();
      while (!out.lite.b_valid);
    };
    write(kRegRecordBaseLo, 0x4000);
    write(kRegRingSize, 1);
    write(kRegControl, 1 << kControlEnable);
    write(kRegTail, 1);
    bool read = false, written = false;
    for (uint64_t cycles = dice.Below(500); cycles > 0; --cycles) {
      clock();
      read |= out.axi.ar.valid && out.axi.ar.id != 0;
      written |= out.axi.w.valid;
    }
    reads += read;
    writes += written;
    core.Reset();
  }
  EXPECT_GT(reads, writes);
  EXPECT_GT(writes, 10u);
}

}  // namespace
}  // namespace tetralog
