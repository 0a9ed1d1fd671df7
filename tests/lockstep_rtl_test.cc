// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two Verilated cores in step, which hold different bits wherever the reset leaves them undefined:
// no pin that means something may show one. And the cycle model in step with the RTL.

#include "Vcore_4x4x1.h"
#include "model/contract.h"
#include "sim/axi_memory.h"
#include "sim/cycle_core.h"
#include "sim/dice.h"
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
