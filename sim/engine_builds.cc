// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/engine_builds.h"

#include <fmt/format.h>

#include <stdexcept>

#include "Vengine_16x16x4.h"
#include "Vengine_4x4x1.h"
#include "sim/verilated_engine.h"

namespace tetralog {

std::unique_ptr<Engine> MakeEngine(const std::string& shape, uint64_t seed) {
  if (shape == "16x16x4")
    return std::make_unique<VerilatedEngine<Vengine_16x16x4>>(EngineShape{16, 16, 4, 4, 24, 12},
                                                              seed);
  if (shape == "4x4x1")
    return std::make_unique<VerilatedEngine<Vengine_4x4x1>>(EngineShape{4, 4, 1, 4, 24, 12}, seed);
  throw std::invalid_argument(
      fmt::format("no build of shape '{}'; this tool has 16x16x4 and 4x4x1", shape));
}

}  // namespace tetralog
