// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// control_registers.sv against a model that is stepped with it cycle by cycle. All 4096 offsets are
// tried; values, strobes, events, pauses of every channel and the order of AW and W are random, the
// corners (order, clearing, carries into the high bits of a counter, events in the cycle of their
// clearing) have tests of their own. The second build counts 65536 products a cycle, so that a
// counter passes 2^32 within a test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "tests/control_registers_testing.h"

namespace tetralog {
namespace {

template <class V>
void RunRandomTraffic(uint32_t stall_valid, uint32_t stall_ready) {
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", stalls " + std::to_string(stall_valid) + " " +
               std::to_string(stall_ready) +
               "; control_registers_test --gtest_filter=*RandomTraffic*");
  Bench<V> bench;
  bench.stall_valid = stall_valid;
  bench.stall_ready = stall_ready;
  std::mt19937& rng = bench.rng;
  while (bench.cycle() < 60000 && !testing::Test::HasFailure()) {
    bench.in = RandomEvents<V>(rng, bench.model().soft_reset);
    if (!bench.write && rng() % 2 == 0) {
      bench.write = WriteOp{RandomOffset(rng), Word(rng), Word(rng) & 0xf};
      // Counters that are always cleared would never be seen to count.
      if (bench.write->offset == kRegControl && rng() % 16 != 0) bench.write->data &= ~4U;
    }
    if (!bench.read && rng() % 2 == 0) bench.read = RandomOffset(rng);
    bench.Tick();
  }
}

TEST(ControlRegistersRtl, RandomTrafficWithEveryKindOfStallMatchesTheModel) {
  for (const uint32_t stall_valid : {0, 5}) {
    for (const uint32_t stall_ready : {0, 5}) {
      RunRandomTraffic<Vcontrol_registers>(stall_valid, stall_ready);
      RunRandomTraffic<Vcontrol_registers_wide>(stall_valid, stall_ready);
    }
  }
}

template <class V>
void ReadResetValues(Bench<V>& bench) {
  for (const auto& [offset, value] : bench.model().ro)
    EXPECT_EQ(bench.Read(offset), (Answer{value})) << "offset " << offset;
  for (uint32_t offset = kRegControl; offset <= kRegErrorIndex; offset += 4)
    EXPECT_EQ(bench.Read(offset), Answer{}) << "offset " << offset;
  for (unsigned i = 0; i < kCounters; ++i) EXPECT_EQ(bench.ReadCounter(i), 0U) << "counter " << i;
}

TEST(ControlRegistersRtl, AHardResetClearsWhatSoftwareCanRead) {
  Bench<Vcontrol_registers> bench;
  ReadResetValues(bench);
  for (const uint32_t offset : {kRegControl, kRegRingBaseLo, kRegRingBaseHi, kRegRingSize,
                                kRegRecordBaseLo, kRegRecordBaseHi, kRegTail, kRegIrqEnable})
    bench.Write(offset, 0xfffffffbU);
  bench.in.count.fill(1);
  bench.in.completion = true;
  for (int i = 0; i < 100; ++i) bench.Tick();
  EXPECT_TRUE(bench.unit().irq_o);
  bench.Reset();
  ReadResetValues(bench);
  Bench<Vcontrol_registers_wide> wide;
  ReadResetValues(wide);
}

TEST(ControlRegistersRtl, EveryOffsetAnswersAndOnlyRegistersDoSo) {
  Bench<Vcontrol_registers> bench;
  bench.in.head = 0x12345678;
  bench.in.error_index = 0x9abcdef0;
  bench.in.error_cause = 0xa5;
  int readable = 0, writable = 0;
  for (uint32_t offset = 0; offset < 4096 && !HasFailure(); ++offset) {
    const Answer answer = bench.Read(offset);
    readable += answer.resp == kOkay;
    if (answer.resp != kOkay) EXPECT_EQ(answer, (Answer{0, kSlaveError}));
    // All ones but for a soft reset; the model in the bench sees that nothing else changes.
    writable += bench.Write(offset, offset == kRegControl ? 5 : ~0U) == kOkay;
  }
  EXPECT_EQ(readable, 6 + 13 + 2 * 10);
  EXPECT_EQ(writable, 9);
}

TEST(ControlRegistersRtl, StrobesChooseBytes) {
  Bench<Vcontrol_registers> bench;
  for (const uint32_t offset :
       {kRegControl, kRegRingBaseLo, kRegRingBaseHi, kRegRingSize, kRegRecordBaseLo,
        kRegRecordBaseHi, kRegTail, kRegIrqEnable, kRegIrqStatus}) {
    for (uint32_t strobe = 0; strobe < 16; ++strobe) {
      SCOPED_TRACE("offset " + std::to_string(offset) + " strobe " + std::to_string(strobe));
      for (const uint32_t data : {0xffffffffU, 0x13579bdfU, 0U, 0xa4c6e801U}) {
        bench.in.completion = data == 0xffffffffU;  // something for the interrupt status to clear
        EXPECT_EQ(bench.Write(offset, offset == kRegControl ? data & ~2U : data, strobe), kOkay);
        bench.Read(offset);
      }
    }
  }
}

TEST(ControlRegistersRtl, AddressAndDataComeInAnyOrder) {
  Bench<Vcontrol_registers> bench;
  for (int delay = 0; delay < 6; ++delay) {
    for (const bool address_first : {false, true}) {
      (address_first ? bench.w_delay : bench.aw_delay) = delay;
      const uint64_t start = bench.cycle();
      EXPECT_EQ(bench.Write(kRegTail, 100 + delay), kOkay);
      // Both are there in cycle `delay`, B two later.
      EXPECT_EQ(bench.cycle() - start, 3U + delay);
      EXPECT_EQ(bench.unit().tail_o, 100U + delay);
    }
  }
  const uint64_t start = bench.cycle();
  EXPECT_EQ(bench.Read(kRegTail).data, 105U);
  EXPECT_EQ(bench.cycle() - start, 3U);
}

uint32_t LargestEvent(const MachineShape& b, unsigned counter) {
  if (counter == kCounterReadBytes || counter == kCounterWriteBytes) return b.axi_data / 8;
  return counter >= kCounterProducts ? b.rows * b.cols * b.dot : 1;
}

template <class V>
void CountEachAlone() {
  for (unsigned i = 0; i < kCounters; ++i) {
    SCOPED_TRACE("counter " + std::to_string(i));
    Bench<V> bench;
    const uint32_t step = LargestEvent(kBuild<V>, i);
    bench.in.count[i] = step;
    for (int c = 0; c < 1000; ++c) bench.Tick();
    bench.in.count[i] = 0;
    for (unsigned j = 0; j < kCounters; ++j)
      EXPECT_EQ(bench.ReadCounter(j), j == i ? step * 1000 : 0);
  }
}

TEST(ControlRegistersRtl, EveryCounterCountsItsOwnEvents) {
  CountEachAlone<Vcontrol_registers>();
  CountEachAlone<Vcontrol_registers_wide>();
}

TEST(ControlRegistersRtl, EveryCounterGoesOnBeyondItsLowBits) {
  Bench<Vcontrol_registers> bench;
  const uint64_t cycles = (1 << 20) + 10;  // one-bit events fill 20 bits
  for (unsigned i = 0; i < kCounters; ++i)
    bench.in.count[i] = LargestEvent(kBuild<Vcontrol_registers>, i);
  bench.Skip(cycles);
  const Events events = bench.in;
  bench.in = {};
  for (unsigned i = 0; i < kCounters; ++i)
    EXPECT_EQ(bench.ReadCounter(i), events.count[i] * cycles) << "counter " << i;
}

TEST(ControlRegistersRtl, AReadLowWordHoldsItsHighWord) {
  Bench<Vcontrol_registers_wide> bench;
  const uint64_t step = 65536;
  bench.in.count[kCounterProducts] = step;
  bench.Skip(65536 - 2);  // the low word is full two cycles on, between the two reads
  const uint32_t offset = kRegCounters + 8 * kCounterProducts;
  const uint32_t low = bench.Read(offset).data;
  EXPECT_GE(low, 0xffff0000U);
  for (int i = 0; i < 10; ++i) bench.Tick();
  EXPECT_EQ(bench.Read(offset + 4).data, 0U);
  EXPECT_LT(bench.Read(offset).data, 0x00400000U);
  EXPECT_EQ(bench.Read(offset + 4).data, 1U);
  // In every phase against the carry into the high bits, which comes every 64 cycles.
  bench.in.count[kCounterProducts] = step - 1;
  for (int i = 0; i < 2000 && !HasFailure(); ++i) bench.Read(offset + 4 * (i % 2));
  // All carries at once, against reads of every counter.
  for (unsigned i = 0; i < kCounters; ++i)
    bench.in.count[i] = LargestEvent(kBuild<Vcontrol_registers_wide>, i);
  for (unsigned i = 0; i < 4000 && !HasFailure(); ++i)
    bench.Read(kRegCounters + 8 * (i / 100 % kCounters));
}

TEST(ControlRegistersRtl, ClearingTheCountersClearsAllAndNothingElse) {
  Bench<Vcontrol_registers> bench;
  bench.in.count.fill(1);
  bench.in.count[kCounterReadBytes] = bench.in.count[kCounterWriteBytes] = 16;
  bench.Write(kRegTail, 7);
  for (int i = 0; i < 50; ++i) bench.Tick();
  bench.in.count.fill(0);
  EXPECT_EQ(bench.ReadCounter(kCounterReadBytes) % 16, 0U);
  EXPECT_GE(bench.ReadCounter(kCounterBusy), 50U);
  bench.Write(kRegControl, 1U << kControlEnable | 1U << kControlClearCounters);
  EXPECT_EQ(bench.Read(kRegControl).data, 1U << kControlEnable);
  for (unsigned i = 0; i < kCounters; ++i) EXPECT_EQ(bench.ReadCounter(i), 0U);
  EXPECT_EQ(bench.Read(kRegTail).data, 7U);
}

TEST(ControlRegistersRtl, InterruptsAreSetByEventsAndClearedByOnes) {
  Bench<Vcontrol_registers> bench;
  bench.in.completion = true;
  bench.Tick();
  bench.in.completion = false;
  EXPECT_EQ(bench.Read(kRegIrqStatus).data, 1U << kIrqCompletion);
  EXPECT_FALSE(bench.unit().irq_o);  // not enabled
  bench.Write(kRegIrqEnable, 1U << kIrqCompletion);
  EXPECT_TRUE(bench.unit().irq_o);
  bench.Write(kRegIrqStatus, 1U << kIrqError);
  EXPECT_TRUE(bench.unit().irq_o);
  bench.Write(kRegIrqStatus, 1U << kIrqCompletion);
  EXPECT_FALSE(bench.unit().irq_o);
  // An error is an event when it begins: cleared, it does not come back while it lasts.
  bench.Write(kRegIrqEnable, 1U << kIrqError);
  bench.in.error = true;
  bench.Tick();
  bench.Tick();
  EXPECT_TRUE(bench.unit().irq_o);
  EXPECT_EQ(bench.Read(kRegStatus).data, 1U << kStatusError);
  bench.Write(kRegIrqStatus, ~0U);
  EXPECT_EQ(bench.Read(kRegIrqStatus).data, 0U);
  // A completion in every cycle, so also in that of the clearing: it is not lost.
  bench.in.completion = true;
  bench.Write(kRegIrqStatus, 1U << kIrqCompletion);
  bench.in.completion = false;
  EXPECT_EQ(bench.Read(kRegIrqStatus).data, 1U << kIrqCompletion);
}

TEST(ControlRegistersRtl, ASoftResetLastsUntilDoneAndForgetsTheTail) {
  Bench<Vcontrol_registers> bench;
  bench.Write(kRegRingBaseLo, 0x1000);
  bench.Write(kRegRingSize, 0x8000);
  bench.Write(kRegRecordBaseHi, 0x55);
  bench.Write(kRegIrqEnable, 3);
  bench.Write(kRegTail, 9);
  bench.in.completion = bench.in.error = true;
  bench.Tick();
  bench.in.completion = bench.in.error = false;
  bench.Write(kRegControl, 1U << kControlEnable | 1U << kControlSoftReset);
  for (int i = 0; i < 20; ++i) bench.Tick();
  EXPECT_TRUE(bench.unit().soft_reset_o);
  EXPECT_EQ(bench.Read(kRegControl).data, 3U);
  bench.Write(kRegControl, 1U << kControlEnable);  // the request cannot be taken back
  EXPECT_EQ(bench.Read(kRegControl).data, 3U);
  EXPECT_EQ(bench.Read(kRegTail).data, 9U);
  EXPECT_TRUE(bench.unit().irq_o);
  bench.in.done = true;
  bench.Tick();
  bench.in.done = false;
  EXPECT_EQ(bench.Read(kRegControl).data, 1U);
  EXPECT_EQ(bench.Read(kRegTail).data, 0U);
  EXPECT_EQ(bench.Read(kRegIrqStatus).data, 0U);
  EXPECT_FALSE(bench.unit().irq_o);
  EXPECT_EQ(bench.Read(kRegRingBaseLo).data, 0x1000U);
  EXPECT_EQ(bench.Read(kRegRingSize).data, 0x8000U);
  EXPECT_EQ(bench.Read(kRegRecordBaseHi).data, 0x55U);
  EXPECT_EQ(bench.Read(kRegIrqEnable).data, 3U);
}

}  // namespace
}  // namespace tetralog
