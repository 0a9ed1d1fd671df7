// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What synth/timing.tcl makes of clock gates: what their latch holds has to reach the gate before
// the clock rises, half a cycle after the latch opens, whatever is said of other paths from a
// falling edge.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "synth/text_file.h"
#include "tests/scratch.h"

namespace tetralog {
namespace {

constexpr int kInverters = 40;

// Inverters from net "n0" on; the last one drives net "n40".
std::string Chain() {
  std::string text;
  for (int i = 0; i < kInverters; ++i)
    text += fmt::format(" wire n{1};\n INVX1 u{0} (.A(n{0}), .Y(n{1}));\n", i, i + 1);
  return text;
}

double ClockOf(const std::string& name, const std::string& cells) {
  const std::string base = testing::Scratch(name);
  WriteTextFile(base + ".v",
                fmt::format("module {} (input clk_i, input d, output q);\n wire n0;\n{}"
                            "endmodule\n",
                            name, cells));
  RunCommand("sh synth/timing.sh /usr/share/qflow/tech/osu018/osu018_stdcells.lib '" + base +
                 ".v' " + name + " '" + base + ".rpt' 2> '" + base + ".err'",
             "timing failed");
  const std::string text = ReadTextFile(base + ".rpt");
  return std::stod(text.substr(text.find("clock_ns") + 9));
}

TEST(Timing, WhatALatchHoldsReachesItsClockGateInHalfACycle) {
  const double whole =
      ClockOf("between_flops", " DFFPOSX1 a (.CLK(clk_i), .D(d), .Q(n0));\n" + Chain() +
                                   " DFFPOSX1 b (.CLK(clk_i), .D(n40), .Q(q));\n");
  const double half = ClockOf("latch_to_gate",
                              " wire low, gated;\n INVX1 i (.A(clk_i), .Y(low));\n"
                              " LATCH a (.CLK(low), .D(d), .Q(n0));\n" +
                                  Chain() + " AND2X2 g (.A(clk_i), .B(n40), .Y(gated));\n" +
                                  " DFFPOSX1 b (.CLK(gated), .D(d), .Q(q));\n");
  EXPECT_GT(half, 1.7 * whole);
  EXPECT_LT(half, 2.3 * whole);
}

}  // namespace
}  // namespace tetralog
