// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/regress.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "sim/case_runner.h"
#include "sim/dice.h"
#include "sim/functional_machine.h"
#include "sim/random_commands.h"

namespace tetralog {
namespace {

constexpr uint64_t kRecovery = uint64_t{1} << 40;  // beyond the numbers of cases
constexpr uint32_t kStalls[] = {0, 10, 30, 60};
constexpr uint32_t kLatencies[] = {1, 4, 20, 60};

// A short case without errors, for the machines that stopped in this one.
Case RecoveryOf(const Case& c) {
  CaseOptions options = c.options;
  options.illegal_percent = options.fault_percent = 0;
  options.max_commands = std::min(options.max_commands, 3u);
  options.max_cycles = std::min<uint64_t>(options.max_cycles, 2000);
  return RandomCase(c.seed, c.number + kRecovery, c.shape, options);
}

struct Item {
  size_t shape;
  uint64_t number;
  uint64_t commands;
};

// The cases of all shapes, mixed so that a bound of cycles cuts all shapes alike.
std::vector<Item> Plan(const RegressOptions& options) {
  std::vector<Item> plan;
  std::vector<uint64_t> commands(options.shapes.size());
  bool open = true;
  for (uint64_t number = 0; open; ++number) {
    open = false;
    for (size_t s = 0; s < options.shapes.size(); ++s) {
      if (commands[s] >= options.commands) continue;
      open = true;
      const Case c = RandomCase(options.seed, number, options.shapes[s], options.cases);
      plan.push_back({s, number, c.commands.size()});
      commands[s] += c.commands.size();
    }
  }
  return plan;
}

class Runner {
 public:
  Runner(const RegressOptions& options, const MachineFactory& make,
         const std::function<void(const RegressReport&)>& progress)
      : options_(options), make_(make), progress_(progress), plan_(Plan(options)) {
    for (const MachineShape& shape : options.shapes) report_.shapes.push_back({.shape = shape});
  }

  RegressReport Run() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(options_.jobs, 1u); ++i)
      threads.emplace_back([&] { Work(); });
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
    report_.complete = next_ == plan_.size();
    for (RegressFailure& failure : report_.failures) Shrink(failure);
    return std::move(report_);
  }

 private:
  bool Full() const {
    return report_.failures.size() >= options_.max_failures ||
           (options_.max_cycles != 0 && cycles_ >= options_.max_cycles && next_ < plan_.size());
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (next_ < plan_.size() && !Full() && !error_) {
      const Item item = plan_[next_++];
      lock.unlock();
      try {
        const Case c =
            RandomCase(options_.seed, item.number, options_.shapes[item.shape], options_.cases);
        const CaseResult result = Try(c);
        lock.lock();
        Count(item, c, result);
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        error_ = std::current_exception();
      }
    }
  }

  CaseResult Try(const Case& c) const {
    const std::unique_ptr<Machine> machine = make_(c.shape, c.options.memory_bytes, MemoryOf(c));
    return RunOneCase(c, *machine,
                      options_.soft_resets ? SoftResetsOf(c) : std::vector<uint64_t>{});
  }

  void Count(const Item& item, const Case& c, const CaseResult& result) {
    RegressShape& shape = report_.shapes[item.shape];
    ++shape.cases;
    shape.commands += item.commands;
    shape.completed += result.completed;
    shape.recoveries += result.recovered;
    shape.soft_resets += result.soft_resets;
    shape.cycles += result.cycles;
    cycles_ += result.cycles;
    if (result.cause != 0) ++report_.errors[result.cause & 0xff];
    if (!result.differences.empty()) {
      ++shape.mismatches;
      report_.failures.push_back({c, c, MemoryOf(c), result.differences});
    }
    if (progress_) progress_(report_);
  }

  void Shrink(RegressFailure& failure) const {
    failure.small = ShrinkCase(
        failure.found, [&](const Case& c) { return !Try(c).differences.empty(); },
        options_.shrink_attempts);
    failure.differences = Try(failure.small).differences;
  }

  const RegressOptions& options_;
  const MachineFactory& make_;
  const std::function<void(const RegressReport&)>& progress_;
  const std::vector<Item> plan_;

  std::mutex mutex_;  // of all below
  size_t next_ = 0;
  uint64_t cycles_ = 0;
  RegressReport report_;
  std::exception_ptr error_;
};

}  // namespace

RegressShape RegressReport::Total() const {
  RegressShape total;
  for (const RegressShape& s : shapes) {
    total.cases += s.cases;
    total.commands += s.commands;
    total.completed += s.completed;
    total.recoveries += s.recoveries;
    total.soft_resets += s.soft_resets;
    total.cycles += s.cycles;
    total.mismatches += s.mismatches;
  }
  return total;
}

ClockedMachineOptions MemoryOf(const Case& c) {
  Dice dice(~c.seed, c.number);
  ClockedMachineOptions options;
  options.seed = dice.Next();
  options.stall_percent = dice.Pick<uint32_t>(kStalls);
  options.read_latency = dice.Pick<uint32_t>(kLatencies);
  options.write_latency = dice.Pick<uint32_t>(kLatencies);
  return options;
}

std::vector<uint64_t> SoftResetsOf(const Case& c) {
  Dice dice(c.seed ^ c.shape.macs() << 32 ^ c.shape.axi_data, c.number + kRecovery);
  std::vector<uint64_t> cycles(dice.Below(5));
  for (uint64_t& after : cycles) after = dice.LogUniform(8192);
  return cycles;
}

CaseResult RunOneCase(const Case& c, Machine& machine, const std::vector<uint64_t>& soft_resets) {
  FunctionalMachine functional(c.shape, c.options.memory_bytes);
  CaseResult result;
  try {
    for (const uint64_t cycles : soft_resets) {
      ++result.soft_resets;
      AbandonCase(c, machine, cycles);
    }
  } catch (const std::exception& e) {
    result.differences = fmt::format("before soft reset {}: {}\n", result.soft_resets, e.what());
    result.cycles = machine.cycles();
    return result;
  }
  const CaseOutcome expected = RunCase(c, functional);
  result.differences = Differences(c, expected, RunCase(c, machine));
  if (!expected.exception.empty()) {  // a case that both cannot run is no success
    result.differences += "the functional machine: " + expected.exception + "\n";
  }
  result.cause = expected.cause;
  result.completed = expected.head;
  if (expected.cause != 0 && result.differences.empty()) {
    result.recovered = true;
    const Case recovery = RecoveryOf(c);
    const std::string text = CompareCase(recovery, functional, machine);
    if (!text.empty()) result.differences = "in the recovery, " + recovery.Describe() + "\n" + text;
  }
  result.cycles = machine.cycles();
  return result;
}

RegressReport Regress(const RegressOptions& options, const MachineFactory& make,
                      const std::function<void(const RegressReport&)>& progress) {
  return Runner(options, make, progress).Run();
}

}  // namespace tetralog
