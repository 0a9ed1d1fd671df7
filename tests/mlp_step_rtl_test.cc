// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A recorded training step of the MLP on the RTL of the flagship: every tensor and statistic, with
// a well-behaved memory and with one that stalls on every channel. Prints the cycles.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core_builds.h"
#include "sim/mlp_step.h"
#include "tests/mlp_step_testing.h"

namespace tetralog {
namespace {

constexpr uint64_t kMemory = 4 << 20;
constexpr uint32_t kStep = 200, kBatch = 128;

void Print(const MlpStepReport& report, uint64_t macs) {
  fmt::print("{:<24}{:>14}{:>10}{:>8}\n", "command", "products", "cycles", "busy");
  for (const StepCommand& c : report.commands) {
    const double cycles = static_cast<double>(c.result.cycles);
    fmt::print("{:<24}{:>14}{:>10}{:>7.1f}%\n", c.layer + "_" + c.kind, c.products, c.result.cycles,
               100.0 * static_cast<double>(c.products) / cycles / macs);
  }
  for (const auto& [name, counters] : {std::pair{"forward submission", &report.forward},
                                       std::pair{"backward submission", &report.backward}}) {
    const uint64_t cycles = (*counters)[kCounterBusy], products = (*counters)[kCounterProducts];
    fmt::print("{:<24}{:>14}{:>10}{:>7.1f}%\n", name, products, cycles,
               100.0 * static_cast<double>(products) / static_cast<double>(cycles * macs));
  }
}

class MlpStepRtl : public ::testing::TestWithParam<uint32_t> {};

TEST_P(MlpStepRtl, EveryTensorAndStatisticIsTheReferences) {
  const Trace trace = read_trace("tests/data/mlp.h5");
  const auto machine = MakeRtlMachine("16x16x4", kMemory, {.seed = 3, .stall_percent = GetParam()});
  testing::WatchedMachine watched(*machine);
  Driver driver(watched);
  const MlpStepReport report =
      RunMlpStep(driver, trace, kStep, testing::LabelsOf(trace, kStep, kBatch));
  EXPECT_EQ(report.differences, std::vector<std::string>())
      << "repeat: mlp_step_rtl_test --gtest_filter=*MlpStepRtl*/" << GetParam() << ", seed 3";
  EXPECT_EQ(watched.doorbells, 2U);
  EXPECT_EQ(report.commands.size(), 11U);
  EXPECT_TRUE(machine->BusIdle());
  Print(report, driver.shape().macs());

  // The counters are those of the commands: what was multiplied, and a time that no command exceeds
  // and that commands do not fill twice over more than they overlap.
  uint64_t products = 0, commands = 0;
  for (const StepCommand& c : report.commands) {
    products += c.products;
    commands += c.commands;
    const bool forward = c.kind == "forward";
    EXPECT_GT(c.result.cycles, 0U) << c.layer << "_" << c.kind;
    EXPECT_LE(c.result.cycles, (forward ? report.forward : report.backward)[kCounterBusy]);
  }
  EXPECT_EQ(report.forward[kCounterProducts] + report.backward[kCounterProducts], products);
  EXPECT_EQ(commands, 11U);  // nothing is split at this shape
}

INSTANTIATE_TEST_SUITE_P(Stalls, MlpStepRtl, ::testing::Values(0, 30), [](const auto& stalls) {
  return "Percent" + std::to_string(stalls.param);
});

}  // namespace
}  // namespace tetralog
