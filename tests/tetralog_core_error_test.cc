// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The whole core when something goes wrong, or is broken off: an error of the bus in every role, an
// illegal command, a misused ring, each between good commands, with recovery; and soft resets at
// all times of a command's life. The protocol is checked in every cycle.
#include <functional>

#include "sim/illegal_command.h"
#include "tests/tetralog_core_testing.h"

namespace tetralog {
namespace {

class TetralogCoreErrorRtl : public testing::TetralogCore {
 protected:
  // Three independent commands of which the second is to fail, and one for afterwards.
  void PutThree() {
    commands_.clear();
    for (uint64_t i = 0; i < 3; ++i)
      commands_.push_back(WithAddendAndMask(Product(0x10000 + 0x8000 * i, 6, 7, 9)));
    for (const Command& c : commands_) Fill(c);
    for (const Command& c : commands_) Put(c);
  }
  void Recover() {
    SoftReset();
    EXPECT_EQ(Get(kRegStatus), 0u);
    EXPECT_EQ(Get(kRegHead), 0u);
    EXPECT_EQ(Get(kRegTail), 0u);
    EXPECT_EQ(Get(kRegErrorCause), 0u);
    EXPECT_EQ(Get(kRegIrqStatus), 0u);
    RunAndExpect(WithAddendAndMask(Product(0x28000, 5, 6, 7)));
  }
  std::vector<Command> commands_;
};

TEST_F(TetralogCoreErrorRtl, AnErrorOfTheBusStopsAtItsCommandAndRecovers) {
  struct Role {
    const char* name;
    Cause cause;
    std::function<Region(const Command&)> region;
  };
  const Role roles[] = {{"ring", Cause::kRead,
                         [](const Command&) {
                           return Region{kRing + kCommandBytes, 1, 128};
                         }},
                        {"A", Cause::kRead, RegionA},
                        {"B", Cause::kRead, RegionB},
                        {"C", Cause::kRead, RegionC},
                        {"mask", Cause::kRead, RegionMask},
                        {"D", Cause::kWrite, RegionD},
                        {"record", Cause::kWrite, [](const Command&) {
                           return Region{kRecords + kRecordBytes, 1, 80};
                         }}};
  for (const MemoryFault fault : {MemoryFault::kSlaveError, MemoryFault::kDecodeError}) {
    for (const Role& role : roles) {
      for (const char* place : {"first", "last", "all"}) {
        for (const uint32_t stall : {0u, 30u}) {
          SCOPED_TRACE(std::string(role.name) + ", " + place + ", stalls " + std::to_string(stall));
          Start({.seed = 7, .stall_percent = stall});
          PutThree();
          const Region region = role.region(commands_[1]);
          const std::string where = place;
          const uint64_t first = where == "last" ? region.base + region.extent() - 1 : region.base;
          machine_->InjectFault(fault, first, where == "all" ? region.extent() : 1);
          Enable();
          Ring();
          WaitStopped();
          Complete(commands_[0]);
          ForgiveD(commands_[1]);
          ExpectStopped(role.cause, 1);
          ExpectMemory();
          Set(kRegTail, 3);  // ignored
          Advance(300);
          ExpectStopped(role.cause, 1);
          ExpectMemory();
          machine_->InjectFault(MemoryFault::kNone, 0, 0);
          Recover();
        }
      }
    }
  }
}

TEST_F(TetralogCoreErrorRtl, AnIllegalCommandWritesNotAByteAndStopsTheRing) {
  for (int cause = 1; cause <= static_cast<int>(Cause::kOverlap); ++cause) {
    SCOPED_TRACE("cause " + std::to_string(cause));
    Start({.seed = static_cast<uint64_t>(cause), .stall_percent = cause % 2 == 0 ? 30u : 0u});
    PutThree();
    const Rings rings = {kRing, kRecords, ring_size_};
    const Command illegal =
        MakeIllegal(commands_[1], static_cast<Cause>(cause), kShape, rings, dice_);
    Poke(kRing + kCommandBytes, illegal.Pack());
    Set(kRegIrqEnable, 1 << kIrqError);
    Enable();
    Ring();
    WaitStopped();
    EXPECT_TRUE(machine_->Interrupt());
    Complete(commands_[0]);
    ExpectStopped(static_cast<Cause>(cause), 1);
    ExpectMemory();
    Recover();
    EXPECT_FALSE(machine_->Interrupt());
    EXPECT_EQ(Get(kRegIrqEnable), 1u << kIrqError);
  }
}

// Alone, so that its operands are asked for, and refused, before the verdict.
TEST_F(TetralogCoreErrorRtl, AReadErrorOfAnIllegalCommandGivesWayToItsCause) {
  Start({.read_latency = 5});
  Command illegal = Product(0x10000, 6, 7, 9);
  illegal.d_stride -= 4;  // found late
  Fill(illegal);
  machine_->InjectFault(MemoryFault::kSlaveError, illegal.a_base, 1);
  Enable();
  Submit(illegal);
  WaitStopped();
  EXPECT_GT(Count(kCounterReadBytes), uint64_t{kCommandBytes});
  ExpectStopped(Cause::kStride, 0);
  ExpectMemory();
}

TEST_F(TetralogCoreErrorRtl, MoreCommandsThanTheRingHoldsStopItAfterThoseInFlight) {
  Start();
  PutThree();
  Enable();
  Ring();
  WaitStopped();
  for (const Command& c : commands_) Complete(c);
  Set(kRegTail, 3 + ring_size_ + 1);
  WaitStopped();
  ExpectStopped(Cause::kRing, 3);
  ExpectMemory();
  Recover();
}

TEST_F(TetralogCoreErrorRtl, ASoftResetKeepsWhatItMustKeep) {
  Start();
  PutThree();
  Set(kRegIrqEnable, 1 << kIrqError);
  machine_->InjectFault(MemoryFault::kSlaveError, commands_[0].d_base, 1);
  Enable();
  Ring();
  WaitStopped();
  ForgiveD(commands_[0]);
  ExpectStopped(Cause::kWrite, 0);
  const uint64_t busy = Count(kCounterBusy);
  machine_->InjectFault(MemoryFault::kNone, 0, 0);
  SoftReset();
  EXPECT_EQ(Get(kRegRingBaseLo), kRing);
  EXPECT_EQ(Get(kRegRecordBaseLo), kRecords);
  EXPECT_EQ(Get(kRegRingSize), ring_size_);
  EXPECT_EQ(Get(kRegControl), 1u << kControlEnable);
  EXPECT_EQ(Get(kRegIrqEnable), 1u << kIrqError);
  EXPECT_EQ(Get(kRegErrorIndex), 0u);
  EXPECT_EQ(Count(kCounterBusy), busy);
  RunAndExpect(Product(0x28000, 5, 6, 7));
}

// From the doorbell to long after the end, seven cycles apart, with two commands in flight.
TEST_F(TetralogCoreErrorRtl, ASoftResetAtAnyTimeEndsTransactionsAndTheNextCommandIsRight) {
  for (const uint32_t latency : {5u, 60u}) {
    Start({.read_latency = latency, .write_latency = latency});
    Enable();
    uint32_t heads = 0;
    for (uint64_t pause = 0;; pause += 7) {
      SCOPED_TRACE("latency " + std::to_string(latency) + ", pause " + std::to_string(pause));
      ASSERT_LT(pause, 10'000u);
      PutThree();
      Ring();
      Advance(pause);
      const uint32_t head = Get(kRegHead);
      heads |= 1u << head;
      SoftReset();
      ASSERT_TRUE(machine_->BusIdle());
      EXPECT_EQ(Get(kRegStatus), 0u);
      EXPECT_EQ(Get(kRegHead), 0u);
      EXPECT_EQ(Get(kRegTail), 0u);
      for (const Command& c : commands_) ForgiveD(c);
      Forgive(kRecords, 3 * kRecordBytes);
      Advance(100);
      ExpectMemory();  // nothing comes after it
      RunAndExpect(WithAddendAndMask(ToInt4(Product(0x28000, 5, 6, 7))));
      if (HasFailure()) return;
      SoftReset();
      if (head == 3) break;
    }
    EXPECT_EQ(heads, 0xfu);
  }
}

TEST_F(TetralogCoreErrorRtl, ASoftResetWhileAnErrorDrainsRecovers) {
  for (uint64_t pause = 0; pause < 700; pause += 13) {
    Start({.read_latency = 40, .write_latency = 40});
    PutThree();
    machine_->InjectFault(MemoryFault::kDecodeError, commands_[1].b_base, 1);
    Enable();
    Ring();
    Advance(pause);
    SoftReset();
    ASSERT_TRUE(machine_->BusIdle());
    for (const Command& c : commands_) ForgiveD(c);
    Forgive(kRecords, 3 * kRecordBytes);
    machine_->InjectFault(MemoryFault::kNone, 0, 0);
    RunAndExpect(WithAddendAndMask(Product(0x28000, 5, 6, 7)));
  }
}

}  // namespace
}  // namespace tetralog
