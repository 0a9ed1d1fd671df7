// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Energy of a circuit by hand, and of single cells beside OpenSTA.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

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

// ------------------------------------------------------------------- OpenSTA

constexpr const char* kOsu018 = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
constexpr double kActivity = 0.5;  // edges a cycle of every net but the clock
constexpr double kPeriod = 1e-8;   // s

// A few cells between flip-flops, as text for OpenSTA.
constexpr const char* kCells = R"v(
module top(input clk, input d, input e, output y, output y2);
  wire q, q2, n, s, c, x, z;
  DFFPOSX1 r (.CLK(clk), .D(d), .Q(q));
  DFFPOSX1 r2 (.CLK(clk), .D(e), .Q(q2));
  NAND2X1 nd (.A(q), .B(q2), .Y(n));
  FAX1 full (.A(n), .B(q), .C(q2), .YC(c), .YS(s));
  XOR2X1 xr (.A(c), .B(q), .Y(x));
  INVX1 inv (.A(x), .Y(z));
  DFFPOSX1 r3 (.CLK(clk), .D(s), .Q(y));
  DFFPOSX1 r4 (.CLK(clk), .D(z), .Q(y2));
endmodule
)v";

struct StaPower {
  double internal = 0, switching = 0;  // pJ a cycle
};

std::map<std::string, StaPower> RunOpenSta() {
  const std::string verilog = testing::WriteText("cells.v", kCells);
  const std::string script = testing::WriteText(
      "cells.tcl", std::string("read_liberty ") + kOsu018 + "\nread_verilog " + verilog + R"t(
link_design top
create_clock -name clk -period 10 [get_ports clk]
set_input_transition 0.06 [get_ports {d e}]
set_power_activity -global -activity 0.5 -duty 0.5
foreach i {r nd full xr inv r3} {
  puts "power $i [sta::instance_power [get_cell $i] [sta::cmd_corner]]"
})t");
  FILE* pipe = popen(("sta -exit " + script + " 2>/dev/null").c_str(), "r");
  std::map<std::string, StaPower> powers;
  if (pipe == nullptr) return powers;
  for (char line[512]; fgets(line, sizeof line, pipe) != nullptr;) {
    char name[32];
    double internal = 0, switching = 0;
    if (std::sscanf(line, "power %31s %lf %lf", name, &internal, &switching) == 3)
      powers[name] = {internal * kPeriod * 1e12, switching * kPeriod * 1e12};
  }
  pclose(pipe);
  return powers;
}

int Inputs(const LibertyCell& cell) {
  int inputs = 0;
  for (const LibertyPin& pin : cell.pins) inputs += pin.output ? 0 : 1;
  return inputs;
}

// The same cells, nets in the order of the text. OpenSTA counts the internal energy of outputs and
// of clock pins twice, that of data pins once; an ideal clock has no transition time there.
TEST(PowerEnergy, AgreesWithOpenStaWhichCountsInternalEnergyTwice) {
  ASSERT_EQ(std::system("command -v sta > /dev/null"), 0) << "no OpenSTA: make deps installs it";
  ASSERT_TRUE(std::ifstream(kOsu018)) << "no OSU018 library: make deps installs it";
  const Liberty library = ReadLiberty(kOsu018);
  const std::string json = testing::Scratch("cells.json");
  ASSERT_EQ(
      std::system(("yosys -q -p 'read_liberty -lib -ignore_miss_func " + std::string(kOsu018) +
                   "; read_verilog " + testing::WriteText("cells.v", kCells) +
                   "; hierarchy -top top; write_json " + json + "' > /dev/null 2>&1")
                      .c_str()),
      0);
  const Netlist netlist = ReadNetlist(json, "top", library);
  const Annotation slow = Annotate(netlist, {.wire_pf = 0, .input_slew = 0.06});
  const Annotation ideal = Annotate(netlist, {.wire_pf = 0, .input_slew = 0});
  const std::vector<bool> driven = DrivenNets(netlist);
  const std::map<std::string, StaPower> powers = RunOpenSta();
  ASSERT_EQ(powers.size(), 6U) << "ran no power";

  constexpr uint64_t kCycles = 1000;
  const int clk = netlist.Input("clk")[0];
  const size_t nets = static_cast<size_t>(netlist.nets);
  const uint64_t half = static_cast<uint64_t>(kActivity * kCycles / 2);
  Edges data{std::vector<uint64_t>(nets, half), std::vector<uint64_t>(nets, half)};
  Edges clock{std::vector<uint64_t>(nets, 0), std::vector<uint64_t>(nets, 0)};
  for (auto* counts : {&data.rises, &data.falls}) (*counts)[static_cast<size_t>(clk)] = 0;
  for (auto* counts : {&clock.rises, &clock.falls}) (*counts)[static_cast<size_t>(clk)] = kCycles;
  for (const auto& [name, sta] : powers) {
    size_t i = 0;
    while (netlist.instances.at(i).name != name) ++i;
    const Instance& instance = netlist.instances[i];
    const bool flop = instance.cell->kind == LibertyCell::Kind::kFlop;
    const Energy moved = EnergyOf(netlist, flop ? ideal : slow, library.voltage, data, i, driven);
    const double internal = moved.internal / kCycles, pins = moved.pins / kCycles;
    if (!flop) {
      // OpenSTA takes half of the energy of every arc, however many there are.
      const double arcs = std::max(1.0, static_cast<double>(Inputs(*instance.cell)) / 2);
      EXPECT_NEAR(sta.internal / 2, arcs * internal, 0.06 * internal) << name;
      EXPECT_NEAR(sta.switching, pins, 0.05 * pins) << name;
      continue;
    }
    // Edges of the data pin alone, and of the clock alone.
    Edges input{std::vector<uint64_t>(nets, 0), std::vector<uint64_t>(nets, 0)};
    for (auto* counts : {&input.rises, &input.falls})
      (*counts)[static_cast<size_t>(instance.nets[1])] = half;
    const double d = EnergyOf(netlist, slow, library.voltage, input, i, driven).internal / kCycles;
    const double q =
        internal - EnergyOf(netlist, ideal, library.voltage, input, i, driven).internal / kCycles;
    const double loads = 0.5 * library.voltage * library.voltage * 2 *
                         instance.cell->pins[0].capacitance;  // of the clock pin, a cycle
    const double passive =
        EnergyOf(netlist, ideal, library.voltage, clock, i, driven).clock / kCycles - loads;
    EXPECT_NEAR(sta.internal, 2 * passive + 2 * q + d, 0.03 * sta.internal) << name;
  }
}

}  // namespace
}  // namespace tetralog
