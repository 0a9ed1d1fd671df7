// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/chain_tensors.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace tetralog::train {
namespace {

// The first `cols` columns of a tensor.
Tensor FirstColumns(Tensor tensor, uint32_t cols) {
  tensor.cols = cols;
  return tensor;
}

Tensor FirstRows(Tensor tensor, uint32_t rows) {
  tensor.rows = rows;
  return tensor;
}

// The first sample of a tensor.
Tensor FirstSample(Tensor tensor) {
  tensor.samples = 1;
  return tensor;
}

}  // namespace

ChainTensors::ChainTensors(Machine& machine, std::vector<reference::Layer> layers,
                           bool relu_on_sums)
    : layers_(std::move(layers)), relu_on_sums_(relu_on_sums), driver_(machine) {}

void ChainTensors::Plan(uint32_t batch, uint32_t samples) {
  if (batch == batch_ && samples == samples_) return;
  batch_ = batch;
  samples_ = samples;
  driver_.WaitAll();
  try {
    Allocate();
  } catch (const std::bad_alloc&) {
    batch_ = 0;
    throw std::invalid_argument("a batch of " + std::to_string(batch) + " does not fit the " +
                                std::to_string(driver_.machine().memory_size()) +
                                " bytes of the machine: give it more memory, or a smaller batch");
  }
  mark_ = driver_.arena().mark();
}

void ChainTensors::BeginStep() {
  driver_.WaitAll();
  driver_.Forget();
  driver_.arena().Reset(mark_);
}

void ChainTensors::Allocate() {
  driver_.arena().Reset();
  tensors_.assign(layers_.size(), {});
  uint32_t widest = 1;
  for (size_t i = 0; i < layers_.size(); ++i) {
    const reference::Layer& layer = layers_[i];
    LayerTensors& t = tensors_[i];
    const auto out = static_cast<uint32_t>(layer.out), in = static_cast<uint32_t>(layer.in);
    const auto rows = static_cast<uint32_t>(batch_ * layer.pixels());
    widest = std::max({widest, out, in, rows});
    t.w = driver_.NewTensor(out, in, Format::kInt4);
    t.bias = driver_.NewTensor(1, out, Format::kInt32);
    t.dw = driver_.NewTensor(out, in + 1, Format::kInt32);
    if (layer.convolution()) {
      t.x = driver_.NewTensor(in + 1, rows, Format::kUint4);
      t.y = driver_.NewTensor(out, rows, Format::kUint4);
      t.dy = driver_.NewTensor(out, rows, Format::kLog4, samples_);
      if (relu_on_sums_) {
        t.sums = driver_.NewTensor(out, rows / 4, Format::kInt32);
        t.pooled = driver_.NewTensor(out, rows / 4, Format::kUint4);
      }
    } else {
      t.x = driver_.NewTensor(batch_, in + 1, Format::kUint4);
      t.dy = driver_.NewTensor(batch_, out, Format::kLog4, samples_);
      WriteOnes(t.x);
    }
    t.z = Last(i) ? driver_.NewTensor(batch_, out, Format::kInt32)
                  : driver_.NewTensor(out, rows, Format::kInt32);
    if (i == 0) continue;
    const auto pixels = static_cast<uint32_t>(layer.pixels());
    t.dz = driver_.NewTensor(layer.convolution() ? std::min(batch_, kImages) * pixels : rows, in,
                             Format::kInt32);
    if (relu_on_sums_ && !layer.convolution())
      t.mask = driver_.NewTensor(batch_, in, Format::kUint4);
    if (Convolution(i - 1)) t.dx = driver_.NewTensor(batch_, in, Format::kLog4, samples_);
  }
  zeros_ = driver_.NewTensor(1, widest, Format::kInt4);
  std::fill_n(Open(zeros_), zeros_.sample_bytes(), uint8_t{0});
  Send();
}

void ChainTensors::WriteOnes(const Tensor& x) {
  uint8_t* bytes = Open(x);
  std::fill_n(bytes, x.sample_bytes(), uint8_t{0});
  for (size_t row = 0; row < x.rows; ++row) bytes[row * x.stride + (x.cols - 1) / 2] = 1;
  Send();
}

// --- Bytes ---

uint8_t* ChainTensors::Open(const Tensor& tensor) {
  const uint64_t bytes = tensor.sample_bytes() * tensor.samples;
  const std::span<uint8_t> shared = driver_.machine().SharedMemory(tensor.address, bytes);
  opened_ = tensor.address;
  opened_bytes_ = shared.empty() ? bytes : 0;
  if (!shared.empty()) return shared.data();
  Grow(buffer_, bytes);
  return buffer_.data();
}

void ChainTensors::Send() {
  if (opened_bytes_ == 0) return;
  driver_.machine().WriteMemory(opened_, std::span(buffer_).first(opened_bytes_));
}

