// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Simulates a netlist 64 times at once, one bit of a word for each, and counts the rising and
// falling edges of every net.
//
// A phase is what follows a change of inputs until nothing moves. Flip-flops take what their data
// inputs held before the phase, so clocks are ideal, gated ones too. Without delays cells settle in
// the order of their levels: every net changes at most once in a phase, and there are no glitches.
// With delays every change takes the delay of its arc, in steps of kStep, and a pulse shorter than
// the delay of a cell does not pass it.

#pragma once

#include <cstdint>
#include <vector>

#include "synth/power/annotate.h"
#include "synth/power/expression.h"
#include "synth/power/netlist.h"

namespace tetralog {

class GateSim {
 public:
  static constexpr double kStep = 0.01;  // ns

  // Flip-flops and latches start with random values. Both arguments must outlive the object.
  GateSim(const Netlist& netlist, uint64_t seed);

  // From now on with the delays of the annotation, or without for nullptr.
  void UseDelays(const Annotation* annotation);

  void Set(int net, uint64_t word) { Commit(net, word); }
  uint64_t Get(int net) const { return value_[static_cast<size_t>(net)]; }
  void Settle();

  // Only edges in these copies are counted.
  void Count(uint64_t copies) { counted_ = copies; }
  uint64_t rises(int net) const { return rises_[static_cast<size_t>(net)]; }
  uint64_t falls(int net) const { return falls_[static_cast<size_t>(net)]; }

 private:
  struct Output {
    int net;
    int pin;
    Expression function;
    uint64_t latest = 0;  // with delays: what the inputs ask for
  };
  struct Gate {
    const std::vector<int>* nets;   // of its pins
    size_t first = 0, outputs = 0;  // in outputs_
    bool sequential = false, edge = false;
    Expression clock, data, clear, preset;
    uint64_t state = 0;
    int level = 0;
  };
  struct Event {
    size_t output;
    uint64_t value;
  };

  void Commit(int net, uint64_t word);
  void Mark(int gate);
  uint64_t Before(int net) const {
    const size_t n = static_cast<size_t>(net);
    return stamp_[n] == phase_ ? before_[n] : value_[n];
  }
  void UpdateState(Gate& gate);
  uint64_t ValueOf(const Gate& gate, const Output& output) const;
  void SettleByLevel();
  void SettleInTime();

  const Netlist& netlist_;
  std::vector<Gate> gates_;
  std::vector<Output> outputs_;
  std::vector<int> fanout_begin_, fanout_;  // gates, by net
  std::vector<uint64_t> value_, before_, rises_, falls_;
  std::vector<uint64_t> stamp_;
  uint64_t phase_ = 1, counted_ = 0;
  std::vector<bool> dirty_;
  std::vector<std::vector<int>> by_level_;  // dirty gates
  const Annotation* annotation_ = nullptr;
  std::vector<int> dirty_gates_;
  std::vector<std::vector<Event>> wheel_;  // by time in steps
};

}  // namespace tetralog
