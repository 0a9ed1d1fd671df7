// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Loads, transitions and delays of a netlist, from the tables of its library and a wire load that
// is the same for every pin that a net drives. There is no clock tree: clocks are ideal.

#pragma once

#include <vector>

#include "synth/power/netlist.h"

namespace tetralog {

struct LoadModel {
  double wire_pf = 0;        // wire capacitance for each pin that a net drives
  double input_slew = 0.06;  // ns, of inputs of the top and of clocks
};

struct Annotation {
  // By net.
  std::vector<double> pin_load, wire_load;  // pF
  std::vector<double> slew;                 // ns, the slowest arc's, mean of rise and fall
  std::vector<bool> clock;                  // a pin that clocks flip-flops or latches is on it
  // By instance and then pin of its cell: delays of the arcs from input to output, ns.
  std::vector<std::vector<double>> delay;  // [instance][output pin * pins + input pin]

  double load(int net) const {
    return pin_load[static_cast<size_t>(net)] + wire_load[static_cast<size_t>(net)];
  }
};

Annotation Annotate(const Netlist& netlist, const LoadModel& model);

// Whether a pin of the cell is its clock or enable.
bool IsClockPin(const LibertyCell& cell, const LibertyPin& pin);

// Whether a change of this input can change outputs at once: not that of a flip-flop's data.
bool IsImmediate(const LibertyCell& cell, const LibertyPin& pin);

// Order in which the cells settle: those of level 0 depend on inputs of the top only; a flip-flop
// depends on its clock and its asynchronous inputs. Throws std::runtime_error when there is a loop.
std::vector<int> Levels(const Netlist& netlist);

}  // namespace tetralog
