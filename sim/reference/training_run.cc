// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/training_run.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/reference/seeds.h"

namespace tetralog::reference {

TrainingRun::TrainingRun(const RunOptions& options, const Dataset& dataset)
    : options_(options),
      dataset_(dataset),
      trainer_(options.trainer, dataset.train),
      order_(dataset.train.size()) {
  if (order_.size() < options.batch) {
    throw std::invalid_argument("batch: " + std::to_string(options.batch) + " is more than the " +
                                std::to_string(order_.size()) +
                                " training images; give more images, or a smaller batch");
  }
  std::iota(order_.begin(), order_.end(), 0u);
}

// Fisher-Yates; the remainder of a 64-bit word is uniform enough for 60,000 images.
void TrainingRun::shuffle(uint64_t epoch) {
  SplitMix64 stream(derive_seed({options_.trainer.seed, epoch, 0, kBatchOrder}));
  for (size_t i = order_.size() - 1; i > 0; --i)
    std::swap(order_[i], order_[stream.next() % (i + 1)]);
}

StepResult TrainingRun::next_step(std::vector<TraceGemm>* record) {
  return next_step(options_.samples, record);
}

StepResult TrainingRun::next_step(uint32_t samples, std::vector<TraceGemm>* record) {
  const size_t in_epoch = step_ % steps_per_epoch();
  if (in_epoch == 0) shuffle(step_ / steps_per_epoch());
  std::vector<uint8_t> pixels, labels;
  for (size_t i = 0; i < options_.batch; ++i) {
    const size_t image = order_[in_epoch * options_.batch + i];
    const auto begin = dataset_.train.pixels.begin() + static_cast<ptrdiff_t>(image * kImageSize);
    pixels.insert(pixels.end(), begin, begin + kImageSize);
    labels.push_back(dataset_.train.labels[image]);
  }
  const double done = static_cast<double>(step_) / static_cast<double>(total_steps());
  ++step_;
  return trainer_.step({pixels.data(), labels.data(), options_.batch},
                       {options_.rate * (1.0 - done), samples, record});
}

double TrainingRun::test_accuracy() const {
  const Images& test = dataset_.test;
  constexpr size_t kBatch = 500;
  size_t correct = 0;
  for (size_t begin = 0; begin < test.size(); begin += kBatch) {
    const size_t size = std::min(kBatch, test.size() - begin);
    correct +=
        trainer_.count_correct({&test.pixels[begin * kImageSize], &test.labels[begin], size});
  }
  return 100.0 * static_cast<double>(correct) / static_cast<double>(test.size());
}

}  // namespace tetralog::reference
