// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The operands of one training step of a chain of layers, with the gradients as they would be if
// none had been rounded: float64, through the step's own weight and activation codes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/reference/network.h"
#include "sim/trace_file.h"
#include "sim/train/trainer.h"

namespace tetralog::noise {

// Rows are images, of a convolution the output pixels of all images; its inputs are columns.
struct LayerOperands {
  reference::Layer layer;
  size_t rows = 0;
  std::vector<double> gradient;          // dY [rows, out]
  std::vector<uint8_t> weights, inputs;  // codes: INT4 [out, in], UINT4 [rows, in]
  double weight_scale = 1, input_scale = 1;
  // What the codes were rounded from.
  std::vector<double> real_weights, real_inputs;
  // 1 where the gradient passes the ReLU before this layer: [batch, in], of a convolution [batch,
  // row, column, channel]. Empty in the first layer, which needs no dX.
  std::vector<double> passes;
};

// `step`: the GEMMs of one step as the reference records them, with ReLUs and pools that act on
// sums; `weights`: Trainer::Weights() before it. Throws std::invalid_argument when they are not of
// this network.
std::vector<LayerOperands> CaptureOperands(const std::string& network,
                                           const std::vector<TraceGemm>& step,
                                           const std::vector<train::NamedValues>& weights,
                                           const train::Batch& batch);

}  // namespace tetralog::noise
