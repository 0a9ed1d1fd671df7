// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The two networks of the reference, their master weights and the optimisers.
//
// mlp:   784-256-128-10.
// lenet: 28x28, conv 5x5 to 6 channels with padding 2, pool 2, conv 5x5 to 16 channels, pool 2,
//        fully connected 120, 84, 10 (LeCun et al. 1998, maximum pooling).
// Every layer but the last is followed by ReLU. A convolution is a GEMM over columns made by im2col
// in the order (kernel row, kernel column, channel); images are [row, column, channel].
//
// All arithmetic is elementwise float64 in index order, so weights have the same bits everywhere.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tetralog::reference {

struct Layer {
  std::string name;
  size_t out = 0;  // rows of the weight matrix: neurons or output channels
  size_t in = 0;   // columns of the weight matrix: inputs of one output
  // Convolution only (kernel = 0: fully connected). Stride 1, then a 2x2 maximum pool.
  size_t kernel = 0, pad = 0, side = 0, channels = 0;

  bool convolution() const { return kernel != 0; }
  size_t out_side() const { return side + 2 * pad - kernel + 1; }  // before the pool
  size_t pixels() const { return convolution() ? out_side() * out_side() : 1; }
};

struct Parameters {
  std::vector<double> values;
  std::vector<double> velocity;  // Adam: mean of the gradient
  std::vector<double> square;    // Adam: mean of its square; else empty
};

struct LayerParameters {
  Parameters weight;  // [out, in]
  Parameters bias;    // [out]
};

// Throws std::invalid_argument for an unknown name.
std::vector<Layer> network_layers(const std::string& network);

// Uniform within +-sqrt(6 / in) (He initialisation), biases zero.
std::vector<LayerParameters> initial_parameters(const std::vector<Layer>& layers, uint64_t seed,
                                                bool adam = false);

// What the optimiser does in one step.
struct UpdateRule {
  double rate = 0;  // of Adam over 1 - momentum^t
  double momentum = 0.9;
  double root = 0;  // Adam: square root of 1 - decay^t; 0: SGD
};
// `step` counts from 0.
UpdateRule update_rule(bool adam, double rate, double momentum, uint64_t step);

// Stochastic gradient descent with momentum, v = momentum*v + g, w = w - rate*v, or Adam (adam.h).
void update(const std::vector<double>& gradient, const UpdateRule& rule, Parameters* parameters);

}  // namespace tetralog::reference
