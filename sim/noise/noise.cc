// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/noise/noise.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "sim/functional/host_quantizer.h"
#include "sim/reference/image_ops.h"
#include "sim/reference/seeds.h"

namespace tetralog::noise {
namespace {

const at::TensorOptions kDouble = at::TensorOptions(at::kDouble);

double SquaredNorm(const at::Tensor& tensor) { return tensor.square().sum().item<double>(); }

// Errors of one tensor over the draws.
class Errors {
 public:
  explicit Errors(const at::Tensor& exact) : exact_(exact) {
    if (exact.defined()) sum_ = at::zeros_like(exact);
  }

  void Add(const at::Tensor& value) {
    const at::Tensor error = value - exact_;
    sum_ += error;
    squares_ += SquaredNorm(error);
    ++draws_;
  }
  Noise Result() const { return Against(exact_); }
  // As if the exact tensor were another one.
  Noise Against(const at::Tensor& other) const {
    if (draws_ == 0) return {};
    const double draws = static_cast<double>(draws_), norm = SquaredNorm(other);
    const at::Tensor mean = sum_ / draws, moved = exact_ - other;
    const double spread = std::max(0.0, squares_ / draws - SquaredNorm(mean));
    const double bias = SquaredNorm(mean + moved);
    const double floor = draws_ == 1 ? 0 : spread / (draws - 1);
    if (norm == 0) return {};
    return {std::sqrt((spread + bias) / norm), std::sqrt(bias / norm), std::sqrt(floor / norm)};
  }

 private:
  at::Tensor exact_, sum_;
  double squares_ = 0;
  uint64_t draws_ = 0;
};

at::Tensor ToTensor(const std::vector<double>& values, size_t rows) {
  return at::tensor(values, kDouble)
      .view({static_cast<int64_t>(rows), static_cast<int64_t>(values.size() / rows)});
}

at::Tensor Integers(const std::vector<int32_t>& z, size_t rows) {
  return at::from_blob(const_cast<int32_t*>(z.data()),
                       {static_cast<int64_t>(rows), static_cast<int64_t>(z.size() / rows)},
                       at::kInt)
      .to(at::kDouble);
}

// Values of the codes, mean over the samples, in units of alpha.
at::Tensor Values(const std::vector<uint8_t>& codes, uint32_t samples, size_t rows) {
  const size_t size = codes.size() / samples;
  std::vector<double> values(size);
  for (size_t i = 0; i < codes.size(); ++i) {
    const int code = codes[i] % 8;
    const double magnitude = code == 0 ? 0 : std::ldexp(1.0, code - 1);
    values[i % size] += (codes[i] < 8 ? magnitude : -magnitude) / samples;
  }
  return ToTensor(values, rows);
}

// One layer and its products, exact and of rounded gradients.
class LayerProducts {
 public:
  LayerProducts(const LayerOperands& operands, train::GemmBackend& backend)
      : o_(operands), backend_(backend), gradient_(ToTensor(o_.gradient, o_.rows)) {
    shift_ = Log4Shift(gradient_.abs().max().item<double>());
    exact_dw_ = at::mm(gradient_.t(), Codes(o_.inputs, o_.rows) * o_.input_scale);
    full_dw_ = at::mm(gradient_.t(), ToTensor(o_.real_inputs, o_.rows));
    if (!has_dx()) return;
    const at::Tensor codes = Codes(o_.weights, o_.layer.out);
    const at::Tensor weights = at::where(codes >= 8.0, codes - 16.0, codes);  // INT4
    exact_dx_ = Finish(at::mm(gradient_, weights * o_.weight_scale));
    full_dx_ = Finish(at::mm(gradient_, ToTensor(o_.real_weights, o_.layer.out)));
  }

