// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cores whose utilisation is reported: 16x16 with 1 and with 4 products, 128-bit bus.
#pragma once

#include <memory>
#include <string>

#include "sim/clocked_machine.h"

namespace tetralog {

// std::invalid_argument for other shapes.
std::unique_ptr<ClockedMachine> MakeUtilisationMachine(const std::string& shape, uint64_t seed);

}  // namespace tetralog
