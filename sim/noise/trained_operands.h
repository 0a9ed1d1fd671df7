// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The operands that noise is measured on: those of the step behind a short training.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/noise/operands.h"
#include "sim/reference/dataset.h"
#include "sim/train/recipe.h"

namespace tetralog::noise {

// The usual recipe of so many steps, complete for so many training images.
train::Recipe RecipeOf(const std::string& network, uint64_t steps, uint64_t seed, size_t images);

// Trains by the recipe on the functional machine and captures the step behind.
std::vector<LayerOperands> TrainedOperands(const train::Recipe& recipe,
                                           const reference::Dataset& dataset);

}  // namespace tetralog::noise
