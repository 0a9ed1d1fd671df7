// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One training step of a multilayer perceptron on a machine, in two submissions: the forward
// commands, then, when the host has made the loss gradient, the backward commands.
//
// A recorded step gives weights, biases, input, scales and seeds, and it is the truth: every tensor
// that the machine writes and every command's statistics are compared with it. Only the input, the
// weights, the biases and a row of ones are uploaded, and between the submissions the loss
// gradient; the machine reads every other tensor where it has written it. See
// docs/training_step.md.
//
// The bias gradients are no part of a recorded step; their truth is the plain sum of the recorded
// codes of dY.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/counters.h"
#include "sim/driver.h"
#include "sim/trace_file.h"

namespace tetralog {

// One product of the step. What it writes: forward Y, input_gradient dX (dY of the layer before),
// weight_gradient dW, bias_gradient db.
struct StepCommand {
  std::string layer;      // "fc1", ...
  std::string kind;       // as in the trace; "bias_gradient"
  uint64_t commands = 1;  // in the ring: more where K is split
  uint64_t products = 0;  // multiply-accumulates, m * n * k * a_samples
  // Its cycles run from its fetch to its last write, so those of commands that overlap do not add
  // up; 0 on a machine without time.
  CommandResult result;
};

struct MlpStepReport {
  std::vector<StepCommand> commands;  // as submitted: forward, then backward
  uint32_t forward_commands = 0;      // the first of them, the first submission
  // What the core counted during a submission, by place behind REG_COUNTERS; kCounterBusy is its
  // time, from doorbell to the last completion.
  Counters forward{}, backward{};
  double loss = 0;
  uint32_t correct = 0;
  uint64_t compared = 0;                 // elements and statistics
  std::vector<std::string> differences;  // the first of each tensor and of each command's
                                         // statistics, in the order of execution; empty: none
};

// Runs step `step` of the trace; the driver's arena must have room. labels: of the batch. Throws
// std::invalid_argument with one line where trace and labels do not hold a step of an MLP, and what
// the driver throws.
MlpStepReport RunMlpStep(Driver& driver, const Trace& trace, uint32_t step,
                         std::span<const uint8_t> labels);

}  // namespace tetralog
