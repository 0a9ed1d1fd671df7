// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The regression against machines whose faults are known. A right machine must pass, and whatever
// is wrong with the second machine (its numbers, its limits, how it recovers, that it throws) must
// be found, counted for its shape, and shrunk to a case that fails again from its id alone.

#include "sim/regress.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/functional_machine.h"
#include "sim/random_commands.h"

namespace tetralog {
namespace {

MachineShape Small() {
  MachineShape shape;
  shape.rows = shape.cols = shape.lanes = 4;
  shape.dot = 1;
  shape.depth_a = shape.depth_b = 64;
  shape.axi_data = 64;
  return shape;
}

RegressOptions Options() {
  RegressOptions options;
  options.shapes = {MachineShape{}, Small()};
  options.commands = 80;
  options.cases = {.max_dim = 60, .max_cycles = 300, .memory_bytes = 1 << 20};
  return options;
}

std::unique_ptr<Machine> Right(const MachineShape& shape, uint64_t bytes,
                               const ClockedMachineOptions&) {
  return std::make_unique<FunctionalMachine>(shape, bytes, FunctionalOptions{.fast = true});
}

uint64_t Errors(const RegressReport& report) {
  return std::accumulate(report.errors.begin(), report.errors.end(), uint64_t{0});
}

TEST(RegressModel, ARightMachinePassesAndEveryErrorIsFollowedByARecovery) {
  uint64_t calls = 0;
  const RegressReport report = Regress(Options(), Right, [&](const RegressReport&) { ++calls; });
  EXPECT_TRUE(report.complete);
  EXPECT_TRUE(report.failures.empty());
  ASSERT_EQ(report.shapes.size(), 2u);
  for (const RegressShape& s : report.shapes) {
    EXPECT_GE(s.commands, 80u);
    EXPECT_LT(s.commands, 80u + CaseOptions{}.max_commands);
    EXPECT_LE(s.completed, s.commands);
    EXPECT_GT(s.completed, 40u);
    EXPECT_EQ(s.mismatches, 0u);
  }
  const RegressShape total = report.Total();
  EXPECT_EQ(calls, total.cases);
  EXPECT_EQ(total.recoveries, Errors(report));
  EXPECT_GE(total.recoveries, 5u);
  EXPECT_LT(total.recoveries, total.cases / 2);
}

TEST(RegressModel, ThreadsRunTheSameCases) {
  RegressOptions options = Options();
  const RegressReport one = Regress(options, Right);
  options.jobs = 3;
  const RegressReport three = Regress(options, Right);
  EXPECT_EQ(one.errors, three.errors);
  for (size_t s = 0; s < one.shapes.size(); ++s) {
    EXPECT_EQ(one.shapes[s].commands, three.shapes[s].commands);
    EXPECT_EQ(one.shapes[s].completed, three.shapes[s].completed);
  }
}

TEST(RegressModel, AMachineWithFewerRandomBitsIsFoundAndItsCaseShrunk) {
  RegressOptions options = Options();
  options.max_failures = 1;
  const MachineFactory wrong = [](MachineShape shape, uint64_t bytes,
                                  const ClockedMachineOptions& o) {
    if (shape.rows == 4) shape.random_bits = 7;
    return Right(shape, bytes, o);
  };
  const RegressReport report = Regress(options, wrong);
  ASSERT_EQ(report.failures.size(), 1u);
  const RegressFailure& failure = report.failures[0];
  EXPECT_EQ(report.shapes[0].mismatches, 0u) << "the shape that is right";
  EXPECT_EQ(report.shapes[1].mismatches, 1u);
  EXPECT_EQ(failure.found.shape, Small());
  EXPECT_EQ(failure.small.commands.size(), 1u) << failure.small.Describe();
  EXPECT_NE(failure.differences.find("D of command 0"), std::string::npos) << failure.differences;
  const Case again = ParseCase(failure.small.id(), Small(), options.cases);
  const auto machine = wrong(Small(), options.cases.memory_bytes, MemoryOf(again));
  EXPECT_EQ(RunOneCase(again, *machine).differences, failure.differences);
}

TEST(RegressModel, AMachineWithANarrowerAccumulatorIsFound) {
  RegressOptions options = Options();
  options.shrink_attempts = 10;
  const RegressReport report =
      Regress(options, [](MachineShape shape, uint64_t bytes, const ClockedMachineOptions& o) {
        shape.acc_width = 14;
        return Right(shape, bytes, o);
      });
  EXPECT_EQ(report.failures.size(), options.max_failures) << "stops there";
  EXPECT_EQ(report.Total().mismatches, options.max_failures);
  EXPECT_FALSE(report.complete);
}

// Right until it has stopped once; then its memory loses a bit.
class Forgetful : public FunctionalMachine {
 public:
  using FunctionalMachine::FunctionalMachine;
  uint32_t ReadRegister(uint32_t offset) override {
    const uint32_t value = FunctionalMachine::ReadRegister(offset);
    stopped_ |= offset == kRegStatus && (value & 1u << kStatusError) != 0;
    return value;
  }
  void WriteRegister(uint32_t offset, uint32_t value) override {
    FunctionalMachine::WriteRegister(offset, value);
    recovered_ |= stopped_ && offset == kRegControl && (value & 1u << kControlSoftReset) != 0;
  }
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override {
    FunctionalMachine::ReadMemory(address, bytes);
    if (recovered_) bytes.back() ^= 1;
  }
  uint64_t cycles() const override { return 1000; }

