// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The Verilated shapes of the core that this build holds.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/clocked_machine.h"

namespace tetralog {

// Shapes there are, their names, and the shape of a name. Throws std::invalid_argument, which names
// those there are, for any other name.
std::vector<MachineShape> RtlBuilds();
std::vector<std::string> RtlShapes();
MachineShape RtlShape(const std::string& name);

// A Verilated core of this shape; the seed fills what reset leaves undefined. std::invalid_argument
// for shapes of which there is no build.
std::unique_ptr<Core> MakeRtlCore(const MachineShape& shape, uint64_t seed);
std::unique_ptr<Core> MakeRtlCore(const std::string& shape, uint64_t seed);

// For programs that hold more builds: adds one to those above. Before anything else is called.
using RtlCoreFactory = std::unique_ptr<Core> (*)(const MachineShape& shape, uint64_t seed);
void AddRtlBuild(const MachineShape& shape, RtlCoreFactory make);

// The same of netlists, of which every program but tetralog_gates holds none.
void AddGatesBuild(const MachineShape& shape, RtlCoreFactory make);
std::unique_ptr<Core> MakeGatesCore(const MachineShape& shape, uint64_t seed);

// A machine around it.
std::unique_ptr<ClockedMachine> MakeRtlMachine(const std::string& shape, uint64_t memory_bytes,
                                               const ClockedMachineOptions& options = {});

}  // namespace tetralog
