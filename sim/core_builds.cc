// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/core_builds.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "Vcore_16x16x4.h"
#include "Vcore_4x4x1.h"
#include "Vcore_8x4x2.h"
#include "sim/verilated_core.h"

namespace tetralog {
namespace {

// The parameters are those that clocked_machine.cmake gives to Verilator.
const MachineShape k16x16x4 = {.depth_a = 64, .depth_b = 128};
const MachineShape k4x4x1 = {
    .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};
const MachineShape k8x4x2 = {.rows = 8,
                             .cols = 4,
                             .dot = 2,
                             .acc_width = 20,
                             .random_bits = 8,
                             .depth_a = 32,
                             .depth_b = 32};

}  // namespace

std::vector<std::string> RtlShapes() { return {k16x16x4.name(), k4x4x1.name(), k8x4x2.name()}; }

MachineShape RtlShape(const std::string& name) {
  for (const MachineShape& shape : {k16x16x4, k4x4x1, k8x4x2}) {
    if (shape.name() == name) return shape;
  }
  throw std::invalid_argument(
      fmt::format("no build of shape '{}'; there are {}", name, fmt::join(RtlShapes(), ", ")));
}

std::unique_ptr<Core> MakeRtlCore(const std::string& shape, uint64_t seed) {
  const MachineShape what = RtlShape(shape);
  if (what == k16x16x4) return std::make_unique<VerilatedCore<Vcore_16x16x4>>(what, seed);
  if (what == k4x4x1) return std::make_unique<VerilatedCore<Vcore_4x4x1>>(what, seed);
  return std::make_unique<VerilatedCore<Vcore_8x4x2>>(what, seed);
}

std::unique_ptr<ClockedMachine> MakeRtlMachine(const std::string& shape, uint64_t memory_bytes,
                                               const ClockedMachineOptions& options) {
  return std::make_unique<ClockedMachine>(MakeRtlCore(shape, options.seed), memory_bytes, options);
}

}  // namespace tetralog