const uint8_t* ChainTensors::Rows(const Tensor& tensor, size_t row, size_t rows) {
  Machine& machine = driver_.machine();
  const uint64_t address = tensor.address + row * tensor.stride, bytes = rows * tensor.stride;
  if (address + bytes + kBlock <= machine.memory_size()) {
    const std::span<uint8_t> shared = machine.SharedMemory(address, bytes + kBlock);
    if (!shared.empty()) return shared.data();
  }
  Grow(buffer_, bytes + kBlock);
  machine.ReadMemory(address, std::span(buffer_).first(bytes));
  return buffer_.data();
}

// --- Forward ---

GemmRequest ChainTensors::ForwardRequest(size_t i) const {
  const LayerTensors& t = tensors_[i];
  const auto in = static_cast<uint32_t>(layers_[i].in);
  GemmRequest request;
  request.a = t.w;
  request.b = Convolution(i) ? FirstRows(t.x, in) : FirstColumns(t.x, in);
  request.b_transposed = !Convolution(i);
  request.c = RowBias(t.bias);
  return request;
}

void ChainTensors::PlaceY(size_t i, GemmRequest* request) const {
  if (Convolution(i)) {
    request->d = tensors_[i].y;
    return;
  }
  request->d = FirstColumns(tensors_[i + 1].x, static_cast<uint32_t>(layers_[i].out));
  request->d_transposed = true;
}

Handle ChainTensors::ForwardZ(size_t i) {
  GemmRequest request = ForwardRequest(i);
  request.d = tensors_[i].z;
  request.d_transposed = Last(i);
  return driver_.Gemm(request);
}

Handle ChainTensors::Forward(size_t i, const OutputOptions& output) {
  GemmRequest request = ForwardRequest(i);
  PlaceY(i, &request);
  request.output = output;
  return driver_.Gemm(request);
}

GemmRequest ChainTensors::RoundRequest(const Tensor& z) const {
  GemmRequest request;
  request.a = FirstColumns(zeros_, z.rows);
  request.a_transposed = true;
  request.b = FirstColumns(zeros_, z.cols);
  request.c = MatrixAddend(z);
  return request;
}

Handle ChainTensors::RoundZ(size_t i, const OutputOptions& output) {
  GemmRequest request = RoundRequest(tensors_[i].z);
  PlaceY(i, &request);
  request.output = output;
  return driver_.Gemm(request);
}

Handle ChainTensors::MaskZ(size_t i) {
  GemmRequest request = RoundRequest(tensors_[i].z);
  request.d = tensors_[i + 1].mask;
  request.d_transposed = true;
  return driver_.Gemm(request);  // a scale of 1: what is positive becomes 1 to 15
}

Handle ChainTensors::RoundSums(size_t i, const OutputOptions& output) {
  GemmRequest request = RoundRequest(tensors_[i].sums);
  request.d = tensors_[i].pooled;
  request.output = output;
  return driver_.Gemm(request);
}

// --- Backward ---

GemmRequest ChainTensors::InputGradientRequest(size_t i) const {
  const LayerTensors& t = tensors_[i];
  GemmRequest request;
  request.a = FirstSample(t.dy);
  request.a_transposed = Convolution(i);
  request.b = t.w;
  if (!Convolution(i)) {
    request.mask = relu_on_sums_ ? t.mask : FirstColumns(t.x, static_cast<uint32_t>(layers_[i].in));
  }
  return request;
}

Handle ChainTensors::InputGradientZ(size_t i) {
  GemmRequest request = InputGradientRequest(i);
  request.d = tensors_[i].dz;
  return driver_.Gemm(request);
}

Handle ChainTensors::ColumnGradientZ(size_t i, uint32_t first) {
  const auto pixels = static_cast<uint32_t>(layers_[i].pixels());  // of an image: even
  GemmRequest request = InputGradientRequest(i);
  request.a.address += uint64_t{first} * pixels / 2;
  request.a.cols = std::min(kImages, batch_ - first) * pixels;
  request.d = FirstRows(tensors_[i].dz, request.a.cols);
  return driver_.Gemm(request);
}

Handle ChainTensors::InputGradient(size_t i, const OutputOptions& output) {
  GemmRequest request = InputGradientRequest(i);
  request.d = dx(i);
  request.output = output;
  return driver_.Gemm(request);
}

Handle ChainTensors::RoundInputGradient(size_t i, const OutputOptions& output) {
  GemmRequest request = RoundRequest(tensors_[i].dz);  // masked already
  request.d = dx(i);
  request.output = output;
  return driver_.Gemm(request);
}

Handle ChainTensors::WeightGradient(size_t i) {
  const LayerTensors& t = tensors_[i];
  GemmRequest request;
  request.a = t.dy;
  request.a_transposed = !Convolution(i);
  request.a_samples = samples_;
  request.b = t.x;
  request.b_transposed = Convolution(i);
  request.d = t.dw;
  return driver_.Gemm(request);
}

}  // namespace tetralog::train
