// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The networks of tensor_trainer.h.
//
// resnet8, resnet20 (He et al. 2016, 6n + 2 layers, n = 1 and 3): convolution 3x3 to 16 channels;
//   three stages of n blocks with 16, 32, 64 channels on 28x28, 14x14, 7x7; mean; 64 to 10. A block
//   is two convolutions 3x3, the first of stage 2 and 3 with stride 2; the way around it drops
//   pixels and adds channels of zeros. Every convolution is followed by batch norm, then ReLU.
// vit (Dosovitskiy et al. 2021): 49 patches of 4x4 pixels, width 64, learned positions; four blocks
//   of attention with 4 heads and of an MLP 64-128-64 with GELU, each behind layer norm; layer
//   norm, mean of the patches, 64 to 10.

#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sim/train/tensor_gemm.h"

namespace tetralog::train {

// Running statistics of a batch norm.
struct TensorNorm {
  std::string name;
  TensorParameter *weight, *bias;
  at::Tensor mean, variance;  // float32 [channels]; layer norm: undefined
};

class TensorNetwork {
 public:
  virtual ~TensorNetwork() = default;
  // Pixels [batch, 28, 28, 1] of 0..1 to logits [batch, 10].
  virtual at::Tensor Forward(const TensorPass& pass, const at::Tensor& pixels) = 0;

  std::deque<TensorParameter>& parameters() { return parameters_; }
  std::deque<TensorGemm>& gemms() { return gemms_; }
  std::deque<TensorNorm>& norms() { return norms_; }

 protected:
  explicit TensorNetwork(uint64_t seed) : seed_(seed) {}

  TensorParameter* AddConstant(const std::string& name, std::vector<int64_t> shape, double value);
  // Uniform within +-bound, by the seed of the run and the number of the parameter.
  TensorParameter* AddRandom(const std::string& name, std::vector<int64_t> shape, double bound);
  // Weights of variance gain / in.
  TensorGemm* AddGemm(TensorGemm::Setup setup, int64_t out, int64_t in, double gain);
  TensorNorm* AddNorm(const std::string& name, int64_t channels, bool batch);

 private:
  uint64_t seed_;
  std::deque<TensorParameter> parameters_;
  std::deque<TensorGemm> gemms_;
  std::deque<TensorNorm> norms_;
};

// `pixel_clip`: clipping value of the input.
std::unique_ptr<TensorNetwork> MakeResnet(int64_t blocks, uint64_t seed, double pixel_clip);
std::unique_ptr<TensorNetwork> MakeVit(uint64_t seed, double pixel_clip);

}  // namespace tetralog::train
