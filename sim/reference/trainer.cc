// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/reference/image_ops.h"
#include "sim/reference/loss.h"
#include "sim/reference/quantise.h"
#include "sim/reference/random_bits.h"
#include "sim/reference/recorder.h"
#include "sim/reference/seeds.h"

namespace tetralog::reference {
namespace {

// m_t = 0.9*m_(t-1) + 0.1*value_(t-1); the first value stands for itself.
class Hindsight {
 public:
  double estimate(double current, bool enabled) const {
    return seen_ && enabled ? average_ : current;
  }
  double average() const { return average_; }
  std::array<double, 2> state() const { return {average_, seen_ ? 1.0 : 0.0}; }
  void set_state(const std::array<double, 2>& state) {
    average_ = state[0];
    seen_ = state[1] != 0;
  }
  void observe(double current) {
    average_ = seen_ ? 0.9 * average_ + 0.1 * current : current;
    seen_ = true;
  }

 private:
  double average_ = 0;
  bool seen_ = false;
};

// The real scale of codes up to `top` with the given clipping value; an all-zero tensor has
// scale 1.
double scale_of(double clip, double top) { return clip == 0 ? 1.0 : clip / top; }

struct LayerState {
  Hindsight activation_clip;  // of the layer's output
  Hindsight gradient_max;     // of the gradient of the layer's input
};

// What the backward pass needs of a layer's forward pass. Tensors hold codes, or real values in the
// FP32 variant, where every scale is 1.
struct LayerPass {
  at::Tensor weight;  // [out, in]
  at::Tensor input;   // [rows, in], columns of the images for a convolution
  at::Tensor passes;  // [batch, ...], before im2col: where it is zero no gradient passes
  at::Tensor taken;   // of the pool behind a convolution
  double weight_scale = 1, input_scale = 1;
};

std::vector<double> to_vector(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

}  // namespace

struct Trainer::Impl {
  TrainerOptions options;
  std::vector<Layer> layers;
  std::vector<LayerParameters> parameters;
  std::vector<LayerState> states;
  Hindsight loss_gradient_max;
  double pixel_step = 1;  // counts of 0..255 that make one input code; the real value is 0..1
  uint64_t step = 0;
  std::vector<TraceGemm>* record = nullptr;
  bool fp32_step = false;

  bool quantised() const { return options.variant != Variant::kFp32 && !fp32_step; }
  at::ScalarType stored_type() const { return options.float64 ? at::kDouble : at::kFloat; }

  // Left times right on integers whose products are at most `product`, as float64. The fast route
  // sums as many products in float32 as are sure to stay exact.
  at::Tensor multiply(const at::Tensor& left, const at::Tensor& right, int64_t product) const {
    if (!quantised()) return at::mm(left, right);
    if (options.float64) return at::mm(left.to(at::kDouble), right.to(at::kDouble));
    const int64_t k = left.size(1), exact = (1 << 24) / product;
    at::Tensor sum;
    for (int64_t begin = 0; begin < k; begin += exact) {
      const int64_t size = std::min(exact, k - begin);
      const at::Tensor part =
          at::mm(left.narrow(1, begin, size), right.narrow(0, begin, size)).to(at::kDouble);
      sum = begin == 0 ? part : sum + part;
    }
    return sum;
  }

  double clip_of(const PositiveSums& sums, double unit) const {
    return options.max_clip ? static_cast<double>(sums.max) * unit : activation_clip(sums, unit);
  }

  at::Tensor weights(size_t i, double* scale) const {
    const LayerParameters& layer = parameters[i];
    const at::Tensor real =
        at::from_blob(const_cast<double*>(layer.weight.values.data()),
                      {static_cast<int64_t>(layers[i].out), static_cast<int64_t>(layers[i].in)},
                      at::TensorOptions(at::kDouble));
    if (!quantised()) return real.to(at::kFloat);
    const double clip =
        options.max_clip ? real.abs().max().item<double>() : weight_clip(layer.weight.values);
    *scale = scale_of(clip, kInt4Max);
    return round_int4(real / *scale).to(stored_type());
  }

  at::Tensor input_image(const Batch& batch) const {
    const at::Tensor pixels =
        at::from_blob(const_cast<uint8_t*>(batch.pixels),
                      {static_cast<int64_t>(batch.size), 28, 28, 1}, at::TensorOptions(at::kByte));
    if (!quantised()) return pixels.to(at::kFloat) / 255.0;
    return round_uint4(pixels.to(at::kDouble) / pixel_step).to(stored_type());
  }

