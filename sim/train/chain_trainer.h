// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// LUQ training of a chain of layers (MLP, LeNet) on a machine: the steps of reference::Trainer, bit
// for bit, on a machine of any level.
//
// Between fully connected layers the tensors stay in the machine's memory. Up go the input, weights
// and biases, the loss gradient and what the host makes around convolutions; down come logits,
// weight gradients, the sums from which the next scales are taken, and around convolutions their
// outputs and input gradients. Everything that decides bits on the host is integer arithmetic or
// float64 in a fixed order. No tensor library. See docs/training_step.md.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/machine.h"
#include "sim/reference/dataset.h"
#include "sim/train/scales.h"
#include "sim/train/trainer.h"

namespace tetralog::train {

struct ChainOptions {
  std::string network = "mlp";  // or lenet
  uint64_t seed = 1;            // of the run
  bool hindsight = true;        // otherwise scales come from the current tensors
  ClipRule clip = ClipRule::kSawb;
  bool relu_on_sums =
      false;  // ReLU and pools act on sums, not on codes (reference::TrainerOptions)
  double momentum = 0.9;
  bool adam = false;  // otherwise gradient descent with momentum
  // Runs the steps that ask for FP32, on the state of this trainer: a ReferenceTrainer of the same
  // network. Null: such steps are refused.
  Trainer* fp32 = nullptr;
};

// The machine and `fp32` outlive the trainer; the machine is reset and its memory belongs to the
// trainer. `train` gives the scale of the input pixels. Throws std::invalid_argument for an unknown
// network, and in a step what the driver throws and std::invalid_argument for a memory too small.
std::unique_ptr<Trainer> MakeChainTrainer(const ChainOptions& options, Machine& machine,
                                          const reference::Images& train);

}  // namespace tetralog::train
