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

// Commands overlap, so only submissions have a utilisation.
void Print(const MlpStepReport& report, uint64_t macs) {
  fmt::print("{:<24}{:>12}{:>10}\n", "command", "products", "cycles");
  for (const StepCommand& c : report.commands) {
    fmt::print("{:<24}{:>12}{:>10}\n", c.layer + "_" + c.kind, c.products, c.result.cycles);
  }
  const auto print_submission = [macs](const char* name, const auto& counters) {
    const uint64_t cycles = counters[kCounterBusy], products = counters[kCounterProducts];
    fmt::print("{:<24}{:>12}{:>10}{:>7.1f} % of the multipliers busy\n", name, products, cycles,
               100.0 * static_cast<double>(products) / static_cast<double>(cycles * macs));
  };
  print_submission("forward submission", report.forward);
  print_submission("backward submission", report.backward);
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

  // The counters are those of these commands, and no command takes longer than its submission.
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
