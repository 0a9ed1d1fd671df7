// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/code_columns.h"

#include <algorithm>

namespace tetralog::train {

std::vector<uint8_t> InputColumns(const Convolution& shape, const std::vector<uint8_t>& codes) {
  const size_t side = shape.side, out = shape.out_side(), channels = shape.in_channels;
  const size_t batch = codes.size() / (side * side * channels);
  std::vector<uint8_t> columns(batch * out * out * shape.kernel * shape.kernel * channels);
  uint8_t* to = columns.data();
  for (size_t image = 0; image < batch; ++image) {
    const uint8_t* from = &codes[image * side * side * channels];
    for (size_t y = 0; y < out; ++y) {
      for (size_t x = 0; x < out; ++x) {
        for (size_t ky = 0; ky < shape.kernel; ++ky) {
          const size_t row = y * shape.stride + ky - shape.pad;  // huge where it is negative
          for (size_t kx = 0; kx < shape.kernel; ++kx, to += channels) {
            const size_t col = x * shape.stride + kx - shape.pad;
            if (row >= side || col >= side) continue;
            std::copy_n(from + (row * side + col) * channels, channels, to);
          }
        }
      }
    }
  }
  return columns;
}

std::vector<uint8_t> GradientColumns(const Convolution& shape, const uint8_t* codes, size_t batch) {
  const size_t side = shape.side, out = shape.out_side(), channels = shape.out_channels;
  std::vector<uint8_t> columns(batch * side * side * shape.kernel * shape.kernel * channels);
  uint8_t* to = columns.data();
  for (size_t image = 0; image < batch; ++image, codes += out * out * channels) {
    for (size_t y = 0; y < side; ++y) {
      for (size_t x = 0; x < side; ++x) {
        for (size_t ky = 0; ky < shape.kernel; ++ky) {
          const size_t row = y + shape.pad - ky;  // of the output, times the stride
          for (size_t kx = 0; kx < shape.kernel; ++kx, to += channels) {
            const size_t col = x + shape.pad - kx;
            if (row % shape.stride != 0 || col % shape.stride != 0) continue;
            if (row / shape.stride >= out || col / shape.stride >= out) continue;
            std::copy_n(codes + (row / shape.stride * out + col / shape.stride) * channels,
                        channels, to);
          }
        }
      }
    }
  }
  return columns;
}

std::vector<uint8_t> TurnedWeights(const Convolution& shape, const std::vector<uint8_t>& codes) {
  const size_t taps = shape.kernel * shape.kernel, in = shape.in_channels;
  std::vector<uint8_t> turned;
  turned.reserve(codes.size());
  for (size_t tap = 0; tap < taps; ++tap) {
    for (size_t o = 0; o < shape.out_channels; ++o) {
      const uint8_t* from = &codes[(o * taps + tap) * in];
      turned.insert(turned.end(), from, from + in);
    }
  }
  return turned;
}

}  // namespace tetralog::train