  TraceGemm describe(size_t i, const char* kind, Format a, Format b, Format d, double scale_a,
                     double scale_b, double scale_d) const {
    TraceGemm gemm;
    gemm.name = group_name(step, layers[i].name, kind);
    gemm.step = static_cast<uint32_t>(step);
    gemm.layer = layers[i].name;
    gemm.kind = kind;
    gemm.a_format = a;
    gemm.b_format = b;
    gemm.d_format = d;
    gemm.scale_a = scale_a;
    gemm.scale_b = scale_b;
    gemm.scale_d = scale_d;
    return gemm;
  }

  struct Forward {
    std::vector<LayerPass> passes;
    at::Tensor logits;  // [batch, classes], real values
  };

  // What a layer hands to the next.
  struct Activations {
    at::Tensor values;  // [rows, out], or [batch, side, side, out] behind a pool
    at::Tensor passes;  // of the same shape: where it is zero no gradient passes
    at::Tensor taken;   // of the pool
  };

  // Maximum pool of [rows, out].
  Activations pool(size_t i, const at::Tensor& values) const {
    const int64_t side = static_cast<int64_t>(layers[i].out_side());
    const Pooled pooled =
        max_pool(values.view({-1, side, side, static_cast<int64_t>(layers[i].out)}));
    return {pooled.values, pooled.values, pooled.taken};
  }

  Activations forward_real(size_t i, const LayerPass& pass) const {
    const at::Tensor bias =
        at::tensor(parameters[i].bias.values, at::TensorOptions(at::kDouble)).to(at::kFloat);
    const at::Tensor sums = at::addmm(bias, pass.input, pass.weight.t());
    if (i + 1 == layers.size()) return {sums, {}, {}};
    const at::Tensor values = sums.clamp_min(0);
    return layers[i].convolution() ? pool(i, values) : Activations{values, values, {}};
  }

  // z + C, requantised but for the last layer. `scale` becomes the scale of the result.
  Activations forward_quantised(size_t i, const LayerPass& pass, LayerState* learn,
                                double* scale) const {
    const double unit = pass.weight_scale * pass.input_scale;
    std::vector<double> c;
    for (double bias : parameters[i].bias.values) {
      c.push_back(std::clamp(std::nearbyint(bias / unit), -0x1p31, 0x1p31 - 1));
    }
    const at::Tensor z = multiply(pass.input, pass.weight.t(), kProductMaxIu) +
                         at::tensor(c, at::TensorOptions(at::kDouble));
    *scale = unit;
    Scale rule;
    const bool last = i + 1 == layers.size(), convolution = layers[i].convolution();
    // The machine rounds z, but where the host pools it first.
    const bool rounds = !last && !(options.relu_on_sums && convolution);
    Activations made = {z, z, {}};
    if (!rounds && !last) made = pool(i, z);
    if (!last) {
      double clip = states[i].activation_clip.average();
      if (learn != nullptr) {
        const at::Tensor& sums = made.values;
        const double current = clip_of(positive_sums(sums.data_ptr<double>(), sums.numel()), unit);
        clip = learn->activation_clip.estimate(current, options.hindsight);
        learn->activation_clip.observe(current);
      }
      rule = nearest_scale(unit / scale_of(clip, kUint4Max));
      *scale = unit / rule.factor();
      made.values = round_uint4(made.values * rule.factor());
      made.passes = options.relu_on_sums ? made.passes.gt(0).to(at::kDouble) : made.values;
    }
    if (record != nullptr) {
      TraceGemm gemm = describe(i, "forward", Format::kInt4, Format::kUint4,
                                rounds ? Format::kUint4 : Format::kInt32, pass.weight_scale,
                                pass.input_scale, rounds ? *scale : unit);
      gemm.b_transposed = gemm.d_transposed = true;
      if (rounds) {
        gemm.scale_mul = rule.mul;
        gemm.scale_shift = rule.shift;
      }
      gemm.c.assign(c.begin(), c.end());
      gemm.c_row_stride = 1;
      StoredTensors tensors{pass.weight.unsqueeze(0), pass.input, {}, {}};
      if (rounds) tensors.d = made.values.unsqueeze(0);
      record_gemm(std::move(gemm), tensors, record);
    }
    return rounds && convolution ? pool(i, made.values) : made;
  }

