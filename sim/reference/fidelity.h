// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The fidelity table: accuracy of LUQ training against FP32 and against broken variants, on paired
// seeds.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/reference/dataset.h"
#include "sim/reference/trainer.h"

namespace tetralog::reference {

struct FidelityOptions {
  std::vector<std::string> networks = {"mlp", "lenet"};
  std::vector<Variant> variants{std::begin(kVariants), std::end(kVariants)};
  size_t epochs = 0;      // 0: 6 for mlp, 3 for lenet
  size_t batch = 0;       // 0: the network's own
  double rate = 0;        // learning rate of the first step; 0: the network's own
  bool hindsight = true;  // scales from earlier steps; otherwise from the current tensors
  uint32_t samples = 1;   // of each gradient (SMP)
  size_t seeds = 3;       // seeds 1..seeds
  bool quick = false;     // one epoch of one seed, checked against floors of its own
  std::string report;     // JSON file
  std::string revision;   // of the sources
};

// Prints progress and the table; returns false when a limit of the full table, or a floor of the
// quick one, is not reached.
bool run_fidelity(const FidelityOptions& options, const Dataset& dataset);

}  // namespace tetralog::reference
