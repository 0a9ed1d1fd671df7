// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Fashion-MNIST from the IDX files of the Debian package dataset-fashion-mnist, gzipped or not.
//
// Every error is a std::runtime_error with one line that names the file and says what to do.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tetralog::reference {

inline constexpr char kDatasetFolder[] = "/usr/share/datasets/fashion-mnist";
inline constexpr size_t kImageSide = 28;
inline constexpr size_t kImageSize = kImageSide * kImageSide;
inline constexpr int kClasses = 10;

struct Images {
  std::vector<uint8_t> pixels;  // [size, 28, 28], 0..255
  std::vector<uint8_t> labels;  // [size], 0..9

  size_t size() const { return labels.size(); }
};

struct Dataset {
  Images train;  // 60,000
  Images test;   // 10,000
};

Dataset load_dataset(const std::string& folder = kDatasetFolder);

// One pair of files of any number of images.
Images load_images(const std::string& image_file, const std::string& label_file);

}  // namespace tetralog::reference
