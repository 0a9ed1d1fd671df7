// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The state of a chain of layers in training, and its names in Trainer::Save(). C++17.

#pragma once

#include <array>
#include <vector>

#include "sim/reference/network.h"
#include "sim/train/trainer.h"

namespace tetralog::train {

using Estimate = std::array<double, 2>;  // average; 1 when it has seen a value, else 0

struct ChainState {
  std::vector<reference::LayerParameters> parameters;  // by layer
  std::vector<Estimate> activation_clip;               // of the output, by layer
  std::vector<Estimate> gradient_max;                  // of the input's gradient, by layer
  Estimate loss_gradient_max{};
};

// <layer>.weight, .weight.velocity, .bias, .bias.velocity, .activation_clip, .gradient_max of all
// layers, then loss_gradient_max. With Adam .weight.square and .bias.square behind the velocities.
std::vector<NamedValues> SaveState(const std::vector<reference::Layer>& layers,
                                   const ChainState& state);
// Throws std::invalid_argument with one line when it is not a state of these layers.
ChainState LoadState(const std::vector<reference::Layer>& layers, bool adam,
                     const std::vector<NamedValues>& saved);

// <layer>.weight, .bias of all layers.
std::vector<NamedValues> SaveWeights(const std::vector<reference::Layer>& layers,
                                     const std::vector<reference::LayerParameters>& parameters);

}  // namespace tetralog::train
