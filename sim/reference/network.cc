// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/network.h"

#include <cmath>
#include <stdexcept>

#include "sim/reference/adam.h"
#include "sim/reference/seeds.h"

namespace tetralog::reference {
namespace {

// By squaring: the same bits everywhere, as those of std::pow are not.
double power(double base, uint64_t exponent) {
  double result = 1;
  for (; exponent != 0; exponent >>= 1, base *= base) {
    if (exponent % 2 != 0) result *= base;
  }
  return result;
}

}  // namespace

std::vector<Layer> network_layers(const std::string& network) {
  if (network == "mlp") {
    return {{"fc1", 256, 784}, {"fc2", 128, 256}, {"fc3", 10, 128}};
  }
  if (network == "lenet") {
    return {{"conv1", 6, 25, 5, 2, 28, 1},
            {"conv2", 16, 150, 5, 0, 14, 6},
            {"fc1", 120, 400},
            {"fc2", 84, 120},
            {"fc3", 10, 84}};
  }
  throw std::invalid_argument("unknown network " + network + "; use mlp or lenet");
}

std::vector<LayerParameters> initial_parameters(const std::vector<Layer>& layers, uint64_t seed,
                                                bool adam) {
  std::vector<LayerParameters> parameters;
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const double bound = std::sqrt(6.0 / static_cast<double>(layer.in));
    SplitMix64 stream(derive_seed({seed, 0, i, kInitialWeights}));
    LayerParameters made;
    for (size_t j = 0; j < layer.out * layer.in; ++j) {
      const double unit = static_cast<double>(stream.next() >> 11) * 0x1p-53;  // [0, 1)
      made.weight.values.push_back((2.0 * unit - 1.0) * bound);
    }
    made.weight.velocity.assign(layer.out * layer.in, 0.0);
    made.bias.values.assign(layer.out, 0.0);
    made.bias.velocity.assign(layer.out, 0.0);
    if (adam) made.weight.square = made.weight.velocity, made.bias.square = made.bias.velocity;
    parameters.push_back(made);
  }
  return parameters;
}

UpdateRule update_rule(bool adam, double rate, double momentum, uint64_t step) {
  if (!adam) return {rate, momentum, 0};
  return {rate / (1.0 - power(momentum, step + 1)), momentum,
          std::sqrt(1.0 - power(kAdamDecay, step + 1))};
}

void update(const std::vector<double>& gradient, const UpdateRule& rule, Parameters* parameters) {
  for (size_t i = 0; i < gradient.size(); ++i) {
    double &velocity = parameters->velocity[i], &value = parameters->values[i];
    const double g = gradient[i];
    if (rule.root == 0) {
      velocity = rule.momentum * velocity + g;
      value -= rule.rate * velocity;
      continue;
    }
    double& square = parameters->square[i];
    velocity = rule.momentum * velocity + (1.0 - rule.momentum) * g;
    square = kAdamDecay * square + (1.0 - kAdamDecay) * (g * g);
    value -= rule.rate * (velocity / (std::sqrt(square) / rule.root + kAdamEpsilon));
  }
}

}  // namespace tetralog::reference
