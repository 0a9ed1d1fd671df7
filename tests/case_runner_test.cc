// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Running and comparing random cases. Two functional machines, plain model and fast path, must
// agree on them in several shapes; machines with a planted fault of every visible kind must not,
// and the shrinker must find a small case that still shows it.

#include "sim/case_runner.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "sim/functional_machine.h"
#include "sim/random_commands.h"

namespace tetralog {
namespace {

constexpr uint64_t kMemory = 4 << 20;
constexpr uint64_t kSeed = 7;

MachineShape Small() {
  MachineShape shape;
  shape.rows = 8;
  shape.cols = shape.lanes = 4;
  shape.dot = 2;
  shape.acc_width = 20;
  shape.random_bits = 8;
  shape.depth_a = shape.depth_b = 32;
  return shape;
}

TEST(CaseRunnerModel, PlainAndFastMachinesAgree) {
  for (const MachineShape& shape : {MachineShape{}, Small()}) {
    FunctionalMachine plain(shape, kMemory), fast(shape, kMemory, {.fast = true, .threads = 1});
    int legal = 0, refused = 0, faults = 0;
    for (uint64_t i = 0; i < 60; ++i) {
      const Case c = RandomCase(kSeed, i, shape, {.max_cycles = 2000});
      const CaseOutcome outcome = RunCase(c, plain);
      EXPECT_EQ(Differences(c, outcome, RunCase(c, fast)), "") << c.Describe();
      EXPECT_EQ(outcome.exception, "") << c.Describe();
      legal += outcome.cause == 0 && outcome.head == c.commands.size();
      refused += outcome.cause != 0 && !outcome.stopped_by_bus();
      faults += outcome.stopped_by_bus();
    }
    EXPECT_GE(legal, 30);
    EXPECT_GE(refused, 3);
    EXPECT_GE(faults, 2);
  }
}

TEST(CaseRunnerModel, AnIllegalCommandStopsWithItsCauseAndNumber) {
  FunctionalMachine machine({}, kMemory);
  int seen = 0;
  for (uint64_t i = 0; i < 40; ++i) {
    const Case c = RandomCase(kSeed, i, {}, {.max_cycles = 100, .illegal_percent = 100});
    const CaseOutcome outcome = RunCase(c, machine);
    uint32_t index = 0;
    Cause cause = Cause::kRing;
    for (; index < c.commands.size(); ++index) {
      cause = CheckCommand(c.commands[index], c.shape, c.rings);
      if (cause != Cause::kNone) break;
    }
    if (index == c.commands.size()) cause = Cause::kRing;
    EXPECT_EQ(outcome.cause, static_cast<uint32_t>(cause)) << c.Describe();
    EXPECT_EQ(outcome.error_index, index) << c.Describe();
    EXPECT_EQ(outcome.head, index) << c.Describe();
    seen += index > 0 && !c.overrun;
  }
  EXPECT_GE(seen, 5);
}

// A machine that lies to the host in one way.
class LyingMachine : public FunctionalMachine {
 public:
  LyingMachine(uint32_t offset, uint64_t address)
      : FunctionalMachine({}, kMemory), offset_(offset), address_(address) {}
  uint32_t ReadRegister(uint32_t offset) override {
    return FunctionalMachine::ReadRegister(offset) ^ (offset == offset_ ? 4 : 0);
  }
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override {
    FunctionalMachine::ReadMemory(address, bytes);
    if (address_ >= address && address_ - address < bytes.size()) bytes[address_ - address] ^= 1;
  }

