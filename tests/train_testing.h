// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of training share: images, and two states compared value by value.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "sim/reference/dataset.h"
#include "sim/train/trainer.h"

namespace tetralog::testing {

// The first 2,000 training images.
inline const reference::Images& TrainImages() {
  static const reference::Images images = [] {
    reference::Images all = reference::load_dataset().train;
    all.pixels.resize(2000 * reference::kImageSize);
    all.labels.resize(2000);
    return all;
  }();
  return images;
}

inline train::Batch BatchAt(size_t step, size_t size) {
  const reference::Images& images = TrainImages();
  return {&images.pixels[step * size * reference::kImageSize], &images.labels[step * size], size};
}

// The first value that differs, "" for the same bits.
inline std::string Difference(const std::vector<train::NamedValues>& a,
                              const std::vector<train::NamedValues>& b) {
  if (a.size() != b.size()) return "another number of tensors";
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].name != b[i].name) return a[i].name + " and " + b[i].name;
    if (a[i].values.size() != b[i].values.size()) return a[i].name + " has another size";
    for (size_t j = 0; j < a[i].values.size(); ++j) {
      if (std::memcmp(&a[i].values[j], &b[i].values[j], sizeof(double)) == 0) continue;
      return a[i].name + "[" + std::to_string(j) + "]: " + std::to_string(a[i].values[j]) +
             " and " + std::to_string(b[i].values[j]);
    }
  }
  return "";
}

}  // namespace tetralog::testing