  LayerNoise Measure(const Scheme& scheme, uint64_t draws, uint64_t seed, size_t index) {
    LayerNoise noise;
    noise.layer = o_.layer.name;
    noise.draws = scheme.random() ? draws : 1;
    noise.has_dx = has_dx() && scheme.samples == 1;  // with SMP it is that of the first sample
    const double alpha = std::ldexp(1.0, shift_ + scheme.alpha_shift);
    const double magnitude = gradient_.abs().sum().item<double>();
    const at::Tensor sign = gradient_.sign();
    Errors gradient(gradient_), dx(exact_dx_), dw(exact_dw_);
    double drift = 0, drift_squares = 0;
    for (uint64_t draw = 0; draw < noise.draws; ++draw) {
      const std::vector<uint8_t> codes =
          RoundBy(scheme, o_.gradient, o_.rows, o_.layer.out, shift_,
                  reference::derive_seed({seed, draw, index, reference::kOutputGradient}));
      const at::Tensor rounded = Values(codes, scheme.samples, o_.rows) * alpha;
      gradient.Add(rounded);
      const double change = (rounded * sign).sum().item<double>() / magnitude - 1.0;
      drift += change;
      drift_squares += change * change;
      dw.Add(WeightGradient(codes, scheme.samples, alpha));
      if (noise.has_dx) dx.Add(Finish(InputGradient(codes, alpha)));
    }
    const auto count = static_cast<double>(noise.draws);
    noise.gradient = gradient.Result();
    noise.dw = dw.Result();
    noise.full_dw = dw.Against(full_dw_);
    noise.drift = drift / count;
    if (noise.draws > 1) {
      noise.drift_error =
          std::sqrt(std::max(0.0, drift_squares / count - noise.drift * noise.drift) / (count - 1));
    }
    if (noise.has_dx) noise.dx = dx.Result(), noise.full_dx = dx.Against(full_dx_);
    return noise;
  }

 private:
  bool has_dx() const { return !o_.passes.empty(); }

  static at::Tensor Codes(const std::vector<uint8_t>& codes, size_t rows) {
    return ToTensor({codes.begin(), codes.end()}, rows);
  }

  // From the product to the gradient behind the ReLU before; columns are summed into their image.
  at::Tensor Finish(const at::Tensor& product) const {
    const at::Tensor dx =
        o_.layer.convolution() ? reference::columns_to_image(product, o_.layer) : product;
    return dx * at::tensor(o_.passes, kDouble).view(dx.sizes());
  }

  at::Tensor InputGradient(const std::vector<uint8_t>& codes, double alpha) {
    train::GemmCall call;
    call.layer = o_.layer.name;
    call.kind = "input_gradient";
    call.m = static_cast<uint32_t>(o_.rows);
    call.n = static_cast<uint32_t>(o_.layer.in);
    call.k = static_cast<uint32_t>(o_.layer.out);
    call.a_format = Format::kLog4;
    call.b_format = Format::kInt4;
    call.a = codes.data();
    call.b = o_.weights.data();
    backend_.Run(call, &output_);
    return Integers(output_.z, o_.rows) * (alpha * o_.weight_scale);
  }

  at::Tensor WeightGradient(const std::vector<uint8_t>& codes, uint32_t samples, double alpha) {
    train::GemmCall call;
    call.layer = o_.layer.name;
    call.kind = "weight_gradient";
    call.m = static_cast<uint32_t>(o_.layer.out);
    call.n = static_cast<uint32_t>(o_.layer.in);
    call.k = static_cast<uint32_t>(o_.rows);
    call.a_format = Format::kLog4;
    call.b_format = Format::kUint4;
    call.a_transposed = true;
    call.a_samples = samples;
    call.a = codes.data();
    call.b = o_.inputs.data();
    backend_.Run(call, &output_);
    return Integers(output_.z, o_.layer.out) * (alpha * o_.input_scale / samples);
  }

  const LayerOperands& o_;
  train::GemmBackend& backend_;
  at::Tensor gradient_, exact_dx_, exact_dw_, full_dx_, full_dw_;
  int shift_ = 0;
  train::GemmOutput output_;
};

}  // namespace

double Noise::excess() const { return std::sqrt(std::max(0.0, bias * bias - floor * floor)); }

std::vector<SchemeNoise> MeasureNoise(const std::vector<LayerOperands>& layers,
                                      const std::vector<Scheme>& schemes,
                                      const NoiseOptions& options, train::GemmBackend& backend) {
  std::vector<SchemeNoise> noise;
  for (const Scheme& scheme : schemes) noise.push_back({scheme, {}});
  for (size_t i = 0; i < layers.size(); ++i) {
    LayerProducts products(layers[i], backend);
    for (SchemeNoise& one : noise) {
      if (options.progress) options.progress(layers[i].layer.name, one.scheme.name);
      one.layers.push_back(products.Measure(one.scheme, options.draws, options.seed, i));
    }
  }
  return noise;
}

Noise MeanOver(const std::vector<LayerNoise>& layers, Noise LayerNoise::*tensor) {
  Noise mean;
  double count = 0;
  for (const LayerNoise& layer : layers) {
    const Noise& noise = layer.*tensor;
    if (noise.rms == 0) continue;
    mean.rms += noise.rms * noise.rms;
    mean.bias += noise.bias * noise.bias;
    mean.floor += noise.floor * noise.floor;
    ++count;
  }
  if (count == 0) return mean;
  return {std::sqrt(mean.rms / count), std::sqrt(mean.bias / count), std::sqrt(mean.floor / count)};
}

}  // namespace tetralog::noise