 private:
  bool stopped_ = false, recovered_ = false;
};

std::unique_ptr<Machine> MakeForgetful(const MachineShape& shape, uint64_t bytes,
                                       const ClockedMachineOptions&) {
  return std::make_unique<Forgetful>(shape, bytes);
}

TEST(RegressModel, AMachineThatDoesNotRecoverIsFound) {
  RegressOptions options = Options();
  options.max_failures = 1;
  const RegressReport report = Regress(options, MakeForgetful);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].differences.rfind("in the recovery, case ", 0), 0u)
      << report.failures[0].differences;
}

TEST(RegressModel, ABoundOfCyclesEndsIt) {
  RegressOptions options = Options();
  options.max_cycles = 4500;
  options.cases.illegal_percent = options.cases.fault_percent = 0;
  const RegressReport report = Regress(options, MakeForgetful);
  EXPECT_FALSE(report.complete);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_EQ(report.Total().cases, 5u);
  EXPECT_EQ(report.shapes[0].cases, 3u) << "shapes take turns";
}

TEST(RegressModel, AMachineThatCannotBeMadeIsAnError) {
  RegressOptions options = Options();
  options.jobs = 2;
  const MachineFactory none = [](const MachineShape&, uint64_t,
                                 const ClockedMachineOptions&) -> std::unique_ptr<Machine> {
    throw std::invalid_argument("no such build");
  };
  EXPECT_THROW(Regress(options, none), std::invalid_argument);
}

// Right, but a soft reset that finds a tail leaves a wrong product counter behind.
class BadReset : public FunctionalMachine {
 public:
  using FunctionalMachine::FunctionalMachine;
  void WriteRegister(uint32_t offset, uint32_t value) override {
    const bool reset = offset == kRegControl && (value & 1u << kControlSoftReset) != 0;
    if (reset && ReadRegister(kRegTail) != 0) bad_ = true;
    FunctionalMachine::WriteRegister(offset, value);
  }
  uint32_t ReadRegister(uint32_t offset) override {
    const uint32_t value = FunctionalMachine::ReadRegister(offset);
    return offset == kRegCounters + 8 * kCounterProducts ? value ^ bad_ : value;
  }

 private:
  bool bad_ = false;
};

TEST(RegressModel, CasesThatBeginWithASoftResetInFlightFindWhatItBreaks) {
  RegressOptions options = Options();
  options.cases.illegal_percent = options.cases.fault_percent = 0;
  options.shrink_attempts = 0;
  const MachineFactory make = [](const MachineShape& shape, uint64_t bytes,
                                 const ClockedMachineOptions&) {
    return std::make_unique<BadReset>(shape, bytes);
  };
  EXPECT_EQ(Regress(options, make).Total().mismatches, 0u);
  EXPECT_EQ(Regress(options, make).Total().soft_resets, 0u);
  options.soft_resets = true;
  const RegressShape total = Regress(options, make).Total();
  EXPECT_EQ(total.mismatches, options.max_failures);
  EXPECT_GE(total.soft_resets, total.mismatches);
}

TEST(RegressModel, SoftResetsFallAfterAnythingFromOneToThousandsOfCycles) {
  std::set<size_t> counts;
  uint64_t few = 0, thousands = 0;
  for (uint64_t number = 0; number < 400; ++number) {
    Case c;
    c.number = number;
    const std::vector<uint64_t> resets = SoftResetsOf(c);
    EXPECT_EQ(resets, SoftResetsOf(c));
    counts.insert(resets.size());
    for (const uint64_t cycles : resets) {
      EXPECT_GT(cycles, 0u);
      few += cycles < 100;
      thousands += cycles > 1000;
    }
  }
  EXPECT_EQ(counts, (std::set<size_t>{0, 1, 2, 3, 4}));
  EXPECT_GT(few, 200u);
  EXPECT_GT(thousands, 100u);
}

TEST(RegressModel, CasesMeetEveryStallAndSeveralLatencies) {
  std::set<uint32_t> stalls, reads, writes;
  for (uint64_t number = 0; number < 60; ++number) {
    Case c;
    c.number = number;
    const ClockedMachineOptions memory = MemoryOf(c);
    EXPECT_EQ(memory.seed, MemoryOf(c).seed);
    stalls.insert(memory.stall_percent);
    reads.insert(memory.read_latency);
    writes.insert(memory.write_latency);
  }
  EXPECT_EQ(stalls, (std::set<uint32_t>{0, 10, 30, 60}));
  EXPECT_GE(reads.size(), 3u);
  EXPECT_GE(writes.size(), 3u);
}

}  // namespace
}  // namespace tetralog
