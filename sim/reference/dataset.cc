// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/dataset.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace tetralog::reference {
namespace {

constexpr char kAdvice[] =
    "; install the package dataset-fashion-mnist or give its folder with --data";

// Reads a gzipped IDX file of unsigned bytes whose extents after the first are `inner`.
std::vector<uint8_t> read_idx(const std::string& path, const std::vector<uint32_t>& inner) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) throw std::runtime_error(path + ": cannot be opened" + kAdvice);

  const auto read = [&](uint8_t* to, size_t size) {
    const int got = gzread(file.get(), to, static_cast<unsigned>(size));
    if (got != static_cast<int>(size)) {
      throw std::runtime_error(path + ": is truncated or damaged" + kAdvice);
    }
  };
  const auto read_big_endian = [&] {
    std::array<uint8_t, 4> bytes;
    read(bytes.data(), bytes.size());
    return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
  };
  // Magic number: type 0x08 (unsigned byte), then the number of extents.
  bool expected = read_big_endian() == 0x800 + inner.size() + 1;
  const uint32_t count = expected ? read_big_endian() : 0;
  for (uint32_t extent : inner) expected = expected && read_big_endian() == extent;
  constexpr uint32_t kMaxCount = 1u << 20;
  if (!expected || count == 0 || count > kMaxCount) {
    throw std::runtime_error(path + ": is not the expected IDX file" + kAdvice);
  }
  size_t size = count;
  for (uint32_t extent : inner) size *= extent;
  std::vector<uint8_t> data(size);
  read(data.data(), size);
  uint8_t extra;
  if (gzread(file.get(), &extra, 1) != 0) {
    throw std::runtime_error(path + ": is damaged at its end" + kAdvice);
  }
  return data;
}

}  // namespace

Images load_images(const std::string& image_file, const std::string& label_file) {
  Images images{read_idx(image_file, {kImageSide, kImageSide}), read_idx(label_file, {})};
  if (images.pixels.size() != images.labels.size() * kImageSize) {
    throw std::runtime_error(label_file + ": has another number of entries than " + image_file +
                             kAdvice);
  }
  if (*std::max_element(images.labels.begin(), images.labels.end()) >= kClasses) {
    throw std::runtime_error(label_file + ": has a label above 9" + kAdvice);
  }
  return images;
}

Dataset load_dataset(const std::string& folder) {
  const auto file = [&](const char* name) {
    const std::string plain = folder + "/" + name;
    return std::filesystem::exists(plain) ? plain : plain + ".gz";
  };
  return {load_images(file("train-images-idx3-ubyte"), file("train-labels-idx1-ubyte")),
          load_images(file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte"))};
}

}  // namespace tetralog::reference
