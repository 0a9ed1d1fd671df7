// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/gate_sim.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>

namespace tetralog {
namespace {

constexpr size_t kMaxSteps = 100'000;

size_t Index(int i) { return static_cast<size_t>(i); }

// A pin that is not connected reads 0.
uint64_t WordOf(const std::vector<uint64_t>& value, int net) {
  return net == Netlist::kNoNet ? 0 : value[Index(net)];
}

}  // namespace

GateSim::GateSim(const Netlist& netlist, uint64_t seed) : netlist_(netlist) {
  const size_t nets = Index(netlist.nets);
  value_.assign(nets, 0);
  before_.assign(nets, 0);
  rises_.assign(nets, 0);
  falls_.assign(nets, 0);
  stamp_.assign(nets, 0);
  value_[Netlist::kOne] = ~uint64_t{0};
  const std::vector<int> levels = Levels(netlist);
  std::mt19937_64 random(seed);
  std::vector<std::vector<int>> sinks(nets);
  for (size_t i = 0; i < netlist.instances.size(); ++i) {
    const Instance& instance = netlist.instances[i];
    const LibertyCell& cell = *instance.cell;
    Gate gate;
    gate.nets = &instance.nets;
    gate.level = levels[i];
    std::vector<std::string> names;
    for (const LibertyPin& pin : cell.pins) names.push_back(pin.name);
    gate.sequential = cell.kind != LibertyCell::Kind::kCombinational;
    gate.edge = cell.kind == LibertyCell::Kind::kFlop;
    if (gate.sequential) {
      const auto compile = [&](const std::string& text) {
        return text.empty() ? Expression() : Expression(text, names);
      };
      gate.clock = compile(cell.clock);
      gate.data = compile(cell.data);
      gate.clear = compile(cell.clear);
      gate.preset = compile(cell.preset);
      gate.state = random();
      names.push_back(cell.state);
      names.push_back(cell.state_n);
    }
    gate.first = outputs_.size();
    for (size_t p = 0; p < cell.pins.size(); ++p) {
      const int net = instance.nets[p];
      if (net == Netlist::kNoNet) continue;
      if (!cell.pins[p].output) {
        if (!IsImmediate(cell, cell.pins[p])) continue;
        if (sinks[Index(net)].empty() || sinks[Index(net)].back() != static_cast<int>(i))
          sinks[Index(net)].push_back(static_cast<int>(i));
      } else if (!cell.pins[p].function.empty()) {
        outputs_.push_back({net, static_cast<int>(p), Expression(cell.pins[p].function, names)});
      }
    }
    gate.outputs = outputs_.size() - gate.first;
    by_level_.resize(std::max(by_level_.size(), Index(gate.level) + 1));
    gates_.push_back(std::move(gate));
  }
  fanout_begin_.push_back(0);
  for (const std::vector<int>& gates : sinks) {
    fanout_.insert(fanout_.end(), gates.begin(), gates.end());
    fanout_begin_.push_back(static_cast<int>(fanout_.size()));
  }
  dirty_.assign(gates_.size(), false);
  for (size_t i = 0; i < gates_.size(); ++i) Mark(static_cast<int>(i));
  Settle();
}

void GateSim::UseDelays(const Annotation* annotation) {
  annotation_ = annotation;
  for (Output& output : outputs_) output.latest = value_[Index(output.net)];
}

void GateSim::Mark(int gate) {
  if (dirty_[Index(gate)]) return;
  dirty_[Index(gate)] = true;
  if (annotation_ != nullptr)
    dirty_gates_.push_back(gate);
  else
    by_level_[Index(gates_[Index(gate)].level)].push_back(gate);
}

void GateSim::Commit(int net, uint64_t word) {
  const size_t n = Index(net);
  const uint64_t old = value_[n], changed = old ^ word;
  if (changed == 0) return;
  if (stamp_[n] != phase_) {
    stamp_[n] = phase_;
    before_[n] = old;
  }
  value_[n] = word;
  rises_[n] += static_cast<uint64_t>(std::popcount(changed & word & counted_));
  falls_[n] += static_cast<uint64_t>(std::popcount(changed & old & counted_));
  for (int i = fanout_begin_[n]; i < fanout_begin_[n + 1]; ++i) Mark(fanout_[Index(i)]);
}

void GateSim::UpdateState(Gate& gate) {
  const auto now = [&](int pin) { return WordOf(value_, (*gate.nets)[Index(pin)]); };
  const auto before = [&](int pin) {
    const int net = (*gate.nets)[Index(pin)];
    return net == Netlist::kNoNet ? 0 : Before(net);
  };
  if (gate.edge) {
    const uint64_t rising = ~gate.clock.Evaluate(before) & gate.clock.Evaluate(now);
    if (rising != 0) gate.state = (gate.state & ~rising) | (gate.data.Evaluate(before) & rising);
  } else {
    const uint64_t open = gate.clock.Evaluate(now);
    gate.state = (gate.state & ~open) | (gate.data.Evaluate(now) & open);
  }
  if (!gate.preset.empty()) gate.state |= gate.preset.Evaluate(now);
  if (!gate.clear.empty()) gate.state &= ~gate.clear.Evaluate(now);
}

uint64_t GateSim::ValueOf(const Gate& gate, const Output& output) const {
  const int pins = static_cast<int>(gate.nets->size());
  return output.function.Evaluate([&](int variable) {
    if (variable < pins) return WordOf(value_, (*gate.nets)[Index(variable)]);
    return variable == pins ? gate.state : ~gate.state;
  });
}

void GateSim::SettleByLevel() {
  // What a gate changes is on a higher level.
  for (std::vector<int>& level : by_level_) {
    for (const int g : level) {
      Gate& gate = gates_[Index(g)];
      dirty_[Index(g)] = false;
      if (gate.sequential) UpdateState(gate);
      for (size_t o = gate.first; o < gate.first + gate.outputs; ++o)
        Commit(outputs_[o].net, ValueOf(gate, outputs_[o]));
    }
    level.clear();
  }
}

void GateSim::SettleInTime() {
  for (size_t time = 0; time <= wheel_.size(); ++time) {
    if (time > kMaxSteps) throw std::runtime_error("the netlist oscillates");
    if (time < wheel_.size()) {
      // Copies in which the inputs ask for something else by now see no pulse.
      for (size_t i = 0; i < wheel_[time].size(); ++i) {
        const auto [o, word] = wheel_[time][i];
        Output& output = outputs_[o];
        const uint64_t old = value_[Index(output.net)], stays = word ^ output.latest;
        Commit(output.net, (old & stays) | (word & ~stays));
      }
      wheel_[time].clear();
    }
    std::vector<int> gates;
    gates.swap(dirty_gates_);
    for (const int g : gates) {
      Gate& gate = gates_[Index(g)];
      dirty_[Index(g)] = false;
      if (gate.sequential) UpdateState(gate);
      for (size_t o = gate.first; o < gate.first + gate.outputs; ++o) {
        Output& output = outputs_[o];
        const uint64_t word = ValueOf(gate, output);
        if (word == output.latest) continue;
        output.latest = word;
        // Of the arcs from inputs that changed in this phase, the fastest.
        const std::vector<double>& delay = annotation_->delay[Index(g)];
        double least = 1e9;
        for (size_t p = 0; p < gate.nets->size(); ++p) {
          const double d = delay[Index(output.pin) * gate.nets->size() + p];
          const int net = (*gate.nets)[p];
          if (d > 0 && net != Netlist::kNoNet && stamp_[Index(net)] == phase_)
            least = std::min(least, d);
        }
        const double steps = std::max(1.0, std::round((least > 1e8 ? kStep : least) / kStep));
        const size_t at = time + static_cast<size_t>(steps);
        if (at >= wheel_.size()) wheel_.resize(at + 1);
        wheel_[at].push_back({o, word});
      }
    }
  }
  wheel_.clear();
}

void GateSim::Settle() {
  if (annotation_ != nullptr)
    SettleInTime();
  else
    SettleByLevel();
  ++phase_;
}

}  // namespace tetralog
