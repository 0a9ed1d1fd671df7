// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Edges of circuits that are counted by hand: a divider by two behind a gate, a clock that is
// gated, a pulse that only delays make, and a pulse that is too short for the next cell.

#include <gtest/gtest.h>

#include "tests/power_testing.h"

namespace tetralog {
namespace {

using testing::Circuit;

constexpr uint64_t kAll = ~uint64_t{0};

void Cycle(GateSim& sim, int clk) {
  sim.Set(clk, 0);
  sim.Settle();
  sim.Set(clk, kAll);
  sim.Settle();
}

TEST(PowerGateSim, CountsTheEdgesOfADivider) {
  const Liberty library = testing::TinyLibrary();
  Circuit c(library);
  const int clk = c.Input("clk"), enable = c.Input("enable"), q = c.Net();
  const int q_n = c.Add("INV", {q});
  c.AddTo("DFF", {clk, q_n}, q);
  const int y = c.Add("AND2", {q, enable});
  GateSim sim(c.netlist, 3);
  sim.Set(enable, 0x0f);  // of four of the copies
  Cycle(sim, clk);
  const uint64_t start = sim.Get(q);
  sim.Count(0xff);  // eight copies
  for (int i = 0; i < 10; ++i) Cycle(sim, clk);
  EXPECT_EQ(sim.Get(q), start) << "after an even number of cycles";
  EXPECT_EQ(sim.rises(clk), 80U);
  EXPECT_EQ(sim.falls(clk), 80U);
  EXPECT_EQ(sim.rises(q), 40U);
  EXPECT_EQ(sim.falls(q), 40U);
  EXPECT_EQ(sim.rises(q_n), 40U);
  EXPECT_EQ(sim.rises(y), 20U);
  EXPECT_EQ(sim.falls(y), 20U);
  EXPECT_EQ(sim.rises(enable) + sim.falls(enable), 0U);
}

// The flip-flop behind the gated clock takes what the first one held before the edge.
TEST(PowerGateSim, AGatedClockSeesWhatWasThereBeforeTheEdge) {
  const Liberty library = testing::TinyLibrary();
  Circuit c(library);
  const int clk = c.Input("clk"), enable = c.Input("enable"), d = c.Input("d");
  const int first = c.Add("DFF", {clk, d});
  const int gated = c.Add("AND2", {clk, enable});
  const int second = c.Add("DFF", {gated, first});
  GateSim sim(c.netlist, 1);
  sim.Count(1);
  uint64_t last = 0, held = 0;
  for (int i = 0; i < 64; ++i) {
    const uint64_t data = 0x9e3779b97f4a7c15ULL * static_cast<uint64_t>(i + 1);
    const uint64_t open = 0xbf58476d1ce4e5b9ULL * static_cast<uint64_t>(i + 1);
    sim.Set(clk, 0);
    sim.Set(d, data);
    sim.Set(enable, open);
    sim.Settle();
    sim.Set(clk, kAll);
    sim.Settle();
    EXPECT_EQ(sim.Get(first), data);
    if (i > 0) held = (held & ~open) | (last & open);
    if (i > 8) EXPECT_EQ(sim.Get(second), held) << "cycle " << i;
    if (i <= 8) held = sim.Get(second);
    last = data;
  }
  EXPECT_EQ(sim.rises(clk), 64U);
  EXPECT_LT(sim.rises(gated), 48U);
  EXPECT_GT(sim.rises(gated), 16U);
}

// y = a & ~a: nothing without delays; with them a rising a makes a pulse as long as the inverter's
// delay, 0.1 ns, which the gate of 0.04 ns passes.
TEST(PowerGateSim, DelaysMakePulses) {
  const Liberty library = testing::TinyLibrary();
  Circuit c(library);
  const int a = c.Input("a"), y = c.Add("AND2", {a, c.Add("INV", {a})});
  const Annotation annotation = Annotate(c.netlist, {});
  GateSim sim(c.netlist, 1);
  sim.Count(kAll);
  const auto pulse = [&](uint64_t word) {
    sim.Set(a, 0);
    sim.Settle();
    sim.Set(a, word);
    sim.Settle();
  };
  pulse(kAll);
  EXPECT_EQ(sim.rises(y), 0U);
  sim.UseDelays(&annotation);
  pulse(0xff);
  EXPECT_EQ(sim.rises(y), 8U);
  EXPECT_EQ(sim.falls(y), 8U);
  EXPECT_EQ(sim.Get(y), 0U);
}

// A pulse of 0.04 ns does not pass an inverter of 0.1 ns.
TEST(PowerGateSim, AShortPulseDoesNotPassASlowCell) {
  const Liberty library = testing::TinyLibrary();
  Circuit c(library);
  const int a = c.Input("a"), one = c.Input("one");
  const int late = c.Add("INV", {c.Add("AND2", {a, one})});  // 0.14 ns behind a
  const int early = c.Add("INV", {a});                       // 0.10 ns
  // Falling a: early rises at 0.10 and late at 0.14. Rising a: early falls first.
  const int early_n = c.Add("INV", {early});     // high until 0.20 ns after a falls
  const int y = c.Add("AND2", {late, early_n});  // high from 0.14 to 0.20 ns
  const int slow = c.Add("INV", {y});
  const Annotation annotation = Annotate(c.netlist, {});
  GateSim sim(c.netlist, 1);
  sim.Set(one, kAll);
  sim.Set(a, kAll);
  sim.Settle();
  sim.UseDelays(&annotation);
  sim.Count(1);
  sim.Set(a, 0);
  sim.Settle();
  EXPECT_EQ(sim.rises(y), 1U) << "0.06 ns are enough for 0.04 ns";
  EXPECT_EQ(sim.rises(slow) + sim.falls(slow), 0U) << "and not for 0.1 ns";
}

TEST(PowerGateSim, ALoopIsRefused) {
  const Liberty library = testing::TinyLibrary();
  Circuit c(library);
  const int a = c.Net();
  c.AddTo("INV", {a}, a);
  EXPECT_THROW(GateSim(c.netlist, 1), std::runtime_error);
}

}  // namespace
}  // namespace tetralog
