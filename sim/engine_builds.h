// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The Verilated shapes that this build of the tool holds.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/engine.h"

namespace tetralog {

// A Verilated engine by the name of its shape ("16x16x4"); `seed` fills what reset leaves
// undefined. Throws std::invalid_argument, which names the shapes there are, for any other name.
std::unique_ptr<Engine> MakeEngine(const std::string& shape, uint64_t seed);

}  // namespace tetralog
