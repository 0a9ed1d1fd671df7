// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/energy.h"

namespace tetralog {
namespace {

size_t Index(int i) { return static_cast<size_t>(i); }

int NetOfPin(const Instance& instance, const std::string& pin) {
  for (size_t p = 0; p < instance.nets.size(); ++p)
    if (instance.cell->pins[p].name == pin) return instance.nets[p];
  return Netlist::kNoNet;
}

// A related pin may be named several times, for states of other inputs, of which the mean counts; a
// list of pins is the first of them.
struct Arcs {
  double rise = 0, fall = 0;
  int count = 0;
};

double InternalEnergy(const Instance& instance, const LibertyPin& pin, int net, const Annotation& a,
                      const Edges& edges) {
  std::map<std::string, Arcs> arcs;
  for (const LibertyPower& power : pin.power) {
    const std::string related = power.related.substr(0, power.related.find(' '));
    const int from = related.empty() ? net : NetOfPin(instance, related);
    const double slew = from == Netlist::kNoNet ? 0 : a.slew[Index(from)];
    const double load = pin.output ? a.load(net) : 0;
    Arcs& arc = arcs[related];
    arc.rise += power.rise.At(load, slew);
    arc.fall += power.fall.At(load, slew);
    ++arc.count;
  }
  double rise = 0, fall = 0, weights = 0, plain_rise = 0, plain_fall = 0;
  for (const auto& [related, arc] : arcs) {
    const int from = related.empty() ? net : NetOfPin(instance, related);
    const double weight = from == Netlist::kNoNet ? 0 : static_cast<double>(edges.of(from));
    weights += weight;
    rise += weight * arc.rise / arc.count;
    fall += weight * arc.fall / arc.count;
    plain_rise += arc.rise / arc.count / static_cast<double>(arcs.size());
    plain_fall += arc.fall / arc.count / static_cast<double>(arcs.size());
  }
  if (weights > 0) {
    rise /= weights;
    fall /= weights;
  } else {
    rise = plain_rise;
    fall = plain_fall;
  }
  return static_cast<double>(edges.rises[Index(net)]) * rise +
         static_cast<double>(edges.falls[Index(net)]) * fall;
}

}  // namespace

Energy& Energy::operator+=(const Energy& other) {
  clock += other.clock;
  internal += other.internal;
  pins += other.pins;
  wires += other.wires;
  leakage_nw += other.leakage_nw;
  return *this;
}

std::vector<bool> DrivenNets(const Netlist& netlist) {
  std::vector<bool> driven(Index(netlist.nets), false);
  for (const Instance& instance : netlist.instances)
    for (size_t p = 0; p < instance.nets.size(); ++p)
      if (instance.cell->pins[p].output && instance.nets[p] != Netlist::kNoNet)
        driven[Index(instance.nets[p])] = true;
  return driven;
}

Energy EnergyOf(const Netlist& netlist, const Annotation& a, double voltage, const Edges& edges,
                size_t i, const std::vector<bool>& driven) {
  const Instance& instance = netlist.instances[i];
  const double half_square = 0.5 * voltage * voltage;
  Energy energy;
  energy.leakage_nw = instance.cell->leakage;
  for (size_t p = 0; p < instance.nets.size(); ++p) {
    const LibertyPin& pin = instance.cell->pins[p];
    const int net = instance.nets[p];
    if (net == Netlist::kNoNet) continue;
    const double internal = InternalEnergy(instance, pin, net, a, edges);
    const double each = half_square * static_cast<double>(edges.of(net));
    double pins = 0, wires = 0;
    if (pin.output) {
      pins = each * a.pin_load[Index(net)];
      wires = each * a.wire_load[Index(net)];
    } else if (!driven[Index(net)] && a.pin_load[Index(net)] > 0) {
      pins = each * pin.capacitance;
      wires = each * a.wire_load[Index(net)] * pin.capacitance / a.pin_load[Index(net)];
    }
    if (a.clock[Index(net)]) {
      energy.clock += pins + wires;
      (pin.output ? energy.internal : energy.clock) += internal;
    } else {
      energy.pins += pins;
      energy.wires += wires;
      energy.internal += internal;
    }
  }
  return energy;
}

std::map<std::string, Energy> EnergyByUnit(const Netlist& netlist, const Annotation& annotation,
                                           double voltage, const Edges& edges) {
  const std::vector<bool> driven = DrivenNets(netlist);
  std::map<std::string, Energy> units;
  for (size_t i = 0; i < netlist.instances.size(); ++i)
    units[netlist.units[Index(netlist.instances[i].unit)]] +=
        EnergyOf(netlist, annotation, voltage, edges, i, driven);
  return units;
}

}  // namespace tetralog
