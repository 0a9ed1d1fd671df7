// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/tensor_gemm.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <utility>

#include "sim/functional/host_quantizer.h"
#include "sim/reference/quantise.h"
#include "sim/reference/random_bits.h"
#include "sim/reference/seeds.h"
#include "sim/train/code_histogram.h"

namespace tetralog::train {
namespace {

using torch::autograd::AutogradContext;

struct GemmFunction : torch::autograd::Function<GemmFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            TensorGemm* gemm) {
    (void)weight;
    ctx->saved_data["gemm"] = static_cast<int64_t>(reinterpret_cast<intptr_t>(gemm));
    return gemm->Forward(x);
  }
  static torch::autograd::variable_list backward(AutogradContext* ctx,
                                                 torch::autograd::variable_list gradients) {
    auto* gemm = reinterpret_cast<TensorGemm*>(ctx->saved_data["gemm"].toInt());
    torch::autograd::variable_list result = gemm->Backward(gradients[0]);
    result.emplace_back();  // of the pointer
    return result;
  }
};

// The real scale of codes up to `top`; that of an all-zero tensor is 1.
double ScaleOf(double clip, double top) { return clip == 0 ? 1.0 : clip / top; }

std::vector<uint8_t> QuantiseBroken(const at::Tensor& gradient, int shift,
                                    reference::Log4Rounding rounding,
                                    const std::vector<uint16_t>& words) {
  const at::Tensor y = gradient.to(at::kDouble) * std::ldexp(1.0, -shift);
  const at::Tensor values = reference::round_log4(y, words, rounding).contiguous();
  const double* value = values.data_ptr<double>();
  std::vector<uint8_t> codes(words.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    if (value[i] == 0) continue;
    codes[i] = static_cast<uint8_t>(std::ilogb(value[i]) + 1 + (value[i] < 0 ? 8 : 0));
  }
  return codes;
}

}  // namespace

at::Tensor TensorGemm::Apply(const TensorPass& pass, const at::Tensor& x) {
  pass_ = &pass;
  if (pass.fp32 || (setup_.first_or_last && pass.options->first_last_fp32)) return InFp32(x);
  return GemmFunction::apply(x, weight_->leaf, this);
}

at::Tensor TensorGemm::InFp32(const at::Tensor& x) const {
  if (!setup_.convolution) return at::mm(x, weight_->leaf.t());
  const Convolution& shape = *setup_.convolution;
  const auto kernel = static_cast<int64_t>(shape.kernel), pad = static_cast<int64_t>(shape.pad);
  const auto stride = static_cast<int64_t>(shape.stride);
  const at::Tensor weight =
      weight_->leaf.view({out(), kernel, kernel, static_cast<int64_t>(shape.in_channels)})
          .permute({0, 3, 1, 2});
  return at::conv2d(x.permute({0, 3, 1, 2}), weight, {}, {stride, stride}, {pad, pad})
      .permute({0, 2, 3, 1})
      .contiguous();
}

void TensorGemm::QuantiseWeights() {
  const std::vector<double>& values = weight_->values;
  const double clip = pass_->options->max_clip ? MaxMagnitude(values.data(), values.size())
                                               : Int4Clip(values.data(), values.size());
  weight_scale_ = ScaleOf(clip, kInt4Max);
  weight_codes_.resize(values.size());
  QuantizeInteger(Format::kInt4, values.data(), static_cast<size_t>(out()),
                  static_cast<size_t>(in()), weight_scale_, Rounding::kNearest, {},
                  weight_codes_.data());
}

void TensorGemm::QuantiseInput(const at::Tensor& x) {
  const float* values = x.data_ptr<float>();
  const auto size = static_cast<size_t>(x.numel());
  const bool learn = pass_->training && setup_.clip == 0;
  double clip = setup_.clip != 0 ? setup_.clip : input_clip_.state[0];
  if (learn) {
    const double current = pass_->options->max_clip ? MaxMagnitude(values, size)
                           : setup_.is_signed       ? Int4Clip(values, size)
                                                    : Uint4Clip(values, size);
    clip = input_clip_.Of(current, pass_->options->hindsight);
    input_clip_.Observe(current);
  }
  input_scale_ = ScaleOf(clip, setup_.is_signed ? kInt4Max : kUint4Max);
  std::vector<uint8_t> codes(size);
  QuantizeInteger(setup_.is_signed ? Format::kInt4 : Format::kUint4, values, 1, size, input_scale_,
                  Rounding::kNearest, {}, codes.data());
  columns_ = setup_.convolution ? InputColumns(*setup_.convolution, codes) : std::move(codes);
  rows_ = static_cast<int64_t>(columns_.size()) / in();
}

GemmCall TensorGemm::CallOf(const char* kind, double scale_a, double scale_b) const {
  GemmCall call;
  call.layer = setup_.name;
  call.kind = kind;
  call.scale_a = scale_a;
  call.scale_b = scale_b;
  return call;
}

at::Tensor TensorGemm::Real(const GemmOutput& output, at::IntArrayRef shape, double unit) const {
  at::Tensor real = at::empty(shape, at::TensorOptions(at::kFloat));
  float* values = real.data_ptr<float>();
  for (size_t i = 0; i < output.z.size(); ++i) values[i] = static_cast<float>(output.z[i] * unit);
  return real;
}

