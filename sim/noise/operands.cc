// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/noise/operands.h"

#include <ATen/ATen.h>

#include <stdexcept>

#include "sim/reference/dataset.h"
#include "sim/reference/image_ops.h"
#include "sim/reference/loss.h"

namespace tetralog::noise {
namespace {

using reference::Layer;

const at::TensorOptions kDouble = at::TensorOptions(at::kDouble);

std::vector<uint8_t> Unpacked(const PackedTensor& packed) {
  std::vector<uint8_t> codes;
  codes.reserve(size_t{packed.rows} * packed.cols);
  for (size_t row = 0; row < packed.rows; ++row) {
    for (size_t col = 0; col < packed.cols; ++col) {
      codes.push_back(packed.bytes[row * packed.stride() + col / 2] >> (col % 2 * 4) & 15);
    }
  }
  return codes;
}

std::vector<double> ToVector(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

at::Tensor ToTensor(const std::vector<double>& values, at::IntArrayRef shape) {
  return at::tensor(values, kDouble).view(shape);
}

const TraceGemm& Find(const std::vector<TraceGemm>& step, const std::string& layer,
                      const std::string& kind) {
  for (const TraceGemm& gemm : step) {
    if (gemm.layer == layer && gemm.kind == kind) return gemm;
  }
  throw std::invalid_argument("the step has no " + kind + " of " + layer +
                              ": record one of the same network");
}

const std::vector<double>& Find(const std::vector<train::NamedValues>& weights,
                                const std::string& name) {
  for (const train::NamedValues& named : weights) {
    if (named.name == name) return named.values;
  }
  throw std::invalid_argument("there is no " + name + ": give weights of the same network");
}

// Behind the ReLU and the pool of a convolution, what the next layer's input is rounded from.
struct Output {
  at::Tensor real;   // a gradient passes where it is positive
  at::Tensor taken;  // of the pool
};

// The product with its bias, in real values [rows, out].
at::Tensor RealOf(const TraceGemm& forward) {
  const std::vector<double> raw(forward.raw.begin(), forward.raw.end());
  const std::vector<double> bias(forward.c.begin(), forward.c.end());
  const at::Tensor z = ToTensor(raw, {forward.m, forward.n}).t() + at::tensor(bias, kDouble);
  return (z * (forward.scale_a * forward.scale_b)).contiguous();
}

Output OutputOf(const Layer& layer, const TraceGemm& forward) {
  const at::Tensor real = RealOf(forward).clamp_min(0.0);
  if (!layer.convolution()) return {real, {}};
  if (forward.d_format != Format::kInt32) {
    throw std::invalid_argument("the ReLU of " + layer.name +
                                " acted on codes: record a step with that of sums");
  }
  const auto side = static_cast<int64_t>(layer.out_side()), out = static_cast<int64_t>(layer.out);
  const reference::Pooled pooled = reference::max_pool(real.view({-1, side, side, out}));
  return {pooled.values, pooled.taken};
}

at::Tensor Pixels(const train::Batch& batch) {
  const std::vector<double> pixels(batch.pixels, batch.pixels + batch.size * reference::kImageSize);
  return ToTensor(pixels, {static_cast<int64_t>(batch.size), 28, 28, 1}) / 255.0;
}

// The gradient of the output of the layer before.
at::Tensor PassBack(const LayerOperands& layer, const at::Tensor& gradient, const Output& before) {
  const auto out = static_cast<int64_t>(layer.layer.out), in = static_cast<int64_t>(layer.layer.in);
  const at::Tensor weights =
      at::from_blob(const_cast<uint8_t*>(layer.weights.data()), {out, in}, at::kByte)
          .to(at::kDouble);
  const at::Tensor values = at::where(weights >= 8.0, weights - 16.0, weights);  // INT4
  const at::Tensor raw = at::mm(gradient, values * layer.weight_scale);
  const at::Tensor dx =
      layer.layer.convolution() ? reference::columns_to_image(raw, layer.layer) : raw;
  const at::Tensor masked = dx.reshape(before.real.sizes()) * before.real.gt(0);
  if (!before.taken.defined()) return masked;
  const at::Tensor routed = reference::max_unpool(masked, before.taken);
  return routed.reshape({-1, routed.size(-1)});
}

}  // namespace

std::vector<LayerOperands> CaptureOperands(const std::string& network,
                                           const std::vector<TraceGemm>& step,
                                           const std::vector<train::NamedValues>& weights,
                                           const train::Batch& batch) {
  const std::vector<Layer> layers = reference::network_layers(network);
  std::vector<LayerOperands> operands;
  std::vector<Output> inputs;  // by layer
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const TraceGemm& forward = Find(step, layer.name, "forward");
    LayerOperands o;
    o.layer = layer;
    o.rows = forward.n;
    o.weights = Unpacked(forward.a);
    o.inputs = Unpacked(forward.b);
    o.weight_scale = forward.scale_a;
    o.input_scale = forward.scale_b;
    o.real_weights = Find(weights, layer.name + ".weight");
    if (i == 0) {
      inputs.push_back({Pixels(batch), {}});
    } else {
      inputs.push_back(OutputOf(layers[i - 1], Find(step, layers[i - 1].name, "forward")));
      o.passes = ToVector(inputs[i].real.gt(0));
    }
    o.real_inputs = ToVector(
        layer.convolution() ? reference::image_to_columns(inputs[i].real, layer) : inputs[i].real);
    if (o.real_inputs.size() != o.inputs.size() || o.real_weights.size() != o.weights.size()) {
      throw std::invalid_argument(layer.name + " has other sizes in the step: give its own batch");
    }
    operands.push_back(std::move(o));
  }

  const TraceGemm& last = Find(step, layers.back().name, "forward");
  const reference::Loss loss =
      reference::softmax_loss(ToVector(RealOf(last)), batch.labels, last.m);
  at::Tensor gradient = ToTensor(loss.gradient, {last.n, last.m});
  for (size_t i = layers.size(); i-- > 0;) {
    operands[i].gradient = ToVector(gradient);
    if (i > 0) gradient = PassBack(operands[i], gradient, inputs[i]);
  }
  return operands;
}

}  // namespace tetralog::noise
