// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The machine around a small stand-in for the core, which can be told to misbehave.

#include "sim/clocked_machine.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/copy_core.h"

namespace tetralog {
namespace {

using ::tetralog::testing::CopyCore;
using ::tetralog::testing::kReadOnly;
using ::tetralog::testing::kScratch;
using ::tetralog::testing::Misbehaviour;

std::unique_ptr<ClockedMachine> MakeMachine(const ClockedMachineOptions& options = {},
                                            Misbehaviour misbehaviour = Misbehaviour::kNone) {
  return std::make_unique<ClockedMachine>(std::make_unique<CopyCore>(misbehaviour), 1 << 16,
                                          options);
}

std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const MachineError& error) {
    return error.what();
  }
  return "none";
}

void FillSource(Machine& machine, uint32_t commands) {
  for (uint32_t i = 0; i < commands; ++i)
    machine.WriteMemory(256 * i, std::array{static_cast<uint8_t>(i + 1)});
}
uint8_t ByteAt(const Machine& machine, uint64_t address) {
  std::array<uint8_t, 1> byte;
  machine.ReadMemory(address, byte);
  return byte[0];
}

TEST(ClockedMachine, RegistersAreWrittenAndReadWithAndWithoutStalls) {
  for (uint64_t seed = 0; seed <= 20; ++seed) {
    const auto machine = MakeMachine({.seed = seed, .stall_percent = seed == 0 ? 0u : 50u});
    for (uint32_t i = 0; i < 20; ++i) {
      machine->WriteRegister(kScratch, 0x9e3779b9 * i);
      EXPECT_EQ(machine->ReadRegister(kScratch), 0x9e3779b9 * i) << "seed " << seed;
    }
  }
}

TEST(ClockedMachine, RefusedRegistersThrow) {
  const auto machine = MakeMachine();
  EXPECT_THROW(machine->WriteRegister(kReadOnly, 1), std::invalid_argument);
  EXPECT_THROW(machine->ReadRegister(200), std::invalid_argument);
  EXPECT_THROW(machine->ReadRegister(4096), std::invalid_argument);
  EXPECT_THROW(machine->WriteRegister(4096, 0), std::invalid_argument);
  EXPECT_EQ(machine->ReadRegister(kScratch), 0u);  // still works
}

TEST(ClockedMachine, TimePassesOnlyInRegistersAndWait) {
  const auto machine = MakeMachine();
  EXPECT_EQ(machine->cycles(), 0u);
  FillSource(*machine, 3);
  EXPECT_EQ(ByteAt(*machine, 512), 3);
  EXPECT_EQ(machine->cycles(), 0u);
  machine->ReadRegister(kRegStatus);
  EXPECT_GT(machine->cycles(), 0u);
}

TEST(ClockedMachine, WaitRunsAllCommands) {
  for (uint64_t seed = 0; seed <= 20; ++seed) {
    const auto machine = MakeMachine({.seed = seed, .stall_percent = seed == 0 ? 0u : 70u});
    FillSource(*machine, 50);
    machine->WriteRegister(kRegControl, 1);
    machine->WriteRegister(kRegTail, 50);
    machine->Wait();
    EXPECT_EQ(machine->ReadRegister(kRegHead), 50u);
    EXPECT_EQ(machine->ReadRegister(kRegStatus), 0u);
    EXPECT_TRUE(machine->BusIdle());
    for (uint32_t i = 0; i < 50; ++i) EXPECT_EQ(ByteAt(*machine, 256 * i + 128), i + 1);
  }
}

TEST(ClockedMachine, FixedLatencyIsThatOfTheOptions) {
  uint64_t cycles[2];
  for (const uint32_t i : {0u, 1u}) {
    const auto machine = MakeMachine({.read_latency = 20 + 100 * i, .write_latency = 20 + 10 * i});
    machine->WriteRegister(kRegControl, 1);
    machine->WriteRegister(kRegTail, 64);
    machine->Wait();
    cycles[i] = machine->cycles();
  }
  EXPECT_NEAR(static_cast<double>(cycles[1] - cycles[0]), 64.0 * 110, 128);
}

TEST(ClockedMachine, WaitReturnsWithNothingToDo) {
  const auto machine = MakeMachine();
  machine->Wait();
  machine->WriteRegister(kRegTail, 1);  // not enabled
  machine->Wait();
  EXPECT_EQ(machine->ReadRegister(kRegHead), 0u);
  EXPECT_LT(machine->cycles(), 100u);
}

TEST(ClockedMachine, WaitReturnsAtTheInterrupt) {
  const auto machine = MakeMachine();
  machine->WriteRegister(kRegIrqEnable, 1);
  machine->WriteRegister(kRegControl, 1);
  machine->WriteRegister(kRegTail, 100);
  EXPECT_FALSE(machine->Interrupt());
  machine->Wait();
  EXPECT_TRUE(machine->Interrupt());
  EXPECT_LT(machine->ReadRegister(kRegHead), 3u);
  machine->WriteRegister(kRegIrqStatus, 1);
  EXPECT_FALSE(machine->Interrupt());
  machine->Wait();
  EXPECT_TRUE(machine->Interrupt());
}

