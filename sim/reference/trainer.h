// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// LUQ training of one network, step by step: the truth that every other level is compared with.
//
// Forward, per layer:        z = W X + C with INT4 weights, UINT4 activations and C the bias;
//                            the next activations are UINT4 of z*m*2^-n, the last z are the logits.
// Input gradient, per layer: z = dY W, zero where the activation was zero, then LOG4 by LUQ; the
//                            gradient of a convolution goes back through im2col on the host first.
// Weight gradient:           dY^T X over all samples of dY, divided by their number.
// The scales of activations and gradients come from earlier steps (hindsight), except in the first.
//
// Integers are exact in both routes: float64 always, float32 products where |sum| < 2^24 is sure.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/reference/dataset.h"
#include "sim/reference/network.h"
#include "sim/trace_file.h"

namespace tetralog::reference {

enum class Variant {
  kFp32,              // no quantisation at all
  kLuq,               // the method
  kNearestGradients,  // broken on purpose: LOG4 gradients rounded to the nearest level
  kFlooredUnderflow,  // broken on purpose: gradients below alpha become zero
};
inline constexpr Variant kVariants[] = {Variant::kFp32, Variant::kLuq, Variant::kNearestGradients,
                                        Variant::kFlooredUnderflow};
const char* variant_name(Variant variant);

struct TrainerOptions {
  std::string network = "mlp";
  Variant variant = Variant::kLuq;
  uint64_t seed = 1;      // of the run
  bool float64 = false;   // every GEMM in float64
  bool hindsight = true;  // otherwise scales come from the current tensor
  bool max_clip = false;  // weights and activations are clipped at their maximum, not by SAWB
  // ReLU and pools act on the sums before they are rounded: a gradient passes where the sum is
  // positive, and clips are those of what is rounded. Otherwise they act on codes.
  bool relu_on_sums = false;
  double momentum = 0.9;
  bool adam = false;  // otherwise gradient descent with momentum
};

struct Batch {
  const uint8_t* pixels = nullptr;  // [size, 28, 28]
  const uint8_t* labels = nullptr;  // [size]
  size_t size = 0;
};

struct StepOptions {
  double rate = 0.05;                        // learning rate
  uint32_t samples = 1;                      // independent samples of each gradient (SMP)
  std::vector<TraceGemm>* record = nullptr;  // gets the GEMMs of this step
  bool fp32 = false;                         // this step as in the FP32 variant
};

struct StepResult {
  double loss = 0;
  size_t correct = 0;
};

// All that a trainer is, but its options. An estimate is its average, and 1 when it has seen a
// value.
struct TrainerState {
  std::vector<LayerParameters> parameters;                           // by layer
  std::vector<std::array<double, 2>> activation_clip, gradient_max;  // by layer
  std::array<double, 2> loss_gradient_max{};
  uint64_t steps = 0;
};

class Trainer {
 public:
  // `train` gives the scale of the input pixels. Throws std::invalid_argument for an unknown
  // network.
  Trainer(const TrainerOptions& options, const Images& train);
  ~Trainer();

  StepResult step(const Batch& batch, const StepOptions& options);
  size_t count_correct(const Batch& batch, bool fp32 = false) const;
  const std::vector<LayerParameters>& parameters() const;
  TrainerState state() const;
  void set_state(const TrainerState& state);  // of the same network

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One thread for the tensor library and its BLAS, and memory that is reused. Call it first in main.
void prepare_process();
// Version of libtorch.
std::string tensor_library_version();

}  // namespace tetralog::reference