 private:
  uint32_t offset_;
  uint64_t address_;
};

TEST(CaseRunnerModel, NamesEveryKindOfDifference) {
  constexpr uint64_t kNowhere = ~uint64_t{0};
  uint64_t number = 0;  // a case that ends well
  FunctionalMachine right({}, kMemory);
  while (RunCase(RandomCase(kSeed, number, {}), right).cause != 0) ++number;
  const Case c = RandomCase(kSeed, number, {});
  const auto differences = [&](uint32_t offset, uint64_t address) {
    LyingMachine wrong(offset, address);
    return CompareCase(c, right, wrong);
  };
  EXPECT_EQ(differences(0, kNowhere), "");
  EXPECT_NE(differences(kRegErrorCause, kNowhere).find("ERROR_CAUSE"), std::string::npos);
  EXPECT_NE(differences(kRegErrorIndex, kNowhere).find("ERROR_INDEX"), std::string::npos);
  EXPECT_NE(differences(kRegIrqStatus, kNowhere).find("IRQ_STATUS"), std::string::npos);
  EXPECT_NE(differences(kRegCounters + 8 * kCounterProducts, kNowhere).find("products"),
            std::string::npos);
  EXPECT_NE(differences(kRegCounters + 8 * kCounterGated + 4, kNowhere).find("gated"),
            std::string::npos);
  EXPECT_NE(differences(kRegHead, kNowhere).find("exception"), std::string::npos);

  const Region d = RegionD(c.commands.back());
  EXPECT_NE(differences(0, d.last()).find("D of command"), std::string::npos);
  EXPECT_NE(differences(0, kMemory - 1).find("no output"), std::string::npos);
  EXPECT_NE(differences(0, c.rings.ring_base).find("the ring"), std::string::npos);
  EXPECT_NE(differences(0, c.rings.record_base + 4).find("record 0, byte 4"), std::string::npos);
  EXPECT_EQ(differences(0, c.rings.record_base + 8), "") << "cycles may differ";
  EXPECT_NE(differences(0, c.rings.record_base + 16).find("record"), std::string::npos);
}

TEST(CaseRunnerModel, EveryMemberOfAnOutcomeCounts) {
  FunctionalMachine machine({}, kMemory);
  const Case c = RandomCase(kSeed, 0, {}, {.illegal_percent = 0, .fault_percent = 0});
  const CaseOutcome outcome = RunCase(c, machine);
  const auto expect_named = [&](const std::string& name, auto change) {
    CaseOutcome other = outcome;
    change(other);
    EXPECT_EQ(Differences(c, outcome, other).rfind(name, 0), 0u) << name;
  };
  EXPECT_EQ(Differences(c, outcome, outcome), "");
  expect_named("exception", [](CaseOutcome& o) { o.exception = "hangs"; });
  expect_named("HEAD", [](CaseOutcome& o) { ++o.head; });
  expect_named("TAIL", [](CaseOutcome& o) { ++o.tail; });
  expect_named("STATUS", [](CaseOutcome& o) { ++o.status; });
  expect_named("ERROR_CAUSE", [](CaseOutcome& o) { ++o.cause; });
  expect_named("ERROR_INDEX", [](CaseOutcome& o) { ++o.error_index; });
  expect_named("IRQ_STATUS", [](CaseOutcome& o) { o.irq_status ^= 2; });
  expect_named("products", [](CaseOutcome& o) { ++o.products; });
  expect_named("gated products", [](CaseOutcome& o) { ++o.gated; });
  expect_named("the memories", [](CaseOutcome& o) { o.memory.pop_back(); });
  expect_named("memory 0x0 ", [](CaseOutcome& o) { o.memory[0] ^= 0x80; });
}

TEST(CaseRunnerModel, AfterAnErrorOfTheBusOnlyTheFailedOutputMayDiffer) {
  FunctionalMachine right({}, kMemory);
  int checked = 0;
  for (uint64_t i = 0; i < 30; ++i) {
    const Case c = RandomCase(kSeed, i, {}, {.illegal_percent = 0, .fault_percent = 100});
    const CaseOutcome outcome = RunCase(c, right);
    if (!outcome.stopped_by_bus()) continue;
    const Region d = RegionD(c.commands[outcome.error_index]);
    CaseOutcome other = outcome;
    other.memory[d.base] ^= 1;
    other.memory[d.base + d.extent() - 1] ^= 1;
    other.products += 5;
    EXPECT_EQ(Differences(c, outcome, other), "") << c.Describe();
    other.memory[d.base - 1] ^= 1;
    other.memory[d.base + d.extent()] ^= 1;
    EXPECT_NE(Differences(c, outcome, other), "") << c.Describe();
    ++checked;
  }
  EXPECT_GE(checked, 10);
}

// One bit less of random numbers shows only in stochastic outputs, seldom: a small case remains.
TEST(CaseRunnerModel, ShrinksToASmallCaseThatStillFails) {
  MachineShape coarse;
  coarse.random_bits = 11;
  FunctionalMachine right({}, kMemory, {.fast = true, .threads = 1});
  FunctionalMachine wrong(coarse, kMemory, {.fast = true, .threads = 1});
  const auto fails = [&](const Case& c) { return !CompareCase(c, right, wrong).empty(); };
  uint64_t number = 0;
  while (RandomCase(kSeed, number, {}).commands.size() < 3 ||
         !fails(RandomCase(kSeed, number, {}))) {
    ++number;
  }
  const Case whole = RandomCase(kSeed, number, {});
  const Case small = ShrinkCase(whole, fails);
  EXPECT_TRUE(fails(small));
  EXPECT_EQ(small.commands.size(), 1u) << small.Describe();
  EXPECT_LT(small.Describe().size(), whole.Describe().size());
  EXPECT_TRUE(fails(ParseCase(small.id(), {})));
}

}  // namespace
}  // namespace tetralog
