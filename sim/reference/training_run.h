// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One training run: shuffled batches, a learning rate that falls linearly to zero, accuracy on the
// test images.
//
// The order of the images depends on the seed of the run alone, so runs of different variants with
// the same seed see the same batches and start from the same weights (paired runs).

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/reference/dataset.h"
#include "sim/reference/trainer.h"

namespace tetralog::reference {

struct RunOptions {
  TrainerOptions trainer;
  size_t batch = 128;
  size_t epochs = 6;
  double rate = 0.05;    // of the first step
  uint32_t samples = 1;  // of each gradient (SMP)
};

class TrainingRun {
 public:
  TrainingRun(const RunOptions& options, const Dataset& dataset);

  size_t steps_per_epoch() const { return dataset_.train.size() / options_.batch; }
  size_t total_steps() const { return options_.epochs * steps_per_epoch(); }
  size_t steps_done() const { return step_; }

  StepResult next_step(std::vector<TraceGemm>* record = nullptr);
  StepResult next_step(uint32_t samples, std::vector<TraceGemm>* record);
  // Percent of the test images.
  double test_accuracy() const;
  const Trainer& trainer() const { return trainer_; }

 private:
  void shuffle(uint64_t epoch);

  RunOptions options_;
  const Dataset& dataset_;
  Trainer trainer_;
  std::vector<uint32_t> order_;
  size_t step_ = 0;
};

}  // namespace tetralog::reference
