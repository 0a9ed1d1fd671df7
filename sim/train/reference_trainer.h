// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// reference::Trainer behind the Trainer interface: the machine "reference", and training in FP32.
// Its state has the names of the chain trainer's, so either goes on where the other stopped.

#pragma once

#include <memory>

#include "sim/reference/trainer.h"
#include "sim/train/trainer.h"

namespace tetralog::train {

// `train` gives the scale of the input pixels. Throws std::invalid_argument for an unknown network.
std::unique_ptr<Trainer> MakeReferenceTrainer(const reference::TrainerOptions& options,
                                              const reference::Images& train);

}  // namespace tetralog::train