  // `learn`: update the estimates of the activation scales.
  Forward forward(const Batch& batch, std::vector<LayerState>* learn) const {
    Forward result;
    Activations x = {input_image(batch), {}, {}};
    double x_scale = quantised() ? pixel_step / 255.0 : 1.0;
    for (size_t i = 0; i < layers.size(); ++i) {
      const Layer& layer = layers[i];
      LayerPass pass;
      pass.input_scale = x_scale;
      pass.weight = weights(i, &pass.weight_scale);
      const auto shaped = [&](const at::Tensor& values) {  // images, or their features
        if (layer.convolution() || !values.defined()) return values;
        return values.reshape({static_cast<int64_t>(batch.size), -1});
      };
      pass.passes = shaped(x.passes);
      pass.input = layer.convolution() ? image_to_columns(x.values, layer) : shaped(x.values);
      x = quantised() ? forward_quantised(i, pass, learn ? &(*learn)[i] : nullptr, &x_scale)
                      : forward_real(i, pass);
      if (quantised() && i + 1 < layers.size()) x.values = x.values.to(stored_type());
      pass.taken = x.taken;
      result.passes.push_back(std::move(pass));
    }
    result.logits = quantised() ? x.values * x_scale : x.values;
    return result;
  }

  Log4Rounding rounding() const {
    if (options.variant == Variant::kNearestGradients) return Log4Rounding::kNearest;
    if (options.variant == Variant::kFlooredUnderflow) return Log4Rounding::kFlooredUnderflow;
    return Log4Rounding::kLuq;
  }

  // Samples of y, [samples, rows, columns], rounded to LOG4 with the words of `seed`.
  at::Tensor sample_log4(const at::Tensor& y, uint64_t seed, uint32_t samples) const {
    std::vector<at::Tensor> results;
    for (uint32_t sample = 0; sample < samples; ++sample) {
      results.push_back(
          round_log4(y, random_words(seed, sample, y.size(0), y.size(1)), rounding()));
    }
    return at::stack(results).to(stored_type());
  }

  // The loss gradient as samples of LOG4 codes; `scale` becomes their alpha.
  at::Tensor quantise_loss_gradient(const at::Tensor& gradient, uint32_t samples, double* scale) {
    const double max = gradient.abs().max().item<double>();
    const int shift = log4_shift(loss_gradient_max.estimate(max, options.hindsight));
    loss_gradient_max.observe(max);
    *scale = std::ldexp(1.0, shift);
    const uint64_t seed = derive_seed({options.seed, step, layers.size(), kLossGradient});
    return sample_log4(gradient * std::ldexp(1.0, -shift), seed, samples);
  }

  // The gradient of the input of layer i, [samples, rows, ...], in the shape of its image.
  at::Tensor input_gradient(size_t i, const LayerPass& pass, const at::Tensor& gradient,
                            double* scale) {
    const Layer& layer = layers[i];
    const at::Tensor raw = multiply(gradient[0], pass.weight, kProductMaxLi);
    const at::Tensor z = layer.convolution() ? columns_to_image(raw, layer) : raw;
    const at::Tensor masked = z * pass.passes.ne(0);
    if (!quantised()) return masked.unsqueeze(0);

    const double unit = *scale * pass.weight_scale;
    const double max = masked.abs().max().item<double>();
    Hindsight& history = states[i].gradient_max;
    const int shift = log4_shift(history.estimate(max * unit, options.hindsight) / unit);
    history.observe(max * unit);
    const uint64_t seed = derive_seed({options.seed, step, i, kInputGradient});
    // Rows of the random address are images, or pixels of all images; columns are features.
    const at::Tensor y = (masked * std::ldexp(1.0, -shift)).reshape({-1, masked.size(-1)});
    const at::Tensor samples = sample_log4(y, seed, static_cast<uint32_t>(gradient.size(0)));
    if (record != nullptr) {
      const bool host = layer.convolution();
      TraceGemm gemm = describe(i, "input_gradient", Format::kLog4, Format::kInt4,
                                host ? Format::kInt32 : Format::kLog4, *scale, pass.weight_scale,
                                host ? unit : std::ldexp(unit, shift));
      StoredTensors tensors{gradient.narrow(0, 0, 1), pass.weight, {}, {}};
      if (!host) {
        gemm.rounding = Rounding::kStochastic;
        gemm.scale_shift = shift;
        gemm.seed = seed;
        tensors.mask = pass.passes;
        tensors.d = samples;
      }
      record_gemm(std::move(gemm), tensors, record);
    }
    *scale = std::ldexp(unit, shift);
    std::vector<int64_t> shape = masked.sizes().vec();
    shape.insert(shape.begin(), samples.size(0));
    return samples.view(shape);
  }

