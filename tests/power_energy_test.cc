// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Energy of a circuit by hand, and of single cells beside OpenSTA.

#include <gtest/gtest.h>

#include "tests/power_testing.h"

namespace tetralog {
namespace {

using testing::Circuit;

// A flip-flop, an inverter and a gate; edges are given, not simulated.
TEST(PowerEnergy, EqualsTheSumByHand) {
  const Liberty library = testing::TinyLibrary();
  Circuit c(library);
  const int clk = c.Input("clk"), d = c.Input("d"), e = c.Input("e");
  const int q = c.Add("DFF", {clk, d});
  const int q_n = c.Add("INV", {q});
  const int y = c.Add("AND2", {q_n, e});
  const Annotation annotation = Annotate(c.netlist, {.wire_pf = 0.001, .input_slew = 0.1});
  EXPECT_NEAR(annotation.load(q), 0.011, 1e-12);
  EXPECT_TRUE(annotation.clock[static_cast<size_t>(clk)]);
  EXPECT_FALSE(annotation.clock[static_cast<size_t>(d)]);

  Edges edges{std::vector<uint64_t>(static_cast<size_t>(c.netlist.nets), 0),
              std::vector<uint64_t>(static_cast<size_t>(c.netlist.nets), 0)};
  const auto count = [&](int net, uint64_t rises, uint64_t falls) {
    edges.rises[static_cast<size_t>(net)] = rises;
    edges.falls[static_cast<size_t>(net)] = falls;
  };
  count(clk, 10, 10);
  count(d, 3, 3);
  count(q, 2, 1);
  count(q_n, 1, 2);
  count(e, 9, 0);
  count(y, 1, 1);
  const Energy energy = EnergyByUnit(c.netlist, annotation, library.voltage, edges).at("top");
  // Half of 2 V squared is 2: an edge costs twice its load.
  EXPECT_NEAR(energy.clock, 10 * 0.5 + 10 * 0.25 + 20 * 2 * (0.04 + 0.001), 1e-9);
  // Pins: d 6 edges on 0.01, q 3 on 0.01, q_n 3 on 0.02, e 9 on 0.04, y on nothing.
  EXPECT_NEAR(energy.pins, 2 * (6 * 0.01 + 3 * 0.01 + 3 * 0.02 + 9 * 0.04), 1e-9);
  EXPECT_NEAR(energy.wires, 2 * 0.001 * (6 + 3 + 3 + 9), 1e-9);
  // The gate's edges are shared by its inputs as theirs are: 3 of 12 and 9 of 12.
  const double flop = 3 * 0.01 + 3 * 0.03 + 2 * 0.2 + 0.1, inverter = 0.02 + 2 * 0.06,
               gate = 2 * (0.25 * 0.1 + 0.75 * 0.3);
  EXPECT_NEAR(energy.internal, flop + inverter + gate, 1e-9);
  EXPECT_EQ(energy.leakage_nw, 5 + 7 + 11);
}

}  // namespace
}  // namespace tetralog
