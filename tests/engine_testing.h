// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The Verilated engines of the tests, and random GEMM commands with their data.

#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "model/gemm.h"
#include "sim/engine.h"

namespace tetralog::testing {

// Shapes of the tests, by name "4x4x1"; see engine_testing.cc.
std::vector<std::string> EngineShapes();
std::unique_ptr<Engine> MakeTestEngine(const std::string& shape, uint64_t seed);

// A command together with the tensors it points into.
struct RandomGemm {
  GemmCommand command;
  std::vector<uint8_t> a, b, mask;
  std::vector<int32_t> c;

  std::string Text() const;  // one line: formats, dimensions, options
};

struct RandomGemmOptions {
  size_t max_m = 40, max_n = 40, max_k = 40;
};

// A legal command of any format, orientation and option for an engine of this shape. Operands mix
// random codes, zeros and the extreme codes of their format.
std::unique_ptr<RandomGemm> MakeRandomGemm(const EngineShape& shape,
                                           const RandomGemmOptions& options, std::mt19937_64& rng);

}  // namespace tetralog::testing
