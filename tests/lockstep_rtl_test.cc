// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two Verilated cores in step, which hold different bits wherever the reset leaves them undefined:
// no pin that means something may show one. And the cycle model in step with the RTL.

#include <vector>

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

// A memory that holds a command, and a host that submits it.
class SmallBench {
 public:
  SmallBench(LockstepCore& core, const Command& command, const AxiMemoryOptions& options)
      : core_(core), memory_(1 << 16, options) {
    memory_.Write(0, command.Pack());
  }
  AxiMemory& memory() { return memory_; }
  const CoreOutputs& out() const { return out_; }

  void Clock() {
    in_.axi = memory_.slave();
    core_.Cycle(in_, out_);
    memory_.Clock(out_.axi);
  }
  void Set(uint16_t offset, uint32_t value) {
    in_.lite = {.aw_valid = true,
                .w_valid = true,
                .b_ready = true,
                .aw_addr = offset,
                .w_strb = 15,
                .w_data = value};
    do Clock();
    while (!out_.lite.aw_ready);
    in_.lite.aw_valid = in_.lite.w_valid = false;
    do Clock();
    while (!out_.lite.b_valid);
  }
  uint32_t Get(uint16_t offset) {
    in_.lite = {.ar_valid = true, .r_ready = true, .ar_addr = offset};
    do Clock();
    while (!out_.lite.ar_ready);
    in_.lite.ar_valid = false;
    while (!out_.lite.r_valid) Clock();
    const uint32_t data = out_.lite.r_data;
    Clock();
    return data;
  }
  // Submits it.
  void Submit() {
    Set(kRegRecordBaseLo, 0x4000);
    Set(kRegRingSize, 1);
    Set(kRegControl, 1 << kControlEnable);
    Set(kRegTail, 1);
  }

 private:
  LockstepCore& core_;
  AxiMemory memory_;
  CoreInputs in_;
  CoreOutputs out_;
};

TEST(LockstepRtl, AHardResetAtAnyCycleLeavesBothAlike) {
  LockstepCore core(Rtl(7), std::make_unique<CycleCore>(kShape));
  Dice dice(5);
  uint64_t reads = 0, writes = 0;  // runs that came so far
  for (uint64_t run = 0; run < 60; ++run) {
    SmallBench bench(core, SmallProduct(), AxiMemoryOptions::Random(8, 20, 3, 3, run));
    bench.Submit();
    bool read = false, written = false;
    for (uint64_t cycles = dice.Below(500); cycles > 0; --cycles) {
      bench.Clock();
      const AxiMaster& axi = bench.out().axi;
      read |= axi.ar.valid && axi.ar.id != 0;
      written |= axi.w.valid;
    }
    reads += read;
    writes += written;
    core.Reset();
  }
  EXPECT_GT(reads, writes);
  EXPECT_GT(writes, 10u);
}

// While operands go to the array and no transaction keeps the reset waiting. Counters stay, so what
// is on its way to them at the reset must be counted by both or by neither.
TEST(LockstepRtl, ASoftResetAtAnyCycleLeavesTheSameInTheCounters) {
  LockstepCore core(Rtl(13), std::make_unique<CycleCore>(kShape));
  Command c = SmallProduct();
  c.m = c.n = 4;
  c.k = 120;
  c.b_stride = 16;
  uint32_t cut = 0;  // runs whose products were not all counted
  for (uint32_t run = 0; run < 300; ++run) {
    SCOPED_TRACE(testing::Message() << "soft reset " << run << " cycles after the doorbell");
    SmallBench bench(core, c, {.word_bytes = 8});
    bench.Submit();
    for (uint32_t i = 0; i < run; ++i) ASSERT_NO_THROW(bench.Clock());
    ASSERT_NO_THROW(bench.Set(kRegControl, 1 << kControlSoftReset));
    while ((bench.Get(kRegControl) >> kControlSoftReset & 1) != 0) {
    }
    for (uint16_t counter = 0; counter < kCounters; ++counter)
      ASSERT_NO_THROW(bench.Get(static_cast<uint16_t>(kRegCounters + 8 * counter)));
    const uint32_t products = bench.Get(kRegCounters + 8 * kCounterProducts);
    cut += products > 0 && products < 4 * 4 * 120;
    core.Reset();
  }
  EXPECT_GT(cut, 50U);
}

// An error on each word that a product reads, the last of all among them: behind a bad beat nothing
// need come that stirs the read side, and the error must be seen in the cycle after it all the
// same. Rows that begin in the middle of a word take two beats, of which the first gives no word.
TEST(LockstepRtl, AReadErrorOfAnyWordIsSeenInItsCycle) {
  LockstepCore core(Rtl(11), std::make_unique<CycleCore>(kShape));
  for (const uint64_t offset : {0, 5}) {
    Command c = SmallProduct();
    c.a_base += offset;
    c.b_base += offset;
    std::vector<uint64_t> words;
    const auto add = [&](uint64_t first, uint64_t bytes) {
      for (uint64_t at = first / 8 * 8; at < first + bytes; at += 8) words.push_back(at);
    };
    add(0, kCommandBytes);
    for (uint64_t row = 0; row < c.m; ++row) add(c.a_base + row * c.a_stride, c.k / 2);
    for (uint64_t row = 0; row < c.k; ++row) add(c.b_base + row * c.b_stride, c.n / 2);
    for (const uint32_t latency : {1, 20}) {
      for (const uint64_t word : words) {
        SCOPED_TRACE(testing::Message()
                     << "offset " << offset << ", latency " << latency << ", error at " << word);
        SmallBench bench(
            core, c, {.word_bytes = 8, .read_latency_min = latency, .read_latency_max = latency});
        bench.memory().InjectFault(MemoryFault::kSlaveError, word, 8);
        bench.Set(kRegIrqEnable, 1 << kIrqError);
        bench.Submit();
        for (int cycles = 0; cycles < 400; ++cycles) ASSERT_NO_THROW(bench.Clock());
        EXPECT_TRUE(bench.out().irq) << "no error";
        core.Reset();
      }
    }
  }
}

}  // namespace
}  // namespace tetralog
