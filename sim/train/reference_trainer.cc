// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/reference_trainer.h"

#include <utility>

#include "sim/train/chain_state.h"
#include "sim/train/code_histogram.h"

namespace tetralog::train {
namespace {

class ReferenceTrainer : public Trainer {
 public:
  ReferenceTrainer(const reference::TrainerOptions& options, const reference::Images& train)
      : layers_(reference::network_layers(options.network)),
        adam_(options.adam),
        trainer_(options, train) {}

  StepResult Step(const Batch& batch, const StepOptions& options) override {
    reference::StepOptions step;
    step.rate = options.rate;
    step.samples = options.samples;
    step.fp32 = options.fp32;
    std::vector<TraceGemm> gemms;
    step.record = options.histogram != nullptr ? &gemms : options.record;
    const reference::StepResult result =
        trainer_.step({batch.pixels, batch.labels, batch.size}, step);
    if (options.histogram != nullptr) {
      for (const TraceGemm& gemm : gemms) Count(gemm, options.histogram);
      if (options.record != nullptr) {
        options.record->insert(options.record->end(), gemms.begin(), gemms.end());
      }
    }
    ++steps_;
    return {result.loss, result.correct};
  }
  size_t CountCorrect(const Batch& batch, bool fp32) override {
    return trainer_.count_correct({batch.pixels, batch.labels, batch.size}, fp32);
  }

  uint64_t steps() const override { return steps_; }
  std::vector<NamedValues> Save() const override {
    reference::TrainerState state = trainer_.state();
    return SaveState(layers_, {std::move(state.parameters), std::move(state.activation_clip),
                               std::move(state.gradient_max), state.loss_gradient_max});
  }
  void Load(const std::vector<NamedValues>& saved, uint64_t steps) override {
    ChainState state = LoadState(layers_, adam_, saved);
    trainer_.set_state({std::move(state.parameters), std::move(state.activation_clip),
                        std::move(state.gradient_max), state.loss_gradient_max, steps});
    steps_ = steps;
  }
  std::vector<NamedValues> Weights() const override {
    return SaveWeights(layers_, trainer_.parameters());
  }

 private:
  // A weight gradient reads its gradient whole, all samples.
  static void Count(const TraceGemm& gemm, CodeHistogram* histogram) {
    if (gemm.kind != "weight_gradient") return;
    std::vector<uint8_t> codes(gemm.a.cols);
    for (size_t row = 0; row < gemm.a.rows; ++row) {
      const uint8_t* packed = &gemm.a.bytes[row * gemm.a.stride()];
      for (size_t i = 0; i < codes.size(); ++i) codes[i] = packed[i / 2] >> (i % 2 * 4) & 15;
      histogram->Add(gemm.layer, codes.data(), codes.size());
    }
  }

  std::vector<reference::Layer> layers_;
  bool adam_;
  reference::Trainer trainer_;
  uint64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<Trainer> MakeReferenceTrainer(const reference::TrainerOptions& options,
                                              const reference::Images& train) {
  return std::make_unique<ReferenceTrainer>(options, train);
}

}  // namespace tetralog::train