at::Tensor TensorGemm::Forward(const at::Tensor& x) {
  const at::Tensor input = x.contiguous();
  input_shape_ = input.sizes().vec();
  QuantiseWeights();
  QuantiseInput(input);
  GemmCall call = CallOf("forward", weight_scale_, input_scale_);
  call.m = static_cast<uint32_t>(out());
  call.n = static_cast<uint32_t>(rows_);
  call.k = static_cast<uint32_t>(in());
  call.b_format = setup_.is_signed ? Format::kInt4 : Format::kUint4;
  call.b_transposed = call.d_transposed = true;
  call.a = weight_codes_.data();
  call.b = columns_.data();
  GemmOutput output;
  pass_->backend->Run(call, &output);
  std::vector<int64_t> shape = {rows_, out()};
  if (setup_.convolution) {
    const auto side = static_cast<int64_t>(setup_.convolution->out_side());
    shape = {input_shape_[0], side, side, out()};
  }
  return Real(output, shape, weight_scale_ * input_scale_);
}

std::vector<uint8_t> TensorGemm::QuantiseGradient(const at::Tensor& gradient, double* scale) {
  const float* values = gradient.data_ptr<float>();
  const auto rows = static_cast<size_t>(rows_), cols = static_cast<size_t>(out());
  const TensorOptions& options = *pass_->options;
  const double max = MaxMagnitude(values, rows * cols);
  const int shift = Log4Shift(gradient_max_.Of(max, options.hindsight));
  gradient_max_.Observe(max);
  *scale = std::ldexp(1.0, shift);
  RandomPlace place;
  place.seed =
      reference::derive_seed({options.seed, pass_->step, setup_.index, reference::kOutputGradient});
  std::vector<uint8_t> codes(pass_->samples * rows * cols);
  for (uint8_t* to = codes.data(); place.sample < pass_->samples; ++place.sample) {
    if (options.rounding == GradientRounding::kLuq) {
      QuantizeLog4(values, rows, cols, shift, place, to);
    } else if (options.rounding == GradientRounding::kSharedRows) {
      for (size_t row = 0; row < rows; ++row) {
        QuantizeLog4(values + row * cols, 1, cols, shift, place, to + row * cols);
      }
    } else {
      const bool nearest = options.rounding == GradientRounding::kNearest;
      const std::vector<uint8_t> sample = QuantiseBroken(
          gradient.view({rows_, out()}), shift,
          nearest ? reference::Log4Rounding::kNearest : reference::Log4Rounding::kFlooredUnderflow,
          nearest ? std::vector<uint16_t>(rows * cols)
                  : reference::random_words(place.seed, place.sample, rows, cols));
      std::copy(sample.begin(), sample.end(), to);
    }
    to += rows * cols;
  }
  return codes;
}

at::Tensor TensorGemm::InputGradient(const std::vector<uint8_t>& codes, double scale) {
  GemmCall call = CallOf("input_gradient", scale, weight_scale_);
  call.a_format = Format::kLog4;
  call.b_format = Format::kInt4;
  std::vector<uint8_t> columns, turned;
  if (setup_.convolution) {
    const Convolution& shape = *setup_.convolution;
    columns = GradientColumns(shape, codes.data(), static_cast<size_t>(input_shape_[0]));
    turned = TurnedWeights(shape, weight_codes_);
    call.n = static_cast<uint32_t>(shape.in_channels);
    call.k = static_cast<uint32_t>(shape.kernel * shape.kernel * shape.out_channels);
    call.m = static_cast<uint32_t>(columns.size() / call.k);
    call.a = columns.data();
    call.b = turned.data();
  } else {
    call.m = static_cast<uint32_t>(rows_);
    call.n = static_cast<uint32_t>(in());
    call.k = static_cast<uint32_t>(out());
    call.a = codes.data();  // the first sample
    call.b = weight_codes_.data();
  }
  GemmOutput output;
  pass_->backend->Run(call, &output);
  return Real(output, input_shape_, scale * weight_scale_);
}

at::Tensor TensorGemm::WeightGradient(const std::vector<uint8_t>& codes, double scale) {
  GemmCall call = CallOf("weight_gradient", scale, input_scale_);
  call.m = static_cast<uint32_t>(out());
  call.n = static_cast<uint32_t>(in());
  call.k = static_cast<uint32_t>(rows_);
  call.a_format = Format::kLog4;
  call.b_format = setup_.is_signed ? Format::kInt4 : Format::kUint4;
  call.a_transposed = true;
  call.a_samples = pass_->samples;
  call.a = codes.data();
  call.b = columns_.data();
  GemmOutput output;
  pass_->backend->Run(call, &output);
  return Real(output, {out(), in()}, scale * input_scale_ / pass_->samples);
}

std::vector<at::Tensor> TensorGemm::Backward(const at::Tensor& gradient) {
  double scale = 1;
  const std::vector<uint8_t> codes = QuantiseGradient(gradient.contiguous(), &scale);
  if (pass_->histogram != nullptr) {
    pass_->histogram->Add(setup_.name, codes.data(), codes.size());
  }
  at::Tensor dx;
  if (setup_.input_gradient) dx = InputGradient(codes, scale);
  return {dx, WeightGradient(codes, scale)};
}

}  // namespace tetralog::train
