// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A library small enough for sums by hand, and circuits of its cells.

#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "synth/power/energy.h"
#include "synth/power/gate_sim.h"
#include "synth/power/liberty.h"
#include "synth/power/netlist.h"
#include "tests/scratch.h"

namespace tetralog::testing {

// 2 V. Delays: INV 0.1 ns, AND2 0.04 ns, DFF 0.2 ns.
inline constexpr const char* kTinyLibrary = R"lib(library(tiny) {
  time_unit : "1ns"; voltage_unit : "1V"; capacitive_load_unit(1, pf); leakage_power_unit : "1nW";
  nom_voltage : 2; slew_lower_threshold_pct_rise : 20; slew_upper_threshold_pct_rise : 80;
  default_max_transition : 10;
  cell(INV) { area : 1; cell_leakage_power : 5;
    pin(A) { direction : input; capacitance : 0.01; }
    pin(Y) { direction : output; function : "A'";
      timing() { related_pin : "A"; timing_sense : negative_unate;
        cell_rise(scalar) { values("0.1"); } cell_fall(scalar) { values("0.1"); }
        rise_transition(scalar) { values("0.1"); } fall_transition(scalar) { values("0.1"); } }
      internal_power() { related_pin : "A";
        rise_power(scalar) { values("0.02"); } fall_power(scalar) { values("0.06"); } } } }
  cell(AND2) { area : 2; cell_leakage_power : 7;
    pin(A) { direction : input; capacitance : 0.02; }
    pin(B) { direction : input; rise_capacitance : 0.03; fall_capacitance : 0.05; }
    pin(Y) { direction : output; function : "A B";
      timing() { related_pin : "A"; timing_sense : positive_unate;
        cell_rise(scalar) { values("0.04"); } cell_fall(scalar) { values("0.04"); }
        rise_transition(scalar) { values("0.1"); } fall_transition(scalar) { values("0.1"); } }
      timing() { related_pin : "B"; timing_sense : positive_unate;
        cell_rise(scalar) { values("0.04"); } cell_fall(scalar) { values("0.04"); }
        rise_transition(scalar) { values("0.1"); } fall_transition(scalar) { values("0.1"); } }
      internal_power() { related_pin : "A";
        rise_power(scalar) { values("0.1"); } fall_power(scalar) { values("0.1"); } }
      internal_power() { related_pin : "B";
        rise_power(scalar) { values("0.3"); } fall_power(scalar) { values("0.3"); } } } }
  cell(DFF) { area : 4; cell_leakage_power : 11;
    ff(IQ, IQN) { next_state : "D"; clocked_on : "CLK"; }
    pin(CLK) { direction : input; clock : true; capacitance : 0.04;
      internal_power() {
        rise_power(scalar) { values("0.5"); } fall_power(scalar) { values("0.25"); } } }
    pin(D) { direction : input; capacitance : 0.01;
      internal_power() {
        rise_power(scalar) { values("0.01"); } fall_power(scalar) { values("0.03"); } } }
    pin(Q) { direction : output; function : "IQ";
      timing() { related_pin : "CLK"; timing_type : rising_edge; timing_sense : non_unate;
        cell_rise(scalar) { values("0.2"); } cell_fall(scalar) { values("0.2"); }
        rise_transition(scalar) { values("0.1"); } fall_transition(scalar) { values("0.1"); } }
      internal_power() { related_pin : "CLK";
        rise_power(scalar) { values("0.2"); } fall_power(scalar) { values("0.1"); } } } }
})lib";

inline std::string WriteText(const std::string& name, const std::string& text) {
  const std::string path = Scratch(name);
  std::ofstream(path) << text;
  return path;
}

inline Liberty TinyLibrary() { return ReadLiberty(WriteText("tiny.lib", kTinyLibrary)); }

// Nets by number, from 2 on; pins in the order of the library.
class Circuit {
 public:
  explicit Circuit(const Liberty& library) : library_(library) { netlist.units = {"top"}; }
  int Net() { return netlist.nets++; }
  int Input(const std::string& name) {
    netlist.inputs[name] = {Net()};
    return netlist.nets - 1;
  }
  // Adds a cell, whose last pin is its output, and returns the net of it.
  int Add(const std::string& cell, std::vector<int> inputs) {
    const int out = Net();
    AddTo(cell, std::move(inputs), out);
    return out;
  }
  void AddTo(const std::string& cell, std::vector<int> nets, int out) {
    nets.push_back(out);
    netlist.instances.push_back({&library_.cells.at(cell), 0, cell, std::move(nets)});
  }

  Netlist netlist;

 private:
  const Liberty& library_;
};

inline Edges EdgesOf(const Netlist& netlist, const GateSim& sim) {
  Edges edges;
  for (int net = 0; net < netlist.nets; ++net) {
    edges.rises.push_back(sim.rises(net));
    edges.falls.push_back(sim.falls(net));
  }
  return edges;
}

}  // namespace tetralog::testing
