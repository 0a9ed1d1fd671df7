// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// LUQ training of networks that are no chain of layers: ResNet-8, ResNet-20 and a small vision
// transformer. Every GEMM of weights (convolutions by im2col, linear layers) runs on a GemmBackend;
// what lies between them is float32 of the tensor library in one thread, with its automatic
// derivatives: batch and layer norm, ReLU, GELU, additions, pooling, and softmax attention with its
// own two products.
//
// Forward:         z = W X with INT4 weights and UINT4 (behind ReLU) or INT4 activations.
// Backward:        the gradient of z is LOG4 by LUQ on the host, in `samples` samples; the input
//                  gradient is of the first sample, the weight gradient of all. That of the
//                  quantisers of weights and activations is taken to be 1.
// The backend's results are integers and everything else is the same code on the same processor,
// so all backends train the same bits. No tensor library in this header.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/reference/dataset.h"
#include "sim/train/gemm_backend.h"
#include "sim/train/trainer.h"

namespace tetralog::train {

enum class GradientRounding {
  kLuq,
  kNearest,     // broken on purpose: to the nearest level
  kFloored,     // broken on purpose: gradients below alpha become zero
  kSharedRows,  // broken on purpose: LUQ with the random words of row 0 in all rows
};

struct TensorOptions {
  std::string network = "resnet20";  // resnet8, resnet20, vit; resnet is resnet20
  uint64_t seed = 1;                 // of the run
  bool fp32 = false;                 // no quantisation at all, and no backend
  GradientRounding rounding = GradientRounding::kLuq;
  bool first_last_fp32 = false;  // first and last layer in FP32 on the host
  bool hindsight = true;         // otherwise scales come from the current tensors
  bool max_clip = false;         // weights and activations are clipped at their maximum
  double momentum = 0.9;
  bool adam = false;  // otherwise gradient descent with momentum
};

inline bool IsTensorNetwork(const std::string& network) {
  return network == "resnet8" || network == "resnet20" || network == "resnet" || network == "vit";
}

// `train` gives the scale of the input pixels. The backend may be null for FP32. Call
// reference::prepare_process() first. Throws std::invalid_argument for an unknown network, and in a
// step for a gradient that is not finite.
std::unique_ptr<Trainer> MakeTensorTrainer(const TensorOptions& options,
                                           std::unique_ptr<GemmBackend> backend,
                                           const reference::Images& train);

}  // namespace tetralog::train
