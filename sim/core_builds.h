// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The Verilated shapes of the core that this build holds.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/rtl_machine.h"

namespace tetralog {

// Names of the shapes there are, and the shape of a name. Throws std::invalid_argument, which names
// those there are, for any other name.
std::vector<std::string> RtlShapes();
MachineShape RtlShape(const std::string& name);

// A machine around a Verilated core of this shape.
std::unique_ptr<RtlMachine> MakeRtlMachine(const std::string& shape, uint64_t memory_bytes,
                                           const RtlMachineOptions& options = {});

}  // namespace tetralog
