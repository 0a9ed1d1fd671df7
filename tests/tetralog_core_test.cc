// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The whole core on directed programs: records, interrupts, counters of a command counted by hand,
// hazards, the ring, and edges of memory. After each, all of memory is compared, so a byte beside a
// tensor that changes is found. What random programs do is compared with the functional machine
// elsewhere; errors and soft resets are in tetralog_core_error_test.cc.
#include "tests/tetralog_core_testing.h"

namespace tetralog {
namespace {

using TetralogCoreRtl = testing::TetralogCore;

TEST_F(TetralogCoreRtl, WritesTheProductAndItsRecordAndNothingElse) {
  Start();
  Enable();
  for (const bool int4 : {false, true}) {
    for (const uint32_t size : {1u, 4u, 7u, 18u}) {
      Command c = WithAddendAndMask(Product(0x10000, size, size + 2, 2 * size + 1));
      if (int4) c = ToInt4(c);
      const uint64_t before = machine_->cycles();
      const uint32_t index = submitted_;
      RunAndExpect(c);
      std::array<uint8_t, Completion::kBytes> bytes;
      machine_->ReadMemory(kRecords + index % ring_size_ * kRecordBytes, bytes);
      const Completion record = Completion::Unpack(bytes);
      EXPECT_EQ(record.tag, c.tag);
      EXPECT_GT(record.cycles, uint64_t{c.m} * c.n * c.k / kShape.macs());
      EXPECT_LT(record.cycles, machine_->cycles() - before);
    }
  }
}

TEST_F(TetralogCoreRtl, RaisesTheInterruptOnlyForACommandThatAsks) {
  Start();
  Enable();
  Command c = Product(0x10000, 3, 3, 3);
  Set(kRegIrqEnable, 1 << kIrqCompletion | 1 << kIrqError);
  RunAndExpect(c);
  EXPECT_EQ(Get(kRegIrqStatus), 0u);
  EXPECT_FALSE(machine_->Interrupt());
  c.irq = 1;
  RunAndExpect(c);
  EXPECT_TRUE(machine_->Interrupt());
  Set(kRegIrqStatus, 1 << kIrqError);  // not this bit
  EXPECT_TRUE(machine_->Interrupt());
  Set(kRegIrqStatus, 1 << kIrqCompletion);
  EXPECT_EQ(Get(kRegIrqStatus), 0u);
  EXPECT_FALSE(machine_->Interrupt());
  Set(kRegIrqEnable, 0);
  RunAndExpect(c);
  EXPECT_EQ(Get(kRegIrqStatus), 1u << kIrqCompletion);
  EXPECT_FALSE(machine_->Interrupt());
  Set(kRegIrqEnable, 1 << kIrqCompletion);
  EXPECT_TRUE(machine_->Interrupt());
}

TEST_F(TetralogCoreRtl, AnInterruptComesWhenItsOwnCommandIsInMemory) {
  Start({.write_latency = 150});
  Set(kRegIrqEnable, 1 << kIrqCompletion);
  Command first = Product(0x10000, 5, 5, 5), second = Product(0x18000, 5, 5, 5);
  second.irq = 1;
  Fill(first);
  Fill(second);
  Put(first);
  Put(second);
  Enable();
  Ring();
  machine_->Wait();
  EXPECT_TRUE(machine_->Interrupt());
  Complete(first);
  Complete(second);
  ExpectIdle();
}

// 5 x 5 x 5 over rows that begin at any byte, counted by hand in bus words of 8 bytes:
//   entry          128 bytes                                                  16
//   A              rows of 3 bytes at 0, 3, 6, 9, 12: one crosses a word       6
//   B              the same, a row a segment                                   6
//   C              tiles' rows of 16 or 4 bytes at 0, 20, 40, 60, 80:
//                  2+3+2+3, 1+1+1+1, 2, 1                                     17
//   mask           tiles' rows of 2 or 1 bytes: 4, 4, 1, 1                    10
TEST_F(TetralogCoreRtl, CountsTheProductsAndBytesOfACommandCountedByHand) {
  for (const bool all : {false, true}) {
    Start();
    Command c = Product(0x10000, 5, 5, 5);
    if (all) c = WithAddendAndMask(c);
    Fill(c);
    std::vector<int> a(25, 1), b(25, 2);
    for (int i = 0; i < 5; ++i) a[6 * i] = b[5 * i] = 0;
    PokeCodes(RegionA(c), 5, a);
    PokeCodes(RegionB(c), 5, b);
    Enable();
    Submit(c);
    machine_->Wait();
    Complete(c);
    ExpectIdle();
    EXPECT_EQ(Count(kCounterProducts), 125u);
    EXPECT_EQ(Count(kCounterGated), 125u - 20 * 4);
    EXPECT_EQ(Count(kCounterReadBytes), 8u * (16 + 6 + 6 + (all ? 17 + 10 : 0)));
    EXPECT_EQ(Count(kCounterWriteBytes), 5u * 5 * 4 + 64 + 16);
    EXPECT_EQ(Count(kCounterActive), 4u * 5);  // four tiles of five products a place
    EXPECT_GT(Count(kCounterBusy), 20u + 20);
    EXPECT_GE(Count(kCounterBusy), Count(kCounterActive) + Count(kCounterStallOperand));
    Set(kRegControl, 1 << kControlEnable | 1 << kControlClearCounters);
    for (uint32_t counter = 0; counter < kCounters; ++counter) EXPECT_EQ(Count(counter), 0u);
  }
}

// Memories that show a write late, or a read early, so that a missing wait is seen.
class TetralogCoreHazardRtl : public TetralogCoreRtl {
 protected:
  void RunOnAllMemories(const std::vector<Command>& commands) {
    for (const uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
      SCOPED_TRACE("memory " + std::to_string(seed));
      AxiMemoryOptions memory = {.word_bytes = 8, .seed = seed};
      if (seed == 2) memory.write_latency_min = memory.write_latency_max = 400;
      if (seed == 3) memory.read_latency_min = memory.read_latency_max = 300;
      if (seed > 3) memory = AxiMemoryOptions::Random(8, 30, 40, 200, seed);
      StartWithMemory(memory);
      for (const Command& c : commands) Fill(c);
      for (const Command& c : commands) Put(c);
      Enable();
      Ring();
      machine_->Wait();
      for (const Command& c : commands) Complete(c);
      ExpectIdle();
    }
  }
};

TEST_F(TetralogCoreHazardRtl, ReadsWhatEarlierCommandsWriteInEveryRole) {
  const Command first = ToInt4(Product(0x10000, 6, 6, 6));
  std::vector<Command> chain = {first};
  for (uint64_t i = 1; i < 4; ++i)
    chain.push_back(ToInt4(WithAddendAndMask(Product(0x10000 + 0x8000 * i, 6, 6, 6))));
  chain[1].a_base = chain[0].d_base;
  chain[2].b_base = chain[1].d_base;
  chain[3].mask_base = chain[2].d_base;
  RunOnAllMemories(chain);

  Command sum = Product(0x10000, 6, 6, 6), next = WithAddendAndMask(Product(0x18000, 6, 6, 6));
  next.c_base = sum.d_base;
  RunOnAllMemories({sum, next});
}

TEST_F(TetralogCoreHazardRtl, ReadsWhatTheCommandBeforeTheLastWrites) {
  std::vector<Command> commands;
  for (uint64_t i = 0; i < 3; ++i)
    commands.push_back(ToInt4(Product(0x10000 + 0x8000 * i, 6, 6, 6)));
  commands[0].m = 40;  // long
  commands[2].b_base = commands[0].d_base;
  RunOnAllMemories(commands);
}

TEST_F(TetralogCoreHazardRtl, AddsInPlaceCommandByCommand) {
  std::vector<Command> commands;
  for (uint64_t i = 0; i < 4; ++i) {
    Command c = Product(0x10000 + 0x8000 * i, 9, 9, 5);
    c.c_enable = 1;
    c.c_base = c.d_base = 0x14000;
    commands.push_back(c);
  }
  RunOnAllMemories(commands);
}

TEST_F(TetralogCoreHazardRtl, TheLastOfTwoCommandsThatWriteOnePlaceWins) {
  Command first = Product(0x10000, 30, 6, 6), second = Product(0x18000, 6, 6, 6);
  second.d_base = first.d_base + 24;
  RunOnAllMemories({first, second});
}

TEST_F(TetralogCoreHazardRtl, ACommandMayWriteOverWhatAnEarlierOneReads) {
  const Command first = WithAddendAndMask(Product(0x10000, 20, 20, 20));
  for (const uint64_t place : {first.a_base, first.b_base, first.c_base, first.mask_base}) {
    Command second = Product(0x18000, 2, 2, 2);
    second.d_base = place;
    RunOnAllMemories({first, second});
  }
}

TEST_F(TetralogCoreRtl, CommandsThatDoNotMeetOverlapInTime) {
  uint64_t cycles[2];
  for (const uint32_t i : {0u, 1u}) {
    Start();
    const std::vector<Command> commands = {Product(0x10000, 8, 8, 40), Product(0x18000, 8, 8, 40)};
    for (const Command& c : commands) Fill(c);
    Put(commands[0]);
    if (i == 1) Put(commands[1]);
    Enable();
    const uint64_t start = machine_->cycles();
    Ring();
    machine_->Wait();
    cycles[i] = machine_->cycles() - start;
  }
  EXPECT_LT(cycles[1], cycles[0] * 7 / 4);
}

TEST_F(TetralogCoreRtl, TakesDoorbellsAtAnyTimeWhileItRuns) {
  for (uint64_t pause = 0; pause < 400; pause += 23) {
    Start();
    Enable();
    std::vector<Command> commands;
    for (uint64_t i = 0; i < 3; ++i) commands.push_back(Product(0x10000 + 0x8000 * i, 5, 6, 7));
    for (const Command& c : commands) Fill(c);
    for (const Command& c : commands) {
      Submit(c);
      Advance(pause);
    }
    machine_->Wait();
    for (const Command& c : commands) Complete(c);
    ExpectIdle();
  }
}

TEST_F(TetralogCoreRtl, EndsWhatItFetchedWhenDisabledAndGoesOnWhenEnabled) {
  bool partly = false;
  for (uint64_t pause = 0; pause < 800; pause += 31) {
    Start();
    std::vector<Command> commands;
    for (uint64_t i = 0; i < 4; ++i) commands.push_back(Product(0x10000 + 0x8000 * i, 5, 6, 7));
    for (const Command& c : commands) Fill(c);
    for (const Command& c : commands) Put(c);
    Enable();
    Ring();
    Advance(pause);
    Set(kRegControl, 0);
    Advance(1500);
    const uint32_t done = Get(kRegHead);
    partly |= done > 0 && done < 4;
    EXPECT_TRUE(machine_->BusIdle());
    for (uint32_t i = 0; i < done; ++i) Complete(commands[i]);
    ExpectMemory();
    Advance(300);
    EXPECT_EQ(Get(kRegHead), done);
    Enable();
    machine_->Wait();
    for (uint32_t i = done; i < 4; ++i) Complete(commands[i]);
    ExpectIdle();
  }
  EXPECT_TRUE(partly);
}

TEST_F(TetralogCoreRtl, RunsThroughARingOfOneEntryAndOfTwo) {
  for (const uint32_t size : {1u, 2u}) {
    Start({}, size);
    Enable();
    for (uint32_t i = 0; i < 7; ++i) RunAndExpect(Product(0x10000 + 0x1000 * (i % 3), 4, 5, 6));
    EXPECT_EQ(Get(kRegHead), 7u);
  }
}

TEST_F(TetralogCoreRtl, TensorsLieAcrossFourKibibytesAtAnyByte) {
  for (const bool stall : {false, true}) {
    Start({.seed = 3, .stall_percent = stall ? 40u : 0u});
    Enable();
    for (const uint64_t before : {1u, 3u, 7u, 8u, 9u, 33u}) {
      Command c = WithAddendAndMask(Product(0x10000, 6, 11, 37));
      c.a_base = 0x11000 - before;
      c.b_base = 0x12000 - before;
      c.mask_base = 0x13000 - before;
      c.c_base = 0x14000 - 4 * before;
      c.d_base = 0x16000 - 4 * before;
      RunAndExpect(c);
      c = ToInt4(c);
      c.d_base = 0x16000 - before;
      c.d_stride = 9;  // gaps of three bytes
      RunAndExpect(c);
    }
  }
}

TEST_F(TetralogCoreRtl, UsesTheLastBytesOfTheMemory) {
  Start();
  Enable();
  Command c = ToInt4(Product(0x10000, 5, 5, 5));
  c.d_base = kMemory - RegionD(c).extent();
  RunAndExpect(c);
  c.a_base = kMemory - RegionA(c).extent();
  c.d_base = 0x20000;
  RunAndExpect(c);
}

}  // namespace
}  // namespace tetralog
