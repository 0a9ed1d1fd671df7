// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Netlists of Yosys: hierarchy, units, and ports that are constants or other ports.

#include <gtest/gtest.h>

#include "tests/power_testing.h"

namespace tetralog {
namespace {

// Two units of an inverter, the second behind the first; the unit also hands its input on and
// drives a constant, which the top inverts.
constexpr const char* kTwoUnits = R"({"modules": {
  "$paramod\\unit\\N=1": {"ports": {
      "a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [3]},
      "same": {"direction": "output", "bits": [2]}, "one": {"direction": "output", "bits": ["1"]}},
    "cells": {"g": {"type": "INV", "connections": {"A": [2], "Y": [3]}}}},
  "top": {"ports": {
      "a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [3, 4, 6]}},
    "cells": {
      "u0": {"type": "$paramod\\unit\\N=1",
             "connections": {"a": [2], "y": [5], "same": [4], "one": [7]}},
      "u1": {"type": "$paramod\\unit\\N=1",
             "connections": {"a": [5], "y": [3], "same": [], "one": []}},
      "g": {"type": "INV", "connections": {"A": [7], "Y": [6]}}}}}})";

TEST(PowerNetlist, UnitsAreFlattenedAndKeepTheirName) {
  const Liberty library = testing::TinyLibrary();
  const Netlist netlist = ReadNetlist(testing::WriteText("two.json", kTwoUnits), "top", library);
  EXPECT_EQ(netlist.units, (std::vector<std::string>{"top", "unit"}));
  EXPECT_EQ(netlist.unit_counts.at("unit"), 2);
  ASSERT_EQ(netlist.instances.size(), 3U);
  GateSim sim(netlist, 1);
  const std::vector<int>& y = netlist.Output("y");
  for (const uint64_t a : {0x12345ULL, 0xff00ff00ff00ff00ULL}) {
    sim.Set(netlist.Input("a")[0], a);
    sim.Settle();
    EXPECT_EQ(sim.Get(y[0]), a) << "twice inverted";
    EXPECT_EQ(sim.Get(y[1]), a) << "handed on";
    EXPECT_EQ(sim.Get(y[2]), 0U) << "inverted constant";
  }
  EXPECT_EQ(y[1], netlist.Input("a")[0]);
}

TEST(PowerNetlist, AMissingCellPortOrFileIsNamed) {
  const Liberty library = testing::TinyLibrary();
  const std::string path = testing::WriteText(
      "odd.json", R"({"modules": {"top": {"ports": {}, "cells": {"g": {"type": "NOR9",
                     "connections": {}}}}}})");
  try {
    ReadNetlist(path, "top", library);
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "g of top is a NOR9, which tiny does not have");
  }
  EXPECT_THROW(ReadNetlist(path, "other", library), std::runtime_error);
  EXPECT_THROW(ReadNetlist("/nowhere/x.json", "top", library), std::runtime_error);
  EXPECT_THROW(ReadNetlist(testing::WriteText("no.json", "{"), "top", library), std::runtime_error);
  EXPECT_THROW(Netlist().Input("a"), std::runtime_error);
}

TEST(PowerNetlist, SourceModuleOfYosysNames) {
  EXPECT_EQ(SourceModule("top"), "top");
  EXPECT_EQ(SourceModule("$paramod\\pe_group\\Dot=32'0100"), "pe_group");
  EXPECT_EQ(SourceModule("$paramod$0123456789abcdef\\row_bias"), "row_bias");
}

}  // namespace
}  // namespace tetralog
