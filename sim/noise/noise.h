// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Operand noise: what rounding the gradient of a layer's output does to the two products that are
// made of it, over many draws of the random bits.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/noise/operands.h"
#include "sim/noise/schemes.h"
#include "sim/train/gemm_backend.h"

namespace tetralog::noise {

// Errors of a tensor, relative to the norm of the exact one. The bias is the norm of the mean error
// over the draws; rounding without bias shows the floor, the rms over the root of the draws.
struct Noise {
  double rms = 0, bias = 0, floor = 0;

  double excess() const;  // the bias beyond the floor, 0 below it
};

struct LayerNoise {
  std::string layer;
  uint64_t draws = 0;  // 1 where nothing is random
  Noise gradient;      // of dY itself
  bool has_dx = false;
  Noise dx, dw;            // against the products of the exact dY and the other operand's codes
  Noise full_dx, full_dw;  // against those of the unrounded operands
  double drift = 0;        // mean change of the magnitudes of dY over their mean
  double drift_error = 0;  // its standard error
};

struct SchemeNoise {
  Scheme scheme;
  std::vector<LayerNoise> layers;
};

struct NoiseOptions {
  uint64_t draws = 512;
  uint64_t seed = 1;
  std::function<void(const std::string& layer, const std::string& scheme)> progress = nullptr;
};

// The products of the draws run on the backend.
std::vector<SchemeNoise> MeasureNoise(const std::vector<LayerOperands>& layers,
                                      const std::vector<Scheme>& schemes,
                                      const NoiseOptions& options, train::GemmBackend& backend);

// Root mean square over the layers that have it.
Noise MeanOver(const std::vector<LayerNoise>& layers, Noise LayerNoise::*tensor);

// What must hold of the schemes that were measured, one line for each thing that does not: the
// samples of SMP are independent, LUQ has no bias, the broken schemes are seen to have one, and the
// nearest level has the smaller error all the same.
std::vector<std::string> FailedClaims(const std::vector<SchemeNoise>& noise);

}  // namespace tetralog::noise
