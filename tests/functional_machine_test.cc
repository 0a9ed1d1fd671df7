// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The functional machine. State space: every register (reset value, writable bits, refusals); the
// ring by hand-made commands whose product is known without arithmetic (the identity), in every
// layout of D; each stop of the ring and its recovery; faults of the memory (which
// bytes a fault concerns: machine_memory_test). The values of larger
// products belong to gemm_test, random sequences of commands to random_commands_test.

#include "sim/functional_machine.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <vector>

#include "tests/functional_machine_testing.h"

namespace tetralog {
namespace {

INSTANTIATE_TEST_SUITE_P(Paths, FunctionalMachineModel, ::testing::Bool(),
                         [](const auto& path) { return path.param ? "Fast" : "Plain"; });

TEST_P(FunctionalMachineModel, ShowsItsShape) {
  EXPECT_EQ(Get(kRegId), 0x544c4f47u);
  EXPECT_EQ(Get(kRegVersion), kVersion);
  EXPECT_EQ(Get(kRegArray), 16u | 16u << 16);
  EXPECT_EQ(Get(kRegUnits), 4u | 4u << 8 | 24u << 16 | 12u << 24);
  EXPECT_EQ(Get(kRegBuffers), 64u | 128u << 16);
  EXPECT_EQ(Get(kRegBus), 128u | 40u << 16);
}

TEST_P(FunctionalMachineModel, RegistersKeepTheirWritableBitsAndRefuseTheRest) {
  const std::map<uint32_t, uint32_t> writable = {{kRegRingBaseLo, ~0u},   {kRegRingBaseHi, ~0u},
                                                 {kRegRingSize, 0xffff},  {kRegRecordBaseLo, ~0u},
                                                 {kRegRecordBaseHi, ~0u}, {kRegTail, ~0u},
                                                 {kRegIrqEnable, 3}};
  for (const auto& [offset, bits] : writable) {
    FunctionalMachine machine({}, kMemory);
    EXPECT_EQ(machine.ReadRegister(offset), 0u) << offset;
    machine.WriteRegister(offset, ~0u);
    EXPECT_EQ(machine.ReadRegister(offset), bits) << offset;
  }
  for (uint32_t offset = 0; offset < 4096; ++offset) {
    const bool counter =
        offset >= kRegCounters && offset < kRegCounters + 8 * kCounters && offset % 4 == 0;
    const bool shape = offset <= kRegBus && offset % 4 == 0;
    const bool status = offset == kRegStatus || offset == kRegHead || offset == kRegErrorCause ||
                        offset == kRegErrorIndex;
    const bool both = writable.contains(offset) || offset == kRegControl || offset == kRegIrqStatus;
    if (both) continue;
    EXPECT_THROW(Set(offset, 0), std::invalid_argument) << offset;
    if (counter || shape || status) {
      EXPECT_NO_THROW(Get(offset)) << offset;
    } else {
      EXPECT_THROW(Get(offset), std::invalid_argument) << offset;
    }
  }
}

TEST_P(FunctionalMachineModel, NothingRunsWhileDisabled) {
  Put(Copy(), 0);
  Set(kRegTail, 1);
  EXPECT_EQ(Get(kRegHead), 0u);
  Set(kRegControl, 1 << kControlEnable);
  EXPECT_EQ(Get(kRegHead), 1u);
  EXPECT_EQ(Get(kRegStatus), 0u);
}

TEST_P(FunctionalMachineModel, WritesInt32AndNothingBesides) {
  Run(Copy());
  uint64_t sum = 0;
  for (uint32_t r = 0; r < kSize; ++r) {
    for (uint32_t c = 0; c < kSize; ++c) {
      EXPECT_EQ(Word(kD + 32 * r + 4 * c), Code(r, c)) << r << ", " << c;
      sum += Code(r, c);
    }
    EXPECT_EQ(Bytes(kD + 32 * r + 20, 12), std::vector<uint8_t>(12, 0xee)) << r;
  }
  const Completion record = Record(0);
  EXPECT_EQ(record.status, 1);
  EXPECT_EQ(record.index, 0u);
  EXPECT_EQ(record.tag, 0xabcdu);
  EXPECT_EQ(record.sum_abs, sum);
  EXPECT_EQ(record.max_abs, 7u);
  EXPECT_EQ(record.cycles, 0u);
  EXPECT_EQ(Bytes(kRecords + 80, 176), std::vector<uint8_t>(176, 0xee));
  EXPECT_EQ(Bytes(kRecords + 64, 1)[0], 3) << "z = 0";  // 25 elements of 1, 2 ... 7, 0 ...
}

TEST_P(FunctionalMachineModel, PacksCodesInEitherOrientationAndClearsThePad) {
  for (const bool transposed : {false, true}) {
    SCOPED_TRACE(transposed);
    Set(kRegControl, 1 << kControlSoftReset);
    Fill(kD, 64, 0xee);
    Run(CopyCodes(Format::kUint4, transposed));
    for (uint32_t r = 0; r < kSize; ++r) {
      const std::vector<uint8_t> row = Bytes(kD + 7 * r, 7);
      for (uint32_t c = 0; c < kSize; ++c) {
        EXPECT_EQ(LoadCode(row.data(), c), transposed ? Code(c, r) : Code(r, c));
      }
      EXPECT_EQ(LoadCode(row.data(), kSize), 0);
      EXPECT_EQ(row[3], 0xee);
    }
  }
}

TEST_P(FunctionalMachineModel, WritesEverySampleAndItsCounts) {
  Command command = CopyCodes(Format::kLog4, false);
  command.samples = 3;
  command.d_sample_stride = 40;
  Run(command);
  for (uint32_t s = 0; s < 3; ++s) {
    EXPECT_EQ(LoadCode(Bytes(kD + 40 * s, 1).data(), 0), 1) << "1 is exact: LOG4 code 1";
    EXPECT_EQ(Bytes(kRecords + 64 + 16 * s, 1)[0], 3) << "zeros of sample " << s;
    EXPECT_EQ(Bytes(kRecords + 72 + 16 * s, 1)[0], 0) << "clipped of sample " << s;
  }
  EXPECT_EQ(Bytes(kRecords + 112, 1)[0], 0xee);
}

TEST_P(FunctionalMachineModel, AddsCOfEveryKind) {
  for (int32_t i = 0; i < 256; ++i) {
    const uint8_t bytes[4] = {static_cast<uint8_t>(i), 1, 0, 0};
    machine_.WriteMemory(kC + 4 * static_cast<uint64_t>(i), bytes);
  }
  const std::pair<uint32_t, uint32_t> strides[] = {{40, 4}, {4, 40}, {0, 4}, {4, 0}, {4, 4}};
  for (const auto& [row, col] : strides) {
    SCOPED_TRACE(std::to_string(row) + ", " + std::to_string(col));
    Set(kRegControl, 1 << kControlSoftReset);
    Command command = Copy();
    command.c_enable = 1;
    command.c_base = kC;
    command.c_row_stride = row;
    command.c_col_stride = col;
    Run(command);
    for (uint32_t r = 0; r < kSize; ++r) {
      for (uint32_t c = 0; c < kSize; ++c) {
        const int32_t expected = Code(r, c) + 256 + static_cast<int32_t>(r * row + c * col) / 4;
        EXPECT_EQ(Word(kD + 32 * r + 4 * c), expected) << r << ", " << c;
      }
    }
  }
}

TEST_P(FunctionalMachineModel, MasksInEitherOrientation) {
  for (const bool transposed : {false, true}) {
    Set(kRegControl, 1 << kControlSoftReset);
    Fill(kMask, 64, 0);
    const uint8_t pass[1] = {0xf0};  // element (0, 1), or (1, 0) transposed
    machine_.WriteMemory(kMask, pass);
    Command command = Copy();
    command.mask_enable = 1;
    command.mask_transposed = transposed;
    command.mask_base = kMask;
    command.mask_stride = 8;
    Run(command);
    EXPECT_EQ(Word(kD + (transposed ? 32 : 4)), transposed ? Code(1, 0) : Code(0, 1));
    EXPECT_EQ(Word(kD), 0);
    EXPECT_EQ(Word(kD + (transposed ? 4 : 32)), 0);
  }
}

TEST_P(FunctionalMachineModel, CountsProductsAndThoseWithAZeroFactor) {
  Run(Copy());
  uint64_t effective = 0;  // the ones of A meet every non-zero code of B once
  for (uint32_t i = 0; i < kSize * kSize; ++i) effective += Code(i / kSize, i % kSize) != 0;
  EXPECT_EQ(Count(kCounterProducts), kSize * kSize * kSize);
  EXPECT_EQ(Count(kCounterGated), kSize * kSize * kSize - effective);
  for (unsigned i = 0; i < kCounterProducts; ++i) EXPECT_EQ(Count(i), 0u) << i;
  Set(kRegControl, 1 << kControlClearCounters | 1 << kControlEnable);
  EXPECT_EQ(Count(kCounterProducts), 0u);
  EXPECT_EQ(Get(kRegControl), 1u << kControlEnable);
}

// All sixteen codes in both operands; a zero of LOG4 is 0000 or 1000.
TEST_P(FunctionalMachineModel, CountsZerosOfEveryFormatAndOrientation) {
  std::vector<uint8_t> a(75), b(25);  // rows of three bytes; A three samples
  for (size_t i = 0; i < 75; ++i)
    a[i] = static_cast<uint8_t>(i * i * 37 + (i % 3 == 0 ? 0 : 8 * i));
  for (size_t i = 0; i < 25; ++i) b[i] = static_cast<uint8_t>(i * 53 * (i % 4 == 1));
  machine_.WriteMemory(kA, a);
  machine_.WriteMemory(kB, b);
  for (unsigned kind = 0; kind < 16; ++kind) {
    SCOPED_TRACE(kind);
    Command command = Copy();
    command.a_format = kind & 1 ? 2 : 0;
    command.b_format = kind & 2 ? 1 : 0;
    command.a_transposed = kind >> 2 & 1;
    command.b_transposed = kind >> 3 & 1;
    command.a_samples = 3;
    command.a_sample_stride = 20;
    uint64_t gated = 0;
    for (uint32_t i = 0; i < 3 * kSize * kSize * kSize; ++i) {
      const uint32_t m = i % kSize, n = i / kSize % kSize, k = i / 25 % kSize, s = i / 125;
      const auto [ar, ac] = command.a_transposed ? std::pair(k, m) : std::pair(m, k);
      const auto [br, bc] = command.b_transposed ? std::pair(n, k) : std::pair(k, n);
      const uint8_t x = LoadCode(&a[20 * s + 3 * ar], ac), y = LoadCode(&b[3 * br], bc);
      gated += y == 0 || x == 0 || (kind % 2 == 1 && x == 8);
    }
    Set(kRegControl, 1 << kControlSoftReset | 1 << kControlClearCounters);
    Run(command);
    EXPECT_EQ(Get(kRegStatus), 0u);
    EXPECT_EQ(Count(kCounterProducts), 375u);
    EXPECT_EQ(Count(kCounterGated), gated);
    EXPECT_GT(gated, 30u);
    EXPECT_LT(gated, 345u);
  }
}

TEST_P(FunctionalMachineModel, TheRingWrapsAndKeepsTheOrder) {
  for (uint32_t i = 0; i < 10; ++i) {
    Command command = Copy();
    command.tag = i;
    Put(command, i % 4);
    Set(kRegTail, i + 1);
    Set(kRegControl, 1 << kControlEnable);
    EXPECT_EQ(Record(i % 4).index, i);
    EXPECT_EQ(Record(i % 4).tag, i);
  }
}

TEST_P(FunctionalMachineModel, InterruptsWhenACommandAsks) {
  Set(kRegIrqEnable, 3);
  Command command = Copy();
  Run(command);
  EXPECT_FALSE(machine_.Interrupt());
  command.irq = 1;
  Put(command, 1);
  Set(kRegTail, 2);
  EXPECT_TRUE(machine_.Interrupt());
  EXPECT_EQ(Get(kRegIrqStatus), 1u << kIrqCompletion);
  Set(kRegIrqStatus, 1 << kIrqCompletion);
  EXPECT_FALSE(machine_.Interrupt());
}

TEST_P(FunctionalMachineModel, AnIllegalCommandStopsTheRingAfterTheEarlierOnes) {
  Command bad = Copy();
  bad.m = 0;
  bad.d_base = kD + 0x400;
  Put(Copy(), 0);
  Put(bad, 1);
  Put(Copy(), 2);
  Set(kRegTail, 3);
  Set(kRegControl, 1 << kControlEnable);
  ExpectStopped(Cause::kDimension, 1);
  EXPECT_EQ(Record(0).status, 1);
  EXPECT_EQ(Record(1).status, 0xee) << "no record";
  EXPECT_EQ(Bytes(kD + 0x400, 256), std::vector<uint8_t>(256, 0xee));
  Set(kRegTail, 4);
  EXPECT_EQ(Get(kRegHead), 1u) << "the doorbell is ignored";

  Set(kRegControl, 1 << kControlSoftReset | 1 << kControlEnable);
  EXPECT_EQ(Get(kRegStatus), 0u);
  EXPECT_EQ(Get(kRegErrorCause), 0u);
  EXPECT_EQ(Get(kRegHead), 0u);
  EXPECT_EQ(Get(kRegTail), 0u);
  EXPECT_EQ(Get(kRegIrqStatus), 0u);
  EXPECT_EQ(Get(kRegRingSize), 4u);
  Run(Copy());
  EXPECT_EQ(Get(kRegHead), 1u);
}

TEST_P(FunctionalMachineModel, MisuseOfTheRingStopsIt) {
  const std::pair<uint32_t, uint32_t> misuses[] = {
      {kRegTail, 5},          {kRegRingSize, 3},        {kRegRingSize, 0},     {kRegRingBaseLo, 64},
      {kRegRecordBaseLo, 64}, {kRegRingBaseHi, 1 << 8}, {kRegRingSize, 0xc000}};
  for (const auto& [offset, value] : misuses) {
    SCOPED_TRACE(offset);
    FunctionalMachine machine({}, kMemory);
    machine.WriteRegister(kRegRingBaseLo, kRing);
    machine.WriteRegister(kRegRecordBaseLo, kRecords);
    machine.WriteRegister(kRegRingSize, 4);
    machine.WriteRegister(kRegTail, 1);
    machine.WriteRegister(offset, value);
    EXPECT_EQ(machine.ReadRegister(kRegStatus), 0u);
    machine.WriteRegister(kRegControl, 1 << kControlEnable);
    EXPECT_EQ(machine.ReadRegister(kRegErrorCause), static_cast<uint32_t>(Cause::kRing));
    EXPECT_EQ(machine.ReadRegister(kRegErrorIndex), 0u);
  }
}

TEST_P(FunctionalMachineModel, FaultsOfTheMemoryStopTheCommandThatMeetsThem) {
  struct Fault {
    uint64_t address;
    Cause cause;
  };
  Command command = Copy();
  command.c_enable = command.mask_enable = 1;
  command.c_base = kC;
  command.c_row_stride = 20;
  command.c_col_stride = 4;
  command.mask_base = kMask;
  command.mask_stride = 3;
  const Fault faults[] = {{kRing + kCommandBytes, Cause::kRead},
                          {kA + 14, Cause::kRead},
                          {kB, Cause::kRead},
                          {kC + 99, Cause::kRead},
                          {kMask + 7, Cause::kRead},
                          {kD + 4 * 32 + 19, Cause::kWrite},
                          {kRecords + 256 + 79, Cause::kWrite}};
  Command other = Copy();  // the first command meets none of them
  other.a_base = other.b_base = 0x100;
  other.d_base = 0x200;
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.address);
    Set(kRegControl, 1 << kControlSoftReset);
    machine_.InjectFault(MemoryFault::kNone, 0, 0);
    machine_.InjectFault(MemoryFault::kSlaveError, fault.address, 1);
    Put(other, 0);
    Put(command, 1);
    Set(kRegTail, 2);
    Set(kRegControl, 1 << kControlEnable);
    ExpectStopped(fault.cause, 1);
  }
}

TEST_P(FunctionalMachineModel, MemoryBehindTheEndAnswersWithAFault) {
  Command command = Copy();
  command.d_base = kMemory - 32;
  Run(command);
  ExpectStopped(Cause::kWrite, 0);
  EXPECT_THROW(Fill(kMemory - 1, 2, 0), std::out_of_range);
  EXPECT_THROW(FunctionalMachine({.axi_addr = 16}, 1 << 17), std::invalid_argument);
}

TEST_P(FunctionalMachineModel, HasNoWaveform) {
  EXPECT_NO_THROW(machine_.Trace(""));
  EXPECT_THROW(machine_.Trace("x.fst"), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
