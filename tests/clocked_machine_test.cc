// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The machine around a small stand-in for the core: registers, and commands that copy one word of
// memory. The stand-in follows the contract as far as Wait() and a driver look at it, and can be
// told to misbehave.

#include "sim/clocked_machine.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/axi_testing.h"

namespace tetralog {
namespace {

using ::tetralog::testing::Beat;
using ::tetralog::testing::Burst;

constexpr uint32_t kScratch = 40, kReadOnly = 0;

enum class Misbehaviour {
  kNone,
  kHang,           // asks for nothing when the doorbell rings, but is busy
  kDropRead,       // takes back an address that was not taken
  kNoAnswer,       // to accesses of kScratch
  kEarlyAnswer,    // to writes
  kActiveForever,  // hangs, but the array counts cycles
};

// Command i copies the word at 256*i to the word at 256*i + 128, and reads 256 bytes more than it
// needs, so that reads are outstanding when the first one fails. It is busy for a while after its
// last command, and not at all between two; its interrupt falls late.
class CopyCore : public Core {
 public:
  explicit CopyCore(Misbehaviour misbehaviour) : misbehaviour_(misbehaviour) {
    shape_.axi_data = 128;
  }
  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return shape_; }
  void Reset() override {}
  void Trace(const std::string&) override { throw std::invalid_argument("no signals"); }

  void Cycle(const CoreInputs& in, CoreOutputs& out) override {
    out = {};
    Lite(in.lite, out.lite);
    Copy(in.axi, out.axi);
    out.irq = irq_ || cycle_ < irq_until_;
    if (state_ != kFetch) busy_until_ = cycle_ + (head_ + 1 == tail_ ? 100 : 0);
    ++cycle_;
  }

 private:
  bool busy() const {
    const bool hangs = misbehaviour_ == Misbehaviour::kHang && tail_ != head_;
    return hangs || state_ != kFetch || cycle_ < busy_until_;
  }

  void Lite(const AxiLiteMaster& in, AxiLiteSlave& out) {
    // Writes: address and data in any order, then the answer.
    out.aw_ready = !aw_ && cycle_ % 2 == 0;
    out.w_ready = !w_ && cycle_ % 3 == 0;
    out.b_valid = (aw_ && w_) || misbehaviour_ == Misbehaviour::kEarlyAnswer;
    if (misbehaviour_ == Misbehaviour::kNoAnswer && aw_addr_ == kScratch) out.b_valid = false;
    out.b_resp = aw_addr_ == kReadOnly ? kAxiSlvErr : kAxiOkay;
    if (out.b_valid && in.b_ready && aw_ && w_) {
      WriteTo(aw_addr_, w_data_);
      aw_ = w_ = false;
    }
    if (in.aw_valid && out.aw_ready) {
      aw_ = true;
      aw_addr_ = in.aw_addr;
    }
    if (in.w_valid && out.w_ready) {
      w_ = true;
      w_data_ = in.w_strb == 0xf ? in.w_data : 0;
    }
    // Reads.
    out.ar_ready = !ar_ && cycle_ % 2 == 0;
    out.r_valid = ar_ && !(misbehaviour_ == Misbehaviour::kNoAnswer && ar_addr_ == kScratch);
    out.r_resp = ar_addr_ == 200 ? kAxiSlvErr : kAxiOkay;
    out.r_data = ReadFrom(ar_addr_);
    if (out.r_valid && in.r_ready) ar_ = false;
    if (in.ar_valid && out.ar_ready) {
      ar_ = true;
      ar_addr_ = in.ar_addr;
    }
  }

  void WriteTo(uint32_t offset, uint32_t value) {
    if (offset == kRegControl) {
      enable_ = value & 1;
      if (value & 2) tail_ = head_ = error_ = 0;
    } else if (offset == kRegTail) {
      tail_ = value;
    } else if (offset == kRegIrqStatus) {
      irq_ = false;
      irq_until_ = cycle_ + 3;
    } else if (offset == kRegIrqEnable) {
      irq_enable_ = value;
    } else if (offset == kScratch) {
      scratch_ = value;
    }
  }
  uint32_t ReadFrom(uint32_t offset) const {
    switch (offset) {
      case kRegControl:
        return enable_;
      case kRegStatus:
        return (busy() ? 1 : 0) | error_ << kStatusError;
      case kRegTail:
        return tail_;
      case kRegHead:
        return head_;
      case kScratch:
        return scratch_;
      case kRegCounters + 8 * kCounterActive:
        return misbehaviour_ == Misbehaviour::kActiveForever && cycle_ < 400'000
                   ? static_cast<uint32_t>(cycle_)
                   : 0;
      default:
        return 0;
    }
  }

  void Copy(const AxiSlave& in, AxiMaster& out) {
    out.b_ready = true;
    out.r_ready = state_ != kReadMore;
    const uint64_t base = 256 * uint64_t{head_};
    switch (state_) {
      case kFetch:
        if (!enable_ || tail_ == head_ || error_) return;
        if (misbehaviour_ == Misbehaviour::kHang || misbehaviour_ == Misbehaviour::kActiveForever)
          return;
        if (misbehaviour_ == Misbehaviour::kDropRead && cycle_ % 2 != 0) return;
        out.ar = Burst(base, 1);
        beats_ = 0;
        if (in.ar_ready) state_ = kReadMore;
        return;
      case kReadMore:
        out.ar = Burst(base, 16);
        if (in.ar_ready) state_ = kRead;
        return;
      case kRead:
        if (!in.r.valid) return;
        if (beats_++ == 0) {
          data_ = in.r.data[0];
          error_ = in.r.resp != kAxiOkay;
        }
        if (error_) state_ = kFetch;
        if (beats_ == 17) state_ = kAddress;
        return;
      case kAddress:
        out.aw = Burst(base + 128, 1);
        if (in.aw_ready) state_ = kWrite;
        return;
      case kWrite:
        out.w = Beat(data_, true);
        if (in.w_ready) state_ = kDone;
        return;
      case kDone:
        if (!in.b.valid) return;
        state_ = kFetch;
        error_ = in.b.resp != kAxiOkay;
        if (error_) return;
        ++head_;
        irq_ |= (irq_enable_ & 1) != 0;
        return;
    }
  }

  MachineShape shape_;
  const std::string level_ = "copy";
  Misbehaviour misbehaviour_;
  uint64_t cycle_ = 0, busy_until_ = 0, irq_until_ = 0;
  bool aw_ = false, w_ = false, ar_ = false;
  uint32_t aw_addr_ = 0, ar_addr_ = 0, w_data_ = 0;
  bool enable_ = false, irq_ = false;
  uint32_t tail_ = 0, head_ = 0, error_ = 0, scratch_ = 0, irq_enable_ = 0;
  enum { kFetch, kReadMore, kRead, kAddress, kWrite, kDone } state_ = kFetch;
  uint32_t beats_ = 0;
  uint64_t data_ = 0;
};

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
