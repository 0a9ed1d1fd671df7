// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two trainers of the same network on two machines: every n-th step runs on both from the same
// state, and loss, classes and the whole state after it must be the same bits.
//
// Nothing that a machine computes in a step escapes: weight and bias gradients are in the
// velocities, statistics in the hindsight averages, logits in the loss, and every other tensor is
// an operand of these.

#pragma once

#include <cstdint>
#include <memory>

#include "sim/train/trainer.h"

namespace tetralog::train {

class CheckingTrainer : public Trainer {
 public:
  // Steps that ran on both, and were equal.
  virtual uint64_t checked() const = 0;
};

// Steps 0, n, 2n, ... run on `check` too. Step() throws std::runtime_error with one line that names
// the step and the first value that differs.
std::unique_ptr<CheckingTrainer> MakeCheckingTrainer(std::unique_ptr<Trainer> trainer,
                                                     std::unique_ptr<Trainer> check,
                                                     uint64_t every);

}  // namespace tetralog::train