TEST(ClockedMachine, AFaultStopsTheCoreAndSparesTheMemory) {
  for (const uint64_t address : {512u, 640u}) {  // source and result of command 2
    const auto machine = MakeMachine();
    FillSource(*machine, 5);
    machine->InjectFault(MemoryFault::kSlaveError, address, 1);
    machine->WriteRegister(kRegControl, 1);
    machine->WriteRegister(kRegTail, 5);
    machine->Wait();
    EXPECT_EQ(machine->ReadRegister(kRegStatus) >> kStatusError & 1, 1u);
    EXPECT_EQ(machine->ReadRegister(kRegHead), 2u);
    EXPECT_EQ(ByteAt(*machine, 256 + 128), 2);
    EXPECT_EQ(ByteAt(*machine, 512 + 128), 0);
    machine->InjectFault(MemoryFault::kNone, 0, 0);
    machine->WriteRegister(kRegControl, 3);
    machine->WriteRegister(kRegTail, 5);
    machine->Wait();
    EXPECT_EQ(ByteAt(*machine, 512 + 128), 3);
  }
}

// The read that fails comes at all phases of the looks at the status.
TEST(ClockedMachine, WaitReturnsFromAnErrorWhenTheBusIsIdle) {
  for (uint32_t latency = 20; latency < 60; ++latency) {
    const auto machine = MakeMachine({.read_latency = latency});
    machine->InjectFault(MemoryFault::kSlaveError, 0, 1);
    machine->WriteRegister(kRegControl, 1);
    machine->WriteRegister(kRegTail, 1);
    machine->Wait();
    EXPECT_EQ(machine->ReadRegister(kRegStatus) >> kStatusError & 1, 1u);
    EXPECT_TRUE(machine->BusIdle()) << "latency " << latency;
  }
}

TEST(ClockedMachine, AHangIsFoundAfterItsPatience) {
  const auto machine = MakeMachine({}, Misbehaviour::kHang);
  machine->WriteRegister(kRegControl, 1);
  machine->WriteRegister(kRegTail, 7);
  const std::string error = ErrorOf([&] { machine->Wait(); });
  EXPECT_EQ(error.find("nothing moved for 100000 cycles: status 0x1, 0 of 7 commands done"), 0u)
      << error;
  EXPECT_NEAR(static_cast<double>(machine->cycles()), 100'000, 1000);
}

TEST(ClockedMachine, AnArrayThatWorksIsNoHang) {
  const auto machine = MakeMachine({}, Misbehaviour::kActiveForever);
  machine->WriteRegister(kRegControl, 1);
  machine->WriteRegister(kRegTail, 1);
  EXPECT_NE(ErrorOf([&] { machine->Wait(); }), "none");
  EXPECT_GT(machine->cycles(), 400'000u);
}

TEST(ClockedMachine, ARegisterThatDoesNotAnswerIsFound) {
  const auto machine = MakeMachine({}, Misbehaviour::kNoAnswer);
  const std::string read = ErrorOf([&] { machine->ReadRegister(kScratch); });
  EXPECT_EQ(read.find("no answer to a read of register 0x28 in 100000 cycles"), 0u) << read;
  const auto other = MakeMachine({}, Misbehaviour::kNoAnswer);
  const std::string write = ErrorOf([&] { other->WriteRegister(kScratch, 1); });
  EXPECT_EQ(write.find("no answer to a write of register 0x28 in 100000 cycles"), 0u) << write;
}

TEST(ClockedMachine, AnAnswerBeforeTheWriteIsFound) {
  const auto machine = MakeMachine({.seed = 2, .stall_percent = 50}, Misbehaviour::kEarlyAnswer);
  const std::string error = ErrorOf([&] { machine->WriteRegister(kScratch, 1); });
  EXPECT_EQ(error.find("the write of register 0x28 is answered before it was made"), 0u) << error;
}

TEST(ClockedMachine, EveryCycleIsCheckedAgainstTheProtocol) {
  const std::string error = ErrorOf([&] {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      const auto machine =
          MakeMachine({.seed = seed, .stall_percent = 80}, Misbehaviour::kDropRead);
      machine->WriteRegister(kRegControl, 1);
      machine->WriteRegister(kRegTail, 10);
      machine->Wait();
    }
  });
  EXPECT_NE(error.find("AR: valid fell before ready"), std::string::npos) << error;
}

TEST(ClockedMachine, ProgressIsReported) {
  const auto machine = MakeMachine({.read_latency = 10'000});
  std::vector<uint64_t> seen;
  machine->OnProgress([&](uint64_t cycles) { seen.push_back(cycles); });
  machine->WriteRegister(kRegControl, 1);
  machine->WriteRegister(kRegTail, 20);
  machine->Wait();
  EXPECT_GE(seen.size(), 3u);
  EXPECT_LE(seen.back(), machine->cycles());
}

}  // namespace
}  // namespace tetralog
