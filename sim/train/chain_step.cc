// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/chain_step.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>

#include "sim/reference/loss.h"

namespace tetralog::train {

ChainStep::ChainStep(const ChainOptions& options, Machine& machine,
                     const std::vector<reference::Layer>& layers, const reference::Images& train)
    : options_(options),
      layers_(layers),
      tensors_(machine, layers, options.relu_on_sums),
      kernels_(BestHostKernels()),
      parameters_(reference::initial_parameters(layers, options.seed, options.adam)),
      states_(layers.size()) {
  SumAllWeights();
  // One scale for all pixels, by the rule of activations on the whole training set.
  const double clip = ActivationClip(SumPositives(train.pixels), 1.0, options.clip);
  const double step = ScaleOf(clip, kUint4Max);
  pixel_scale_ = step / 255.0;
  for (size_t i = 0; i < pixel_levels_.size(); ++i) {
    const auto code = static_cast<double>(i + 1);
    unsigned pixel = 0;
    while (pixel < 255 && std::nearbyint(pixel / step) < code) ++pixel;
    pixel_levels_[i] = static_cast<uint8_t>(pixel);
  }
}

StepResult ChainStep::Train(const Batch& batch, const StepOptions& options, uint64_t step) {
  Plan(batch, options.samples);
  Forward(batch, true);
  const reference::Loss loss =
      reference::softmax_loss(Logits(batch.size), batch.labels, layers_.back().out);
  SendLossGradient(loss.gradient, step);
  Backward(step);
  if (options.histogram != nullptr) CountGradients(options.histogram);
  const reference::UpdateRule rule =
      reference::update_rule(options_.adam, options.rate, options_.momentum, step);
  for (size_t i = 0; i < layers_.size(); ++i) Update(i, rule);
  weights_sent_ = false;
  return {loss.mean, loss.correct};
}

size_t ChainStep::CountCorrect(const Batch& batch) {
  Plan(batch, samples_);
  Forward(batch, false);
  return reference::softmax_loss(Logits(batch.size), batch.labels, layers_.back().out).correct;
}

void ChainStep::Plan(const Batch& batch, uint32_t samples) {
  if (batch.size != batch_ || samples != samples_) {
    batch_ = batch.size;
    samples_ = samples;
    weights_sent_ = false;
    for (size_t i = 0; i < layers_.size(); ++i) {
      if (Convolution(i)) states_[i].host.emplace(layers_[i], batch_);
    }
  }
  for (LayerState& layer : states_) {  // of a step that ended with an error
    layer.z.reset();
    layer.dx.reset();
  }
  tensors_.Plan(static_cast<uint32_t>(batch_), samples_);
  tensors_.BeginStep();
}

// --- State ---

ChainState ChainStep::state() const {
  ChainState state;
  state.parameters = parameters_;
  for (const LayerState& layer : states_) {
    state.activation_clip.push_back(layer.activation_clip.Save());
    state.gradient_max.push_back(layer.gradient_max.Save());
  }
  state.loss_gradient_max = loss_gradient_max_.Save();
  return state;
}

void ChainStep::set_state(const ChainState& state) {
  parameters_ = state.parameters;
  for (size_t i = 0; i < states_.size(); ++i) {
    states_[i].activation_clip.Load(state.activation_clip[i]);
    states_[i].gradient_max.Load(state.gradient_max[i]);
  }
  loss_gradient_max_.Load(state.loss_gradient_max);
  SumAllWeights();
}

void ChainStep::SumAllWeights() {
  for (size_t i = 0; i < layers_.size(); ++i) {
    states_[i].weight_sums = SumWeights(parameters_[i].weight.values);
  }
  weights_sent_ = false;
}

// --- To and from the machine ---

void ChainStep::SendWeights() {
  if (weights_sent_) return;
  for (size_t i = 0; i < layers_.size(); ++i) {
    const reference::Layer& layer = layers_[i];
    const std::vector<double>& weights = parameters_[i].weight.values;
    const double clip = WeightClip(states_[i].weight_sums, weights.size(), options_.clip);
    if (!std::isfinite(clip) || !std::isfinite(states_[i].weight_sums.sum)) {
      throw std::runtime_error("the weights of " + layer.name +
                               " are no numbers: the training has diverged; lower the rate");
    }
    const double scale = states_[i].weight_scale = ScaleOf(clip, kInt4Max);
    const Tensor& w = tensors_[i].w;
    uint8_t* row = tensors_.Open(w);
    for (size_t o = 0; o < layer.out; ++o, row += w.stride) {
      kernels_.quantise_int4(&weights[o * layer.in], scale, layer.in, row);
    }
    tensors_.Send();
  }
  weights_sent_ = true;
}

void ChainStep::SendBias(size_t i) {
  const double unit = states_[i].unit();
  std::vector<int32_t> c;
  for (const double bias : parameters_[i].bias.values) {
    c.push_back(static_cast<int32_t>(std::clamp(std::nearbyint(bias / unit), -0x1p31, 0x1p31 - 1)));
  }
  tensors_.driver().UploadInt32(tensors_[i].bias, c);
}

void ChainStep::SendImages(const Batch& batch) {
  const size_t size = batch.size * reference::kImageSize;
  Grow(codes_, size);
  kernels_.pixel_codes(batch.pixels, pixel_levels_.data(), size, codes_.data());
  if (Convolution(0)) {
    SendColumns(0, codes_.data());
  } else {
    SendFeatures(0, codes_.data());
  }
}

void ChainStep::SendColumns(size_t i, const uint8_t* planes) {
  const Tensor& x = tensors_[i].x;
  states_[i].host->Columns(planes, x.stride, tensors_.Open(x));
  tensors_.Send();
}

// codes: [batch, in], one a byte.
void ChainStep::SendFeatures(size_t i, const uint8_t* codes) {
  const Tensor& x = tensors_[i].x;
  const size_t in = layers_[i].in;
  uint8_t* row = tensors_.Open(x);
  for (size_t image = 0; image < batch_; ++image, row += x.stride) {
    kernels_.pack(codes + image * in, in, row);
    row[in / 2] = 1;  // `in` is even: the column of ones begins a byte
  }
  tensors_.Send();
}

// Rows, which lie `stride` bytes apart.
const int32_t* ChainStep::ReadInt32(const Tensor& tensor, size_t row, size_t rows) {
  return reinterpret_cast<const int32_t*>(tensors_.Rows(tensor, row, rows));
}

// --- Forward ---

// `learn`: the outputs' sums are taken, for the scales of later steps.
void ChainStep::Forward(const Batch& batch, bool learn) {
  SendWeights();
  SendImages(batch);
  double scale = pixel_scale_;
  for (size_t i = 0; i < layers_.size(); ++i) {
    LayerState& layer = states_[i];
    layer.input_scale = scale;
    SendBias(i);
    const bool last = i + 1 == layers_.size();
    if (last) {
      tensors_.ForwardZ(i);
      break;
    }
    if (learn) layer.z = tensors_.ForwardZ(i);
    if (learn && options_.relu_on_sums && Convolution(i)) {
      RoundPooled(i, &scale);
      continue;
    }
    const bool current = learn && !Known(layer.activation_clip);
    const double clip = current ? ObserveZ(i) : layer.activation_clip.average();
    const OutputOptions output = OutputOf(i, clip, &scale);
    if (learn) {
      tensors_.RoundZ(i, output);
      if (options_.relu_on_sums) tensors_.MaskZ(i);
    } else {
      tensors_.Forward(i, output);
    }
    if (Convolution(i)) PassPool(i);
  }
  tensors_.driver().WaitAll();
  for (size_t i = 0; learn && i + 1 < layers_.size(); ++i) {
    if (states_[i].z) ObserveZ(i);
  }
}

// How z is rounded to codes up to `clip`; `scale` becomes their scale.
OutputOptions ChainStep::OutputOf(size_t i, double clip, double* scale) const {
  const double unit = states_[i].unit();
  const OutputScale rule = NearestScale(unit / ScaleOf(clip, kUint4Max));
  *scale = unit / rule.factor();
  OutputOptions output;
  output.scale_mul = static_cast<uint8_t>(rule.mul);
  output.scale_shift = rule.shift;
  return output;
}

// That no sum of layer i has wrapped.
void ChainStep::CheckZ(size_t i) {
  if (tensors_.driver().Wait(*states_[i].z).wraps != 0) {
    throw std::runtime_error("outputs of " + layers_[i].name +
                             " leave INT32: the training has diverged; lower the rate");
  }
  states_[i].z.reset();
}

// The clipping value of this step's z, which becomes part of the estimate.
double ChainStep::ObserveZ(size_t i) {
  LayerState& layer = states_[i];
  CheckZ(i);
  const Tensor& z = tensors_[i].z;
  const size_t stride = z.stride / sizeof(int32_t);
  PositiveSums sums;
  for (size_t begin = 0; begin < z.rows; begin += RowsAtATime(z)) {
    const size_t rows = std::min<size_t>(RowsAtATime(z), z.rows - begin);
    const int32_t* numbers = ReadInt32(z, begin, rows);
    for (size_t row = 0; row < rows; ++row) {
      const PositiveSums part = SumPositives(std::span(numbers + row * stride, z.cols));
      sums.count += part.count;
      sums.sum += part.sum;
      sums.squares += part.squares;
      sums.max = std::max(sums.max, part.max);
    }
  }
  const double clip = ActivationClip(sums, layer.unit(), options_.clip);
  layer.activation_clip.Observe(clip);
  return clip;
}

// From the sums of a convolution to the input of the next layer, with the pool before the rounding.
void ChainStep::RoundPooled(size_t i, double* scale) {
  LayerState& layer = states_[i];
  CheckZ(i);
  ConvolutionHost& host = *layer.host;
  const Tensor& z = tensors_[i].z;
  for (size_t c = 0; c < z.rows; ++c) host.PoolSums(c, ReadInt32(z, c, 1));
  const double current = ActivationClip(SumPositives(host.sums()), layer.unit(), options_.clip);
  const double clip = Known(layer.activation_clip) ? layer.activation_clip.average() : current;
  layer.activation_clip.Observe(current);
  tensors_.driver().UploadInt32(tensors_[i].sums, host.sums());
  tensors_.RoundSums(i, OutputOf(i, clip, scale));
  tensors_.driver().WaitAll();
  const Tensor& pooled = tensors_[i].pooled;
  for (size_t c = 0; c < pooled.rows; ++c) host.SetValues(c, tensors_.Rows(pooled, c, 1));
  SendPooled(i);
  if (Convolution(i + 1)) return;
  Grow(codes_, layers_[i].out * host.pooled());
  kernels_.transpose(host.passes(), layers_[i].out, host.pooled(), codes_.data());
  const Tensor& mask = tensors_[i + 1].mask;
  uint8_t* row = tensors_.Open(mask);
  for (size_t image = 0; image < batch_; ++image, row += mask.stride) {
    kernels_.pack(&codes_[image * mask.cols], mask.cols, row);
  }
  tensors_.Send();
}

// From the outputs of a convolution to the input of the next layer.
void ChainStep::PassPool(size_t i) {
  tensors_.driver().WaitAll();
  ConvolutionHost& host = *states_[i].host;
  const Tensor& y = tensors_[i].y;
  host.Pool(tensors_.Rows(y, 0, y.rows), y.stride);
  SendPooled(i);
}

// What convolution i hands to the next layer.
void ChainStep::SendPooled(size_t i) {
  const ConvolutionHost& host = *states_[i].host;
  if (Convolution(i + 1)) {
    SendColumns(i + 1, host.values());
    return;
  }
  Grow(codes_, layers_[i].out * host.pooled());  // [image, row, column, channel]
  kernels_.transpose(host.values(), layers_[i].out, host.pooled(), codes_.data());
  SendFeatures(i + 1, codes_.data());
}

std::vector<double> ChainStep::Logits(size_t batch) {
  const Tensor& z = tensors_[layers_.size() - 1].z;
  const std::vector<int32_t> logits = tensors_.driver().DownloadInt32(z);
  const double unit = states_.back().unit();
  std::vector<double> real(batch * layers_.back().out);
  for (size_t i = 0; i < real.size(); ++i) real[i] = logits[i] * unit;
  return real;
}

}  // namespace tetralog::train
