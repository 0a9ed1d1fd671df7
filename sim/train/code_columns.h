// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Convolutions as products of codes: im2col, and the input gradient as a convolution itself.
//
// Images are [batch, row, column, channel], one code a byte; columns are in the order (kernel row,
// kernel column, channel), as in the reference. Code 0 is the value 0 in every format.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tetralog::train {

struct Convolution {
  size_t kernel = 3, stride = 1, pad = 1;
  size_t side = 28;  // of the input
  size_t in_channels = 1, out_channels = 1;

  size_t out_side() const { return (side + 2 * pad - kernel) / stride + 1; }
};

// Input codes [batch, side, side, in_channels] to [batch * out_side^2, kernel^2 * in_channels].
std::vector<uint8_t> InputColumns(const Convolution& shape, const std::vector<uint8_t>& codes);

// Codes of the output's gradient, batch * out_side^2 * out_channels of them, to the columns [batch
// * side^2, kernel^2 * out_channels] that meet each input pixel; their product with
// TurnedWeights() is the input gradient.
std::vector<uint8_t> GradientColumns(const Convolution& shape, const uint8_t* codes, size_t batch);

// Weight codes [out_channels, kernel^2 * in_channels] to [kernel^2 * out_channels, in_channels].
std::vector<uint8_t> TurnedWeights(const Convolution& shape, const std::vector<uint8_t>& codes);

}  // namespace tetralog::train
