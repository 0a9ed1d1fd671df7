// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The netlist of tetralog_engine as 64 engines, one for each copy of a GateSim, which step
// together: each runs in a thread of its own with a driver of its own.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/engine.h"
#include "synth/power/gate_sim.h"

namespace tetralog {

class GateEngines {
 public:
  static constexpr int kCopies = 64;

  // All must outlive the object.
  GateEngines(const Netlist& netlist, GateSim& sim, const EngineShape& shape);

  // Resets all engines, then runs work(engine, copy) for the first `copies` of them, each in a
  // thread of its own; an engine's edges and cycles count from its first cycle until its work
  // returns. Throws what the work throws.
  void Run(int copies, const std::function<void(Engine&, int)>& work);

  uint64_t cycles() const { return cycles_; }  // counted, of all engines
  uint64_t beats() const { return beats_; }    // of operands, of all engines

 private:
  class Copy;
  void Step();
  void Clock();

  const Netlist& netlist_;
  GateSim& sim_;
  EngineShape shape_;
  std::array<EngineInputs, kCopies> in_;
  std::array<EngineOutputs, kCopies> out_;
  uint64_t running_ = 0;
  uint64_t cycles_ = 0, beats_ = 0;
};

}  // namespace tetralog
