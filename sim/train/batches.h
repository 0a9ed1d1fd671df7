// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The batches of a run, by step: every epoch shuffles the order of the one before with random words
// of its own, and drops what does not fill a batch. The batches of reference::TrainingRun.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/reference/dataset.h"
#include "sim/train/trainer.h"

namespace tetralog::train {

class Batches {
 public:
  // The images outlive this.
  Batches(const reference::Images& images, uint64_t seed, size_t size);

  // Valid until the next call. Steps in rising order are cheap, others shuffle again.
  Batch At(uint64_t step);
  uint64_t steps_per_epoch() const { return images_.size() / size_; }

 private:
  void Shuffle(uint64_t epoch);

  const reference::Images& images_;
  uint64_t seed_;
  size_t size_;
  uint64_t shuffled_ = 0;  // epochs that the order has seen
  std::vector<uint32_t> order_;
  std::vector<uint8_t> pixels_, labels_;
};

}  // namespace tetralog::train
