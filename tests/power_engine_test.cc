// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The netlist of the 4x4x1 engine in the simulator of 64 copies: every copy's outputs are the
// model's, on recorded and on random operands, with and without delays; and what the copies are
// given.

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "sim/engine_driver.h"
#include "synth/power/gate_engine.h"
#include "synth/power/workload.h"
#include "tests/power_testing.h"

namespace tetralog {
namespace {

const EngineShape kShape{.rows = 4, .cols = 4, .dot = 1, .lanes = 4};

std::vector<Trace> Traces() { return {read_trace("tests/data/lenet.h5")}; }

TEST(PowerWorkload, PartsCoverSumsOfTheKindAndKeepTheirZeros) {
  const std::vector<Trace> traces = Traces();
  const Workload recorded(traces, "weight_gradient", kShape, 8, 500, Operands::kRecorded, 5,
                          {16, 32});
  EXPECT_NEAR(static_cast<double>(recorded.macs()), 8 * 500 * 16, 8 * 500 * 4);
  EXPECT_GT(recorded.zeros(), recorded.macs() / 2) << "gradients are mostly zero";
  const Workload dense(traces, "weight_gradient", kShape, 8, 500, Operands::kNoZeros, 5, {16, 32});
  EXPECT_EQ(dense.macs(), recorded.macs());
  EXPECT_EQ(dense.zeros(), 0U);
  const Workload random(traces, "weight_gradient", kShape, 8, 500, Operands::kRandom, 5, {16, 32});
  // LOG4 is zero in 2 of 16 codes, UINT4 in 1: 23 of 128 products.
  const double share = static_cast<double>(random.zeros()) / static_cast<double>(random.macs());
  EXPECT_NEAR(share, 23.0 / 128, 0.01);
  EXPECT_THROW(Workload(traces, "sideways", kShape, 8, 500, Operands::kRandom, 5, {}),
               std::invalid_argument);
}

TEST(PowerWorkload, AReplacedOperandHasTheOtherCodesOfItsTensor) {
  const std::vector<Trace> traces = Traces();
  const Workload recorded(traces, "forward", kShape, 1, 1, Operands::kRecorded, 9, {16, 64});
  const Workload dense(traces, "forward", kShape, 1, 1, Operands::kNoZeros, 9, {16, 64});
  const GemmCommand &from = recorded.commands(0).at(0), &to = dense.commands(0).at(0);
  ASSERT_EQ(to.b.rows, from.b.rows);
  std::set<uint8_t> there;
  for (size_t r = 0; r < from.b.rows; ++r)
    for (size_t c = 0; c < from.b.cols; ++c) there.insert(from.b.At(r, c));
  for (size_t r = 0; r < from.b.rows; ++r)
    for (size_t c = 0; c < from.b.cols; ++c) {
      EXPECT_EQ(there.count(to.b.At(r, c)), 1U);
      if (from.b.At(r, c) != 0) EXPECT_EQ(to.b.At(r, c), from.b.At(r, c));
    }
}

class PowerEngine : public ::testing::TestWithParam<std::string> {};

TEST_P(PowerEngine, EveryCopyGivesTheModelsOutputs) {
  const Liberty library = ReadLiberty(TETRALOG_LIBERTY);
  const Netlist netlist = ReadNetlist(TETRALOG_ENGINE_JSON, "tetralog_engine", library);
  const Annotation annotation = Annotate(netlist, {});
  const std::vector<Trace> traces = Traces();
  constexpr int kCopies = 24;
  for (const bool delays : {false, true}) {
    const Workload work(traces, GetParam(), kShape, kCopies, delays ? 1 : 60, Operands::kRecorded,
                        7, {16, 16});
    GateSim sim(netlist, 7);
    if (delays) sim.UseDelays(&annotation);
    GateEngines engines(netlist, sim, kShape);
    std::atomic<int> commands = 0;
    engines.Run(kCopies, [&](Engine& engine, int copy) {
      const std::vector<GemmCommand>& mine = work.commands(copy);
      const std::vector<EngineRun> runs = EngineDriver(engine).Run(mine);
      for (size_t i = 0; i < runs.size(); ++i) {
        const GemmResult expected = Gemm(mine[i]);
        EXPECT_EQ(runs[i].result.z, expected.z) << "copy " << copy << ", seed 7";
        EXPECT_EQ(runs[i].result.codes, expected.codes) << "copy " << copy << ", seed 7";
        EXPECT_EQ(runs[i].result.stats.sum_abs, expected.stats.sum_abs) << "copy " << copy;
        ++commands;
      }
    });
    EXPECT_GT(commands, 0);
    const int clk = netlist.Input("clk_i")[0];
    EXPECT_EQ(sim.rises(clk), engines.cycles());
    EXPECT_GT(engines.beats(), 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PowerEngine,
                         ::testing::Values("forward", "input_gradient", "weight_gradient"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace tetralog
