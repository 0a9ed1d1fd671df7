// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/checking_trainer.h"

#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace tetralog::train {
namespace {

bool SameBits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

class Checking : public CheckingTrainer {
 public:
  Checking(std::unique_ptr<Trainer> trainer, std::unique_ptr<Trainer> check, uint64_t every)
      : trainer_(std::move(trainer)), check_(std::move(check)), every_(every) {}

  StepResult Step(const Batch& batch, const StepOptions& options) override {
    const uint64_t step = trainer_->steps();
    const bool checked = step % every_ == 0;
    if (checked) check_->Load(trainer_->Save(), step);
    const StepResult result = trainer_->Step(batch, options);
    if (checked) {
      StepOptions again = options;
      again.histogram = nullptr;  // has counted this step
      Compare(step, result, check_->Step(batch, again));
      ++checked_;
    }
    return result;
  }
  size_t CountCorrect(const Batch& batch, bool fp32) override {
    return trainer_->CountCorrect(batch, fp32);
  }
  uint64_t checked() const override { return checked_; }
  uint64_t steps() const override { return trainer_->steps(); }
  std::vector<NamedValues> Save() const override { return trainer_->Save(); }
  void Load(const std::vector<NamedValues>& state, uint64_t steps) override {
    trainer_->Load(state, steps);
  }
  std::vector<NamedValues> Weights() const override { return trainer_->Weights(); }

 private:
  void Compare(uint64_t step, const StepResult& result, const StepResult& expected) const {
    CompareValues(step, {"loss", {result.loss}}, {"loss", {expected.loss}});
    CompareValues(step, {"images classified right", {static_cast<double>(result.correct)}},
                  {"images classified right", {static_cast<double>(expected.correct)}});
    const std::vector<NamedValues> state = trainer_->Save(), other = check_->Save();
    if (state.size() != other.size()) throw std::runtime_error("the machines train two networks");
    for (size_t i = 0; i < state.size(); ++i) CompareValues(step, state[i], other[i]);
  }

  static void CompareValues(uint64_t step, const NamedValues& got, const NamedValues& expected) {
    if (got.name != expected.name || got.values.size() != expected.values.size()) {
      throw std::runtime_error("the machines train two networks: give both the same");
    }
    for (size_t i = 0; i < got.values.size(); ++i) {
      if (SameBits(got.values[i], expected.values[i])) continue;
      throw std::runtime_error("step " + std::to_string(step) + ": " + got.name + "[" +
                               std::to_string(i) + "] is " + std::to_string(got.values[i]) +
                               ", on the other machine " + std::to_string(expected.values[i]) +
                               ": replay the step's GEMMs on both");
    }
  }

  std::unique_ptr<Trainer> trainer_, check_;
  uint64_t every_, checked_ = 0;
};

}  // namespace

std::unique_ptr<CheckingTrainer> MakeCheckingTrainer(std::unique_ptr<Trainer> trainer,
                                                     std::unique_ptr<Trainer> check,
                                                     uint64_t every) {
  if (every == 0) throw std::invalid_argument("a check every 0 steps: give at least 1");
  return std::make_unique<Checking>(std::move(trainer), std::move(check), every);
}

}  // namespace tetralog::train
