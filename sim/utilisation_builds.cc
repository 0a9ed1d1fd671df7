// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/utilisation_builds.h"

#include <stdexcept>
#include <utility>

#include "Vcore_16x16x1.h"
#include "Vcore_16x16x4.h"
#include "sim/verilated_core.h"

namespace tetralog {
namespace {

constexpr uint64_t kMemory = 8 << 20;

}  // namespace

std::unique_ptr<ClockedMachine> MakeUtilisationMachine(const std::string& name, uint64_t seed) {
  // The parameters are those that clocked_machine.cmake gives to Verilator.
  MachineShape shape;
  std::unique_ptr<Core> core;
  if (name == shape.name()) {
    core = std::make_unique<VerilatedCore<Vcore_16x16x4>>(shape, seed);
  } else if (shape.dot = 1; name == shape.name()) {
    core = std::make_unique<VerilatedCore<Vcore_16x16x1>>(shape, seed);
  } else {
    throw std::invalid_argument("no core of shape '" + name + "' here; give 16x16x1 or 16x16x4");
  }
  return std::make_unique<ClockedMachine>(std::move(core), kMemory,
                                          ClockedMachineOptions{.seed = seed});
}

}  // namespace tetralog
