// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/chain_trainer.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "sim/train/chain_step.h"

namespace tetralog::train {
namespace {

constexpr size_t kTestBatch = 128;  // images of a forward pass that only counts

class ChainTrainer : public Trainer {
 public:
  ChainTrainer(const ChainOptions& options, Machine& machine, const reference::Images& train)
      : options_(options),
        layers_(reference::network_layers(options.network)),
        step_(options, machine, layers_, train) {}

  StepResult Step(const Batch& batch, const StepOptions& options) override {
    if (batch.size == 0) throw std::invalid_argument("a batch of no images: give at least one");
    if (options.fp32) return StepInFp32(batch, options);
    const StepResult result = step_.Train(batch, options, steps_);
    ++steps_;
    return result;
  }

  size_t CountCorrect(const Batch& batch, bool fp32) override {
    if (fp32) {
      Fp32().Load(Save(), steps_);
      return Fp32().CountCorrect(batch, true);
    }
    size_t correct = 0;
    for (size_t begin = 0; begin < batch.size; begin += kTestBatch) {
      correct +=
          step_.CountCorrect({batch.pixels + begin * reference::kImageSize, batch.labels + begin,
                              std::min(kTestBatch, batch.size - begin)});
    }
    return correct;
  }

  uint64_t steps() const override { return steps_; }
  std::vector<NamedValues> Save() const override { return SaveState(layers_, step_.state()); }
  void Load(const std::vector<NamedValues>& state, uint64_t steps) override {
    step_.set_state(LoadState(layers_, options_.adam, state));
    steps_ = steps;
  }
  std::vector<NamedValues> Weights() const override {
    return SaveWeights(layers_, step_.parameters());
  }

 private:
  Trainer& Fp32() {
    if (options_.fp32 == nullptr) {
      throw std::invalid_argument(
          "a step in FP32, but this trainer has none that can: give "
          "ChainOptions::fp32");
    }
    return *options_.fp32;
  }

  StepResult StepInFp32(const Batch& batch, const StepOptions& options) {
    Fp32().Load(Save(), steps_);
    const StepResult result = Fp32().Step(batch, options);
    Load(Fp32().Save(), Fp32().steps());
    return result;
  }

  ChainOptions options_;
  std::vector<reference::Layer> layers_;
  ChainStep step_;
  uint64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<Trainer> MakeChainTrainer(const ChainOptions& options, Machine& machine,
                                          const reference::Images& train) {
  return std::make_unique<ChainTrainer>(options, machine, train);
}

}  // namespace tetralog::train
