// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/chain_state.h"

#include <stdexcept>
#include <string>

namespace tetralog::train {
namespace {

// Takes the values of a saved state one after the other.
class Taker {
 public:
  explicit Taker(const std::vector<NamedValues>& saved) : saved_(saved) {}

  const std::vector<double>& Take(const std::string& name, size_t size) {
    if (next_ == saved_.size() || saved_[next_].name != name) {
      throw std::invalid_argument(
          "the saved state has " +
          (next_ == saved_.size() ? std::string("no more values") : saved_[next_].name) +
          " where " + name + " belongs: give a state of the same network");
    }
    const std::vector<double>& values = saved_[next_++].values;
    if (values.size() != size) {
      throw std::invalid_argument(name + " of the saved state has " +
                                  std::to_string(values.size()) + " values instead of " +
                                  std::to_string(size) + ": give a state of the same network");
    }
    return values;
  }
  Estimate TakeEstimate(const std::string& name) {
    const std::vector<double>& values = Take(name, 2);
    return {values[0], values[1]};
  }
  void Finish() const {
    if (next_ == saved_.size()) return;
    throw std::invalid_argument("the saved state has " + saved_[next_].name +
                                " behind its end: give a state of the same network");
  }

 private:
  const std::vector<NamedValues>& saved_;
  size_t next_ = 0;
};

std::vector<double> Values(const Estimate& estimate) { return {estimate[0], estimate[1]}; }

void SaveParameters(const std::string& name, const reference::Parameters& parameters,
                    std::vector<NamedValues>* saved) {
  saved->push_back({name, parameters.values});
  saved->push_back({name + ".velocity", parameters.velocity});
  if (!parameters.square.empty()) saved->push_back({name + ".square", parameters.square});
}

reference::Parameters TakeParameters(const std::string& name, size_t size, bool adam,
                                     Taker* taker) {
  reference::Parameters parameters;
  parameters.values = taker->Take(name, size);
  parameters.velocity = taker->Take(name + ".velocity", size);
  if (adam) parameters.square = taker->Take(name + ".square", size);
  return parameters;
}

}  // namespace

std::vector<NamedValues> SaveState(const std::vector<reference::Layer>& layers,
                                   const ChainState& state) {
  std::vector<NamedValues> saved;
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string& name = layers[i].name;
    SaveParameters(name + ".weight", state.parameters[i].weight, &saved);
    SaveParameters(name + ".bias", state.parameters[i].bias, &saved);
    saved.push_back({name + ".activation_clip", Values(state.activation_clip[i])});
    saved.push_back({name + ".gradient_max", Values(state.gradient_max[i])});
  }
  saved.push_back({"loss_gradient_max", Values(state.loss_gradient_max)});
  return saved;
}

ChainState LoadState(const std::vector<reference::Layer>& layers, bool adam,
                     const std::vector<NamedValues>& saved) {
  Taker taker(saved);
  ChainState state;
  for (const reference::Layer& layer : layers) {
    reference::LayerParameters p;
    p.weight = TakeParameters(layer.name + ".weight", layer.out * layer.in, adam, &taker);
    p.bias = TakeParameters(layer.name + ".bias", layer.out, adam, &taker);
    state.parameters.push_back(std::move(p));
    state.activation_clip.push_back(taker.TakeEstimate(layer.name + ".activation_clip"));
    state.gradient_max.push_back(taker.TakeEstimate(layer.name + ".gradient_max"));
  }
  state.loss_gradient_max = taker.TakeEstimate("loss_gradient_max");
  taker.Finish();
  return state;
}

std::vector<NamedValues> SaveWeights(const std::vector<reference::Layer>& layers,
                                     const std::vector<reference::LayerParameters>& parameters) {
  std::vector<NamedValues> saved;
  for (size_t i = 0; i < layers.size(); ++i) {
    saved.push_back({layers[i].name + ".weight", parameters[i].weight.values});
    saved.push_back({layers[i].name + ".bias", parameters[i].bias.values});
  }
  return saved;
}

}  // namespace tetralog::train
