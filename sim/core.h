// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A clocked core, seen from its pins, so that one machine serves every shape and level.

#pragma once

#include <string>

#include "model/core_pins.h"
#include "model/machine_shape.h"

namespace tetralog {

class Core {
 public:
  virtual ~Core() = default;
  virtual const std::string& level() const = 0;  // "rtl", "cycle", "gates"
  virtual const MachineShape& shape() const = 0;

  // One clock cycle: drives the inputs, samples the outputs before the rising edge, then clocks.
  virtual void Cycle(const CoreInputs& in, CoreOutputs& out) = 0;

  // Holds the reset for a few cycles.
  virtual void Reset() = 0;

  // Writes a waveform (FST) from now on; an empty path ends it. Cores without signals throw
  // std::invalid_argument; std::runtime_error for a path that cannot be written, and at the end for
  // a waveform that is not whole.
  virtual void Trace(const std::string& path) = 0;
};

}  // namespace tetralog