  void update_layer(size_t i, const LayerPass& pass, const at::Tensor& gradient, double scale,
                    double rate) {
    const int64_t samples = gradient.size(0);
    const at::Tensor all = gradient.reshape({-1, gradient.size(2)});
    // Every sample of the gradient meets the same input again.
    const at::Tensor input = samples == 1 ? pass.input : pass.input.repeat({samples, 1});
    const at::Tensor z = multiply(all.t(), input, kProductMaxLu);
    if (record != nullptr) {
      TraceGemm gemm = describe(i, "weight_gradient", Format::kLog4, Format::kUint4, Format::kInt32,
                                scale, pass.input_scale, scale * pass.input_scale);
      gemm.a_transposed = true;
      record_gemm(std::move(gemm), {gradient, pass.input, {}, {}}, record);
    }
    const double unit = scale / static_cast<double>(samples);
    const UpdateRule rule = update_rule(options.adam, rate, options.momentum, step);
    update(to_vector(z.to(at::kDouble) * (unit * pass.input_scale)), rule, &parameters[i].weight);
    update(to_vector(all.to(at::kDouble).sum(0) * unit), rule, &parameters[i].bias);
  }

  StepResult train(const Batch& batch, const StepOptions& step_options) {
    fp32_step = step_options.fp32;
    record = quantised() ? step_options.record : nullptr;
    const Forward pass = forward(batch, &states);
    const Loss loss = softmax_loss(to_vector(pass.logits), batch.labels, kClasses);
    at::Tensor gradient =
        at::tensor(loss.gradient, at::TensorOptions(at::kDouble)).view(pass.logits.sizes());
    double scale = 1;
    if (quantised()) {
      gradient = quantise_loss_gradient(gradient, step_options.samples, &scale);
    } else {
      gradient = gradient.to(at::kFloat).unsqueeze(0);
    }
    for (size_t i = layers.size(); i-- > 0;) {
      at::Tensor next;
      double next_scale = scale;
      if (i > 0) next = input_gradient(i, pass.passes[i], gradient, &next_scale);
      update_layer(i, pass.passes[i], gradient, scale, step_options.rate);
      if (i == 0) break;
      const Layer& below = layers[i - 1];
      if (below.convolution()) {
        const at::Tensor& taken = pass.passes[i - 1].taken;
        std::vector<at::Tensor> samples;
        for (int64_t sample = 0; sample < next.size(0); ++sample) {
          const at::Tensor routed = max_unpool(next[sample].reshape(taken.sizes()), taken);
          samples.push_back(routed.reshape({-1, static_cast<int64_t>(below.out)}));
        }
        next = at::stack(samples);
      }
      gradient = next;
      scale = next_scale;
    }
    ++step;
    record = nullptr;
    fp32_step = false;
    return {loss.mean, loss.correct};
  }
};

Trainer::Trainer(const TrainerOptions& options, const Images& train)
    : impl_(std::make_unique<Impl>()) {
  impl_->options = options;
  impl_->layers = network_layers(options.network);
  impl_->parameters = initial_parameters(impl_->layers, options.seed, options.adam);
  impl_->states.resize(impl_->layers.size());
  // One scale for all input pixels, by the rule of activations on the whole training set.
  const std::vector<double> pixels(train.pixels.begin(), train.pixels.end());
  impl_->pixel_step =
      scale_of(impl_->clip_of(positive_sums(pixels.data(), pixels.size()), 1.0), kUint4Max);
}

Trainer::~Trainer() = default;

StepResult Trainer::step(const Batch& batch, const StepOptions& options) {
  return impl_->train(batch, options);
}

size_t Trainer::count_correct(const Batch& batch, bool fp32) const {
  impl_->fp32_step = fp32;
  const Impl::Forward pass = impl_->forward(batch, nullptr);
  impl_->fp32_step = false;
  return softmax_loss(to_vector(pass.logits), batch.labels, kClasses).correct;
}

const std::vector<LayerParameters>& Trainer::parameters() const { return impl_->parameters; }

TrainerState Trainer::state() const {
  TrainerState state{impl_->parameters, {}, {}, impl_->loss_gradient_max.state(), impl_->step};
  for (const LayerState& layer : impl_->states) {
    state.activation_clip.push_back(layer.activation_clip.state());
    state.gradient_max.push_back(layer.gradient_max.state());
  }
  return state;
}

void Trainer::set_state(const TrainerState& state) {
  impl_->parameters = state.parameters;
  for (size_t i = 0; i < impl_->states.size(); ++i) {
    impl_->states[i].activation_clip.set_state(state.activation_clip.at(i));
    impl_->states[i].gradient_max.set_state(state.gradient_max.at(i));
  }
  impl_->loss_gradient_max.set_state(state.loss_gradient_max);
  impl_->step = state.steps;
}

}  // namespace tetralog::reference
