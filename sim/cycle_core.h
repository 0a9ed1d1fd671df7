// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of the core behind the Core interface.

#pragma once

#include <stdexcept>
#include <string>

#include "model/cycle/tetralog_core.h"
#include "sim/core.h"

namespace tetralog {

class CycleCore : public Core {
 public:
  // std::invalid_argument for a shape that the RTL refuses.
  explicit CycleCore(const MachineShape& shape) : core_(shape) {}

  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return core_.shape(); }
  void Reset() override { core_.Reset(); }
  void Cycle(const CoreInputs& in, CoreOutputs& out) override {
    core_.Outputs(out);
    core_.Clock(in);
  }
  void Trace(const std::string&) override {
    throw std::invalid_argument("the cycle model has no waveform; use the level rtl");
  }

 private:
  const std::string level_ = "cycle";
  cycle::TetralogCore core_;
};

}  // namespace tetralog
