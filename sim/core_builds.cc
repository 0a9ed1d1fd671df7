// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/core_builds.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "Vcore_16x16x4.h"
#include "Vcore_4x4x1.h"
#include "Vcore_8x4x2.h"
#include "sim/shape_text.h"
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

struct Build {
  MachineShape shape;
  RtlCoreFactory make;
};

template <typename V>
std::unique_ptr<Core> Make(const MachineShape& shape, uint64_t seed) {
  return std::make_unique<VerilatedCore<V>>(shape, seed);
}

std::vector<Build>& Builds() {
  static std::vector<Build> builds = {
      {k16x16x4, Make<Vcore_16x16x4>}, {k4x4x1, Make<Vcore_4x4x1>}, {k8x4x2, Make<Vcore_8x4x2>}};
  return builds;
}

std::vector<Build>& GatesBuilds() {
  static std::vector<Build> builds;
  return builds;
}

[[noreturn]] void Refuse(const std::string& shape) {
  throw std::invalid_argument(fmt::format(
      "no build of shape '{}'; there are {}; the machines functional and cycle take any shape",
      shape, fmt::join(RtlShapes(), ", ")));
}

}  // namespace

std::vector<MachineShape> RtlBuilds() {
  std::vector<MachineShape> shapes;
  for (const Build& build : Builds()) shapes.push_back(build.shape);
  return shapes;
}

std::vector<std::string> RtlShapes() {
  std::vector<std::string> names;
  for (const Build& build : Builds()) names.push_back(build.shape.name());
  return names;
}

MachineShape RtlShape(const std::string& name) {
  for (const Build& build : Builds())
    if (build.shape.name() == name) return build.shape;
  Refuse(name);
}

std::unique_ptr<Core> MakeRtlCore(const MachineShape& shape, uint64_t seed) {
  for (const Build& build : Builds())
    if (build.shape == shape) return build.make(shape, seed);
  Refuse(ShapeText(shape, RtlBuilds()));
}

std::unique_ptr<Core> MakeRtlCore(const std::string& shape, uint64_t seed) {
  return MakeRtlCore(RtlShape(shape), seed);
}

void AddRtlBuild(const MachineShape& shape, RtlCoreFactory make) {
  Builds().push_back({shape, make});
}

void AddGatesBuild(const MachineShape& shape, RtlCoreFactory make) {
  GatesBuilds().push_back({shape, make});
}

std::unique_ptr<Core> MakeGatesCore(const MachineShape& shape, uint64_t seed) {
  std::string names;
  for (const Build& build : GatesBuilds()) {
    if (build.shape == shape) return build.make(shape, seed);
    names += " " + build.shape.name();
  }
  if (names.empty())
    throw std::invalid_argument(
        "this program holds no netlist of the core; make gates builds and runs tetralog_gates, "
        "which does");
  throw std::invalid_argument(
      fmt::format("no netlist of shape '{}'; there is{}", ShapeText(shape, RtlBuilds()), names));
}

std::unique_ptr<ClockedMachine> MakeRtlMachine(const std::string& shape, uint64_t memory_bytes,
                                               const ClockedMachineOptions& options) {
  return std::make_unique<ClockedMachine>(MakeRtlCore(shape, options.seed), memory_bytes, options);
}

}  // namespace tetralog
