// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The columns of a convolution against its definition, and the input gradient against the one that
// the definition's sums have: both strides, kernels 1 and 3, odd sides, several images.
#include "sim/train/code_columns.h"

#include <gtest/gtest.h>

#include <random>

namespace tetralog::train {
namespace {

std::vector<uint8_t> Codes(std::mt19937& engine, size_t size) {
  std::vector<uint8_t> codes(size);
  for (uint8_t& code : codes) code = engine() % 16;
  return codes;
}

// [m, k] times [k, n].
std::vector<int> Product(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b, size_t k,
                         size_t n) {
  std::vector<int> z(a.size() / k * n);
  for (size_t i = 0; i < z.size(); ++i) {
    for (size_t j = 0; j < k; ++j) z[i] += a[i / n * k + j] * b[j * n + i % n];
  }
  return z;
}

void ExpectConvolution(const Convolution& c, size_t batch, uint32_t seed) {
  std::mt19937 engine(seed);
  const size_t out = c.out_side(), taps = c.kernel * c.kernel;
  const auto input = Codes(engine, batch * c.side * c.side * c.in_channels);
  const auto weights = Codes(engine, c.out_channels * taps * c.in_channels);
  const auto gradient = Codes(engine, batch * out * out * c.out_channels);
  std::vector<int> y(gradient.size()), dx(input.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t channel = i % c.out_channels, pixel = i / c.out_channels;
    for (size_t j = 0; j < taps * c.in_channels; ++j) {
      const size_t tap = j / c.in_channels;
      const size_t row = pixel / out % out * c.stride + tap / c.kernel - c.pad;
      const size_t col = pixel % out * c.stride + tap % c.kernel - c.pad;
      if (row >= c.side || col >= c.side) continue;
      const size_t at =
          ((pixel / (out * out) * c.side + row) * c.side + col) * c.in_channels + j % c.in_channels;
      const int weight = weights[channel * taps * c.in_channels + j];
      y[i] += weight * input[at];
      dx[at] += weight * gradient[i];
    }
  }
  std::vector<uint8_t> transposed;  // [in, out]
  for (size_t j = 0; j < taps * c.in_channels; ++j) {
    for (size_t o = 0; o < c.out_channels; ++o) {
      transposed.push_back(weights[o * taps * c.in_channels + j]);
    }
  }
  EXPECT_EQ(Product(InputColumns(c, input), transposed, taps * c.in_channels, c.out_channels), y);
  EXPECT_EQ(Product(GradientColumns(c, gradient.data(), batch), TurnedWeights(c, weights),
                    taps * c.out_channels, c.in_channels),
            dx);
}

TEST(CodeColumns, AreThoseOfTheDefinition) {
  uint32_t seed = 0;
  for (const size_t kernel : {1, 3}) {
    for (const size_t stride : {1, 2}) {
      for (const size_t side : {1, 6, 7}) {
        SCOPED_TRACE(std::to_string(kernel) + " " + std::to_string(stride) + " " +
                     std::to_string(side));
        ExpectConvolution({kernel, stride, kernel / 2, side, 3, 5}, 2, ++seed);
      }
    }
  }
}

}  // namespace
}  // namespace tetralog::train
