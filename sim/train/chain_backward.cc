// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The backward pass and the update of ChainStep.

#include <algorithm>
#include <cmath>

#include "sim/loss_gradient.h"
#include "sim/reference/seeds.h"
#include "sim/train/chain_step.h"
#include "sim/train/code_histogram.h"
#include "sim/train/gradient_rounding.h"

namespace tetralog::train {
namespace {

// One alpha for all samples of a gradient.
OutputOptions Log4Output(int shift, uint64_t seed) {
  OutputOptions output;
  output.scale_shift = shift;
  output.rounding = Rounding::kStochastic;
  output.seed = seed;
  return output;
}

// The update of `n` values from `first` on with the gradients z * unit.
void UpdateRow(const HostKernels& kernels, const reference::UpdateRule& rule, const int32_t* z,
               double unit, size_t first, size_t n, reference::Parameters* parameters,
               WeightSums* sums) {
  double *velocity = &parameters->velocity[first], *values = &parameters->values[first];
  if (rule.root == 0) {
    kernels.update(z, unit, rule.rate, rule.momentum, velocity, values, n, sums);
  } else {
    kernels.adam(z, unit, rule.rate, rule.momentum, rule.root, velocity, &parameters->square[first],
                 values, n, sums);
  }
}

}  // namespace

void ChainStep::SendLossGradient(const std::vector<double>& gradient, uint64_t step) {
  double max = 0;
  for (const double g : gradient) max = std::max(max, std::fabs(g));
  LossOptions luq;
  luq.shift = Log4Shift(Known(loss_gradient_max_) ? loss_gradient_max_.average() : max);
  loss_gradient_max_.Observe(max);
  luq.seed =
      reference::derive_seed({options_.seed, step, layers_.size(), reference::kLossGradient});
  luq.samples = samples_;
  luq.random_bits = tensors_.driver().shape().random_bits;
  states_.back().dy_scale = std::ldexp(1.0, luq.shift);

  const Tensor& dy = tensors_[layers_.size() - 1].dy;
  uint8_t* row = tensors_.Open(dy);
  for (const std::vector<uint8_t>& codes : RoundLossGradient(gradient, dy.cols, luq)) {
    for (size_t r = 0; r < dy.rows; ++r, row += dy.stride) {
      kernels_.pack(&codes[r * dy.cols], dy.cols, row);
    }
  }
  tensors_.Send();
}

// A layer's input gradient comes before its weight gradient: the layer below waits for it.
void ChainStep::Backward(uint64_t step) {
  for (size_t i = layers_.size(); i-- > 0;) {
    if (i > 0) {
      const uint64_t seed =
          reference::derive_seed({options_.seed, step, i, reference::kInputGradient});
      if (Convolution(i)) {
        PassColumns(i, seed);
        tensors_.WeightGradient(i);
        continue;
      }
      InputGradient(i, seed);
    }
    tensors_.WeightGradient(i);
    if (i > 0 && Convolution(i - 1)) PassFeatures(i);
  }
  tensors_.driver().WaitAll();
  for (size_t i = 1; i < layers_.size(); ++i) {
    LayerState& layer = states_[i];
    if (!layer.dx) continue;
    const uint32_t max = tensors_.driver().Wait(*layer.dx).record.max_abs;
    layer.gradient_max.Observe(max * (layer.dy_scale * layer.weight_scale));
    layer.dx.reset();
  }
}

// The shift of a gradient in units of `unit` whose greatest magnitude is `max` in this step.
int ChainStep::GradientShift(const Hindsight& estimate, double unit, uint32_t max) const {
  return Log4Shift((Known(estimate) ? estimate.average() : max * unit) / unit);
}

// Of a fully connected layer, on the machine.
void ChainStep::InputGradient(size_t i, uint64_t seed) {
  LayerState& layer = states_[i];
  const double unit = layer.dy_scale * layer.weight_scale;
  int shift = 0;
  if (Known(layer.gradient_max)) {
    shift = GradientShift(layer.gradient_max, unit, 0);
    layer.dx = tensors_.InputGradient(i, Log4Output(shift, seed));
  } else {
    const Handle z = tensors_.InputGradientZ(i);
    const uint32_t max = tensors_.driver().Wait(z).record.max_abs;
    shift = GradientShift(layer.gradient_max, unit, max);
    layer.gradient_max.Observe(max * unit);
    tensors_.RoundInputGradient(i, Log4Output(shift, seed));
  }
  states_[i - 1].dy_scale = std::ldexp(unit, shift);
}

// The gradient of features, [batch, in] = [image, row, column, channel], to the convolution below.
void ChainStep::PassFeatures(size_t i) {
  tensors_.driver().WaitAll();
  const Tensor& dx = tensors_.dx(i);
  Grow(codes_, size_t{dx.rows} * dx.cols);
  for (uint32_t s = 0; s < samples_; ++s) {
    Tensor sample = dx;
    sample.address += uint64_t{s} * dx.sample_stride;
    const uint8_t* packed = tensors_.Rows(sample, 0, dx.rows);
    for (size_t row = 0; row < dx.rows; ++row) {
      kernels_.unpack(packed + row * dx.stride, dx.cols, &codes_[row * dx.cols]);
    }
    SendUnpooled(i - 1, codes_.data(), s);
  }
}

// The gradient of a convolution's columns, summed into its image and rounded here, to the
// convolution below. Where the image is zero no gradient passes.
void ChainStep::PassColumns(size_t i, uint64_t seed) {
  LayerState& layer = states_[i];
  ConvolutionHost& host = *layer.host;
  const Tensor& dz = tensors_[i].dz;
  const size_t rows = layers_[i].pixels();  // of an image
  for (size_t first = 0; first < batch_; first += ChainTensors::kImages) {
    tensors_.driver().Wait(tensors_.ColumnGradientZ(i, static_cast<uint32_t>(first)));
    const size_t images = std::min<size_t>(ChainTensors::kImages, batch_ - first);
    for (size_t image = 0; image < images; ++image) {
      host.Fold(first + image, ReadInt32(dz, image * rows, rows), dz.stride / sizeof(int32_t));
    }
  }
  const size_t channels = layers_[i].channels, pixels = host.pixels();
  Grow(codes_, pixels * channels);
  const ConvolutionHost& below = *states_[i - 1].host;
  kernels_.transpose(options_.relu_on_sums ? below.passes() : below.values(), channels, pixels,
                     codes_.data());
  std::vector<int32_t>& z = host.images();
  const uint32_t max = kernels_.mask_max(codes_.data(), z.size(), z.data());

  const double unit = layer.dy_scale * layer.weight_scale;
  HostLuq luq;
  luq.shift = GradientShift(layer.gradient_max, unit, max);
  layer.gradient_max.Observe(max * unit);
  luq.seed = seed;
  luq.random_bits = static_cast<int>(tensors_.driver().shape().random_bits);
  states_[i - 1].dy_scale = std::ldexp(unit, luq.shift);
  for (uint32_t s = 0; s < samples_; ++s) {
    luq.sample = static_cast<uint8_t>(s);
    RoundToLog4(z.data(), pixels, channels, luq, codes_.data());
    SendUnpooled(i - 1, codes_.data(), s);
  }
}

// codes: the gradient of the pooled outputs of convolution i, [image, row, column, channel].
void ChainStep::SendUnpooled(size_t i, const uint8_t* codes, uint32_t sample) {
  ConvolutionHost& host = *states_[i].host;
  const size_t channels = layers_[i].out;
  Grow(planes_, channels * host.pooled() + kBlock);
  kernels_.transpose(codes, host.pooled(), channels, planes_.data());
  Tensor dy = tensors_[i].dy;
  dy.address += uint64_t{sample} * dy.sample_stride;
  dy.samples = 1;
  host.Unpool(planes_.data(), dy.stride, tensors_.Open(dy));
  tensors_.Send();
}

void ChainStep::CountGradients(CodeHistogram* histogram) {
  for (size_t i = layers_.size(); i-- > 0;) {
    Tensor dy = tensors_[i].dy;
    Grow(codes_, dy.cols);
    for (uint32_t s = 0; s < samples_; ++s, dy.address += dy.sample_stride) {
      const uint8_t* packed = tensors_.Rows(dy, 0, dy.rows);
      for (size_t row = 0; row < dy.rows; ++row) {
        kernels_.unpack(packed + row * dy.stride, dy.cols, codes_.data());
        histogram->Add(layers_[i].name, codes_.data(), dy.cols);
      }
    }
  }
}

// dW [out, in + 1]: weight gradients, and the bias gradient behind them.
void ChainStep::Update(size_t i, const reference::UpdateRule& rule) {
  const reference::Layer& layer = layers_[i];
  LayerState& state = states_[i];
  const Tensor& dw = tensors_[i].dw;
  const double unit = state.dy_scale / static_cast<double>(samples_);
  reference::Parameters &weight = parameters_[i].weight, &bias = parameters_[i].bias;
  state.weight_sums = {};
  WeightSums unused;
  const int32_t* row = nullptr;
  for (size_t o = 0; o < layer.out; ++o, row += dw.stride / sizeof(int32_t)) {
    if (o % RowsAtATime(dw) == 0) {
      row = ReadInt32(dw, o, std::min(RowsAtATime(dw), layer.out - o));
    }
    UpdateRow(kernels_, rule, row, unit * state.input_scale, o * layer.in, layer.in, &weight,
              &state.weight_sums);
    UpdateRow(kernels_, rule, row + layer.in, unit, o, 1, &bias, &unused);
  }
}

}  // namespace tetralog::train
