// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The SystemC module of the core behind the Core interface, in a simulation of its own.
//
// SystemC has one simulation at a time: all SystemcCores of a process must be made, used and
// destroyed by one thread. They may take turns.

#pragma once

#include <memory>
#include <string>

#include "sim/core.h"

namespace tetralog {

class SystemcCore : public Core {
 public:
  // std::invalid_argument for a shape that the RTL refuses.
  explicit SystemcCore(const MachineShape& shape);
  ~SystemcCore() override;

  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return shape_; }
  void Reset() override;
  void Cycle(const CoreInputs& in, CoreOutputs& out) override;
  void Trace(const std::string& path) override;  // throws: no waveform

 private:
  class Simulation;

  const std::string level_ = "cycle";
  MachineShape shape_;
  std::unique_ptr<Simulation> simulation_;
};

}  // namespace tetralog
