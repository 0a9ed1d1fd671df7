// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/tensor_trainer.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sim/functional/host_quantizer.h"
#include "sim/reference/loss.h"
#include "sim/reference/network.h"
#include "sim/train/recording_backend.h"
#include "sim/train/tensor_network.h"

namespace tetralog::train {
namespace {

constexpr size_t kTestBatch = 128;  // images of a forward pass that only counts

std::unique_ptr<TensorNetwork> MakeNetwork(const TensorOptions& options,
                                           const reference::Images& train) {
  // One scale for all input pixels, by the rule of activations on the whole training set.
  const std::vector<float> pixels(train.pixels.begin(), train.pixels.end());
  const double clip = (options.max_clip ? MaxMagnitude(pixels.data(), pixels.size())
                                        : Uint4Clip(pixels.data(), pixels.size())) /
                      255.0;
  if (options.network == "resnet8") return MakeResnet(1, options.seed, clip);
  if (options.network == "resnet20" || options.network == "resnet") {
    return MakeResnet(3, options.seed, clip);
  }
  if (options.network == "vit") return MakeVit(options.seed, clip);
  throw std::invalid_argument("unknown network " + options.network +
                              "; use resnet8, resnet20, resnet or vit");
}

std::vector<double> ToVector(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

// Goes through a state in the order of Save() and fills in the values.
class StateReader {
 public:
  explicit StateReader(const std::vector<NamedValues>& state) : state_(state) {}

  void Read(const std::string& name, std::vector<double>* values) {
    if (next_ == state_.size() || state_[next_].name != name ||
        state_[next_].values.size() != values->size()) {
      throw std::invalid_argument("the state has no " + name + " of " +
                                  std::to_string(values->size()) +
                                  " values: give one of the same network");
    }
    *values = state_[next_++].values;
  }
  void Finish() const {
    if (next_ != state_.size()) {
      throw std::invalid_argument("the state has " + state_[next_].name +
                                  " too: give one of the same network");
    }
  }

 private:
  const std::vector<NamedValues>& state_;
  size_t next_ = 0;
};

class TensorTrainer : public Trainer {
 public:
  TensorTrainer(const TensorOptions& options, std::unique_ptr<GemmBackend> backend,
                const reference::Images& train)
      : options_(options), backend_(std::move(backend)), network_(MakeNetwork(options_, train)) {
    if (backend_ == nullptr && !options_.fp32) {
      throw std::invalid_argument("no machine for the GEMMs: give one, or train in FP32");
    }
    for (TensorParameter& parameter : network_->parameters()) {
      if (options_.adam) parameter.square.assign(parameter.values.size(), 0.0);
    }
  }

  StepResult Step(const Batch& batch, const StepOptions& options) override {
    if (batch.size == 0) throw std::invalid_argument("a batch of no images: give at least one");
    TensorPass pass = NewPass();
    pass.training = true;
    pass.fp32 = pass.fp32 || options.fp32;
    pass.samples = options.samples;
    pass.histogram = options.histogram;
    std::unique_ptr<GemmBackend> recording;
    if (options.record != nullptr && backend_ != nullptr) {
      recording = MakeRecordingBackend(*backend_, steps_, options.record);
      pass.backend = recording.get();
    }
    MakeLeaves(true);
    const at::Tensor logits = network_->Forward(pass, Pixels(batch));
    const reference::Loss loss =
        reference::softmax_loss(ToVector(logits), batch.labels, reference::kClasses);
    torch::autograd::backward({logits}, {at::tensor(loss.gradient, at::TensorOptions(at::kDouble))
                                             .to(at::kFloat)
                                             .view(logits.sizes())});
    const reference::UpdateRule rule =
        reference::update_rule(options_.adam, options.rate, options_.momentum, steps_);
    for (TensorParameter& parameter : network_->parameters()) {
      reference::Parameters values{std::move(parameter.values), std::move(parameter.velocity),
                                   std::move(parameter.square)};
      reference::update(ToVector(parameter.leaf.grad()), rule, &values);
      parameter.values = std::move(values.values);
      parameter.velocity = std::move(values.velocity);
      parameter.square = std::move(values.square);
    }
    ++steps_;
    return {loss.mean, loss.correct};
  }

  size_t CountCorrect(const Batch& batch, bool fp32) override {
    const at::NoGradGuard no_gradient;
    TensorPass pass = NewPass();
    pass.fp32 = pass.fp32 || fp32;
    MakeLeaves(false);
    size_t correct = 0;
    for (size_t begin = 0; begin < batch.size; begin += kTestBatch) {
      const Batch part{batch.pixels + begin * reference::kImageSize, batch.labels + begin,
                       std::min(kTestBatch, batch.size - begin)};
      const at::Tensor logits = network_->Forward(pass, Pixels(part));
      correct +=
          reference::softmax_loss(ToVector(logits), part.labels, reference::kClasses).correct;
    }
    return correct;
  }

  uint64_t steps() const override { return steps_; }

  std::vector<NamedValues> Save() const override {
    std::vector<NamedValues> state;
    for (const TensorParameter& parameter : network_->parameters()) {
      state.push_back({parameter.name, parameter.values});
      state.push_back({parameter.name + ".velocity", parameter.velocity});
      if (options_.adam) state.push_back({parameter.name + ".square", parameter.square});
    }
    for (TensorGemm& gemm : network_->gemms()) {
      for (const auto& [name, estimate] : EstimatesOf(gemm)) {
        state.push_back({name, {estimate->state.begin(), estimate->state.end()}});
      }
    }
    for (const TensorNorm& norm : network_->norms()) {
      if (!norm.mean.defined()) continue;
      state.push_back({norm.name + ".mean", ToVector(norm.mean)});
      state.push_back({norm.name + ".variance", ToVector(norm.variance)});
    }
    return state;
  }

  void Load(const std::vector<NamedValues>& state, uint64_t steps) override {
    std::vector<NamedValues> loaded = Save();  // checked as a whole before anything changes
    StateReader reader(state);
    for (NamedValues& named : loaded) reader.Read(named.name, &named.values);
    reader.Finish();
    auto next = loaded.begin();
    for (TensorParameter& parameter : network_->parameters()) {
      parameter.values = (next++)->values;
      parameter.velocity = (next++)->values;
      if (options_.adam) parameter.square = (next++)->values;
    }
    for (TensorGemm& gemm : network_->gemms()) {
      for (const auto& [name, estimate] : EstimatesOf(gemm)) {
        std::copy_n((next++)->values.begin(), 2, estimate->state.begin());
      }
    }
    for (TensorNorm& norm : network_->norms()) {
      if (!norm.mean.defined()) continue;
      for (at::Tensor* tensor : {&norm.mean, &norm.variance}) {
        *tensor = at::tensor((next++)->values, at::TensorOptions(at::kDouble)).to(at::kFloat);
      }
    }
    steps_ = steps;
  }

  std::vector<NamedValues> Weights() const override {
    std::vector<NamedValues> weights;
    for (const TensorParameter& parameter : network_->parameters()) {
      weights.push_back({parameter.name, parameter.values});
    }
    return weights;
  }

 private:
  static std::vector<std::pair<std::string, TensorEstimate*>> EstimatesOf(TensorGemm& gemm) {
    return {{gemm.name() + ".input_clip", &gemm.input_clip()},
            {gemm.name() + ".gradient_max", &gemm.gradient_max()}};
  }

  TensorPass NewPass() const {
    TensorPass pass;
    pass.options = &options_;
    pass.backend = backend_.get();
    pass.fp32 = options_.fp32;
    pass.step = steps_;
    return pass;
  }

  void MakeLeaves(bool with_gradient) {
    for (TensorParameter& parameter : network_->parameters()) {
      parameter.leaf =
          at::from_blob(parameter.values.data(), parameter.shape, at::TensorOptions(at::kDouble))
              .to(at::kFloat)
              .set_requires_grad(with_gradient);
    }
  }

  static at::Tensor Pixels(const Batch& batch) {
    return at::from_blob(const_cast<uint8_t*>(batch.pixels),
                         {static_cast<int64_t>(batch.size), 28, 28, 1},
                         at::TensorOptions(at::kByte))
               .to(at::kFloat) /
           255.0;
  }

  TensorOptions options_;
  std::unique_ptr<GemmBackend> backend_;
  std::unique_ptr<TensorNetwork> network_;
  uint64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<Trainer> MakeTensorTrainer(const TensorOptions& options,
                                           std::unique_ptr<GemmBackend> backend,
                                           const reference::Images& train) {
  return std::make_unique<TensorTrainer>(options, std::move(backend), train);
}

}  // namespace tetralog::train
