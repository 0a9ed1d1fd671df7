// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Folders of a few images in the files of Fashion-MNIST, for runs that end at once.

#pragma once

#include <fstream>
#include <string>

#include "tests/train_testing.h"

namespace tetralog::testing {

inline std::string BigEndian(size_t value) {
  std::string text;
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

// The first `size` training images as the files "<name>-images-idx3-ubyte" and its labels.
inline void WriteIdx(const std::string& folder, const std::string& name, size_t size) {
  const reference::Images& images = TrainImages();
  const auto end = [size](const auto& values, size_t each) {
    return values.begin() + static_cast<ptrdiff_t>(size * each);
  };
  std::ofstream(folder + "/" + name + "-images-idx3-ubyte", std::ios::binary)
      << std::string("\0\0\x08\x03", 4) << BigEndian(size) << BigEndian(28) << BigEndian(28)
      << std::string(images.pixels.begin(), end(images.pixels, reference::kImageSize));
  std::ofstream(folder + "/" + name + "-labels-idx1-ubyte", std::ios::binary)
      << std::string("\0\0\x08\x01", 4) << BigEndian(size)
      << std::string(images.labels.begin(), end(images.labels, 1));
}

}  // namespace tetralog::testing
