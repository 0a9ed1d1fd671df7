// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The tool with the netlist of the smallest core, its memories in RTL: `--machine gates`.

#include <memory>

#include "Vgates_core_4x4x1.h"
#include "sim/core_builds.h"
#include "sim/tool.h"
#include "sim/verilated_core.h"

int main(int argc, char** argv) {
  using namespace tetralog;
  AddGatesBuild(RtlShape("4x4x1"), [](const MachineShape& shape, uint64_t seed) {
    return std::unique_ptr<Core>(
        std::make_unique<VerilatedCore<Vgates_core_4x4x1>>(shape, seed, "gates"));
  });
  return ToolMain("tetralog_gates", argc, argv);
}
