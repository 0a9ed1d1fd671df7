// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/annotate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <stdexcept>

namespace tetralog {
namespace {

// Whether an expression names the pin.
bool Names(const std::string& expression, const std::string& pin) {
  const auto word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '[' || c == ']';
  };
  for (size_t at = expression.find(pin); at != std::string::npos;
       at = expression.find(pin, at + 1)) {
    const size_t end = at + pin.size();
    if ((at == 0 || !word(expression[at - 1])) &&
        (end == expression.size() || !word(expression[end])))
      return true;
  }
  return false;
}

size_t Index(int i) { return static_cast<size_t>(i); }

}  // namespace

bool IsClockPin(const LibertyCell& cell, const LibertyPin& pin) {
  return cell.kind != LibertyCell::Kind::kCombinational && !pin.output &&
         Names(cell.clock, pin.name);
}

bool IsImmediate(const LibertyCell& cell, const LibertyPin& pin) {
  if (pin.output) return false;
  if (cell.kind != LibertyCell::Kind::kFlop) return true;
  return Names(cell.clock, pin.name) || Names(cell.clear, pin.name) || Names(cell.preset, pin.name);
}

std::vector<int> Levels(const Netlist& netlist) {
  const size_t count = netlist.instances.size();
  std::vector<std::vector<int>> sinks(Index(netlist.nets));  // instances
  std::vector<int> waits(count, 0), level(count, 0);
  std::vector<bool> driven(Index(netlist.nets), false);
  for (const Instance& instance : netlist.instances)
    for (size_t p = 0; p < instance.nets.size(); ++p)
      if (instance.cell->pins[p].output && instance.nets[p] != Netlist::kNoNet)
        driven[Index(instance.nets[p])] = true;
  for (size_t i = 0; i < count; ++i) {
    const Instance& instance = netlist.instances[i];
    for (size_t p = 0; p < instance.nets.size(); ++p) {
      const int net = instance.nets[p];
      if (net == Netlist::kNoNet || !IsImmediate(*instance.cell, instance.cell->pins[p])) continue;
      if (!driven[Index(net)]) continue;
      sinks[Index(net)].push_back(static_cast<int>(i));
      ++waits[i];
    }
  }
  std::vector<int> ready;
  for (size_t i = 0; i < count; ++i)
    if (waits[i] == 0) ready.push_back(static_cast<int>(i));
  size_t done = 0;
  while (done < ready.size()) {
    const Instance& instance = netlist.instances[Index(ready[done])];
    const int next = level[Index(ready[done])] + 1;
    ++done;
    for (size_t p = 0; p < instance.nets.size(); ++p) {
      if (!instance.cell->pins[p].output || instance.nets[p] == Netlist::kNoNet) continue;
      for (const int sink : sinks[Index(instance.nets[p])]) {
        level[Index(sink)] = std::max(level[Index(sink)], next);
        if (--waits[Index(sink)] == 0) ready.push_back(sink);
      }
    }
  }
  if (done < count) {
    const auto stuck = std::find_if(waits.begin(), waits.end(), [](int w) { return w > 0; });
    throw std::runtime_error(
        fmt::format("the netlist has a combinational loop through {}",
                    netlist.instances[static_cast<size_t>(stuck - waits.begin())].name));
  }
  return level;
}

Annotation Annotate(const Netlist& netlist, const LoadModel& model) {
  Annotation a;
  const size_t nets = Index(netlist.nets), count = netlist.instances.size();
  a.pin_load.assign(nets, 0);
  a.wire_load.assign(nets, 0);
  a.slew.assign(nets, model.input_slew);
  a.clock.assign(nets, false);
  a.delay.resize(count);
  for (const Instance& instance : netlist.instances) {
    for (size_t p = 0; p < instance.nets.size(); ++p) {
      const LibertyPin& pin = instance.cell->pins[p];
      const int net = instance.nets[p];
      if (pin.output || net == Netlist::kNoNet) continue;
      a.pin_load[Index(net)] += pin.capacitance;
      a.wire_load[Index(net)] += model.wire_pf;
      if (IsClockPin(*instance.cell, pin)) a.clock[Index(net)] = true;
    }
  }
  for (const auto& [name, bits] : netlist.outputs)
    for (const int net : bits) a.wire_load[Index(net)] += model.wire_pf;

  const std::vector<int> level = Levels(netlist);
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int x, int y) { return level[Index(x)] < level[Index(y)]; });
  for (const int i : order) {
    const Instance& instance = netlist.instances[Index(i)];
    const size_t pins = instance.nets.size();
    std::vector<double>& delay = a.delay[Index(i)];
    delay.assign(pins * pins, 0);
    for (size_t out = 0; out < pins; ++out) {
      const LibertyPin& pin = instance.cell->pins[out];
      if (!pin.output || instance.nets[out] == Netlist::kNoNet) continue;
      const double load = a.load(instance.nets[out]);
      double slew = 0;
      for (const LibertyTiming& arc : pin.timing) {
        for (size_t in = 0; in < pins; ++in) {
          const int net = instance.nets[in];
          if (instance.cell->pins[in].name != arc.related || net == Netlist::kNoNet) continue;
          const double from = a.clock[Index(net)] ? model.input_slew : a.slew[Index(net)];
          const double rise = arc.slew_rise.At(load, from), fall = arc.slew_fall.At(load, from);
          slew = std::max(slew, (rise + fall) / 2);
          delay[out * pins + in] =
              std::max(delay[out * pins + in],
                       (arc.delay_rise.At(load, from) + arc.delay_fall.At(load, from)) / 2);
        }
      }
      a.slew[Index(instance.nets[out])] =
          a.clock[Index(instance.nets[out])] ? model.input_slew : slew;
    }
  }
  return a;
}

}  // namespace tetralog
