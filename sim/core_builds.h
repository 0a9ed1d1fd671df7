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

// Names of the shapes there are, and the shape of a name. Throws std::invalid_argument, which names
// those there are, for any other name.
std::vector<std::string> RtlShapes();
MachineShape RtlShape(const std::string& name);

// A Verilated core of this shape; the seed fills what reset leaves undefined.
std::unique_ptr<Core> MakeRtlCore(const std::string& shape, uint64_t seed);

// A machine around it.
std::unique_ptr<ClockedMachine> MakeRtlMachine(const std::string& shape, uint64_t memory_bytes,
                                               const ClockedMachineOptions& options = {});

}  // namespace tetralog
