// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of the accelerator core (rtl/tetralog_core.sv): its pins in every clock cycle.

#pragma once

#include <memory>

#include "model/core_pins.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class TetralogCore {
 public:
  // Throws std::invalid_argument for a shape that the RTL refuses. Without `data` the model is of
  // use for timing alone.
  explicit TetralogCore(const MachineShape& shape, bool data = true);
  ~TetralogCore();

  const MachineShape& shape() const { return shape_; }
  void Reset();
  // The pins before the rising edge, with these inputs. They depend on the state alone.
  void Outputs(const CoreInputs& in, CoreOutputs& out);
  // The rising edge, with these inputs; false: nothing happened.
  bool Clock(const CoreInputs& in);

 private:
  struct State;
  MachineShape shape_;
  std::unique_ptr<State> state_;
};

}  // namespace tetralog::cycle
