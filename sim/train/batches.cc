// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/batches.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/reference/seeds.h"

namespace tetralog::train {

using reference::kImageSize;

Batches::Batches(const reference::Images& images, uint64_t seed, size_t size)
    : images_(images),
      seed_(seed),
      size_(size),
      order_(images.size()),
      pixels_(size * kImageSize),
      labels_(size) {
  std::iota(order_.begin(), order_.end(), 0u);
}

// Fisher-Yates; the remainder of a 64-bit word is uniform enough for 60,000 images.
void Batches::Shuffle(uint64_t epoch) {
  reference::SplitMix64 stream(reference::derive_seed({seed_, epoch, 0, reference::kBatchOrder}));
  for (size_t i = order_.size() - 1; i > 0; --i)
    std::swap(order_[i], order_[stream.next() % (i + 1)]);
}

Batch Batches::At(uint64_t step) {
  const uint64_t epoch = step / steps_per_epoch();
  if (epoch + 1 < shuffled_) {
    std::iota(order_.begin(), order_.end(), 0u);
    shuffled_ = 0;
  }
  while (shuffled_ <= epoch) Shuffle(shuffled_++);
  const size_t first = step % steps_per_epoch() * size_;
  for (size_t i = 0; i < size_; ++i) {
    const size_t image = order_[first + i];
    std::copy_n(&images_.pixels[image * kImageSize], kImageSize, &pixels_[i * kImageSize]);
    labels_[i] = images_.labels[image];
  }
  return {pixels_.data(), labels_.data(), size_};
}

}  // namespace tetralog::train
