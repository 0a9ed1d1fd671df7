// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The steps of a chain of layers on a machine; see chain_trainer.h.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/reference/network.h"
#include "sim/train/chain_state.h"
#include "sim/train/chain_tensors.h"
#include "sim/train/chain_trainer.h"
#include "sim/train/convolution_host.h"

namespace tetralog::train {

// Rows of a tensor that are read together, so that they stay in the cache.
inline size_t RowsAtATime(const Tensor& tensor) {
  constexpr uint32_t kBytes = 1 << 17;
  return kBytes / tensor.stride + 1;
}

class ChainStep {
 public:
  ChainStep(const ChainOptions& options, Machine& machine,
            const std::vector<reference::Layer>& layers, const reference::Images& train);

  StepResult Train(const Batch& batch, const StepOptions& options, uint64_t step);
  size_t CountCorrect(const Batch& batch);

  ChainState state() const;
  void set_state(const ChainState& state);
  const std::vector<reference::LayerParameters>& parameters() const { return parameters_; }

 private:
  struct LayerState {
    Hindsight activation_clip, gradient_max;
    double weight_scale = 1, input_scale = 1;  // of this step
    double dy_scale = 1;                       // alpha of the gradient of the output
    WeightSums weight_sums;
    std::optional<ConvolutionHost> host;
    std::optional<Handle> z;  // while its sums are not yet taken
    std::optional<Handle> dx;
    double unit() const { return weight_scale * input_scale; }  // of z
  };

  bool Convolution(size_t i) const { return layers_[i].convolution(); }
  // A scale by hindsight, when there is one.
  bool Known(const Hindsight& estimate) const { return options_.hindsight && estimate.seen(); }

  void SumAllWeights();
  void Plan(const Batch& batch, uint32_t samples);
  void SendWeights();
  void SendBias(size_t i);
  void SendImages(const Batch& batch);
  void SendColumns(size_t i, const uint8_t* planes);
  void SendFeatures(size_t i, const uint8_t* codes);
  void Forward(const Batch& batch, bool learn);
  OutputOptions OutputOf(size_t i, double clip, double* scale) const;
  void PassPool(size_t i);
  void SendPooled(size_t i);
  void RoundPooled(size_t i, double* scale);
  void CheckZ(size_t i);
  double ObserveZ(size_t i);
  std::vector<double> Logits(size_t batch);

  void SendLossGradient(const std::vector<double>& gradient, uint64_t step);
  void Backward(uint64_t step);
  void InputGradient(size_t i, uint64_t seed);
  void PassFeatures(size_t i);
  void PassColumns(size_t i, uint64_t seed);
  void SendUnpooled(size_t i, const uint8_t* pixels, uint32_t sample);
  int GradientShift(const Hindsight& estimate, double unit, uint32_t max) const;
  void CountGradients(CodeHistogram* histogram);
  void Update(size_t i, const reference::UpdateRule& rule);
  const int32_t* ReadInt32(const Tensor& tensor, size_t row, size_t rows);

  ChainOptions options_;
  std::vector<reference::Layer> layers_;
  ChainTensors tensors_;
  const HostKernels& kernels_;
  std::vector<reference::LayerParameters> parameters_;
  std::vector<LayerState> states_;
  Hindsight loss_gradient_max_;
  double pixel_scale_ = 1;                         // real value of an input code; pixels are 0..1
  std::array<uint8_t, kUint4Max> pixel_levels_{};  // the least pixel of every code from 1 on
  bool weights_sent_ = false;
  size_t batch_ = 0;
  uint32_t samples_ = 1;
  std::vector<uint8_t> codes_, planes_;
};

}  // namespace tetralog::train
