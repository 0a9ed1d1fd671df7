// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The host's part of a training step: softmax, cross-entropy and the gradient of the loss as LOG4
// codes, rounded by LUQ with the words that docs/random.md gives an element (sample, image, class).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/contract.h"

namespace tetralog {

// What the host makes of the logits: softmax, cross-entropy, LUQ of its gradient.
struct LossGradient {
  double mean = 0;                          // cross-entropy
  uint32_t correct = 0;                     // images whose greatest logit is that of their label
  std::vector<std::vector<uint8_t>> codes;  // LOG4 in units of 2^shift, [samples][batch * classes]
};

struct LossOptions {
  double scale = 1;                    // real logit = logit * scale
  int shift = 0;                       // alpha of the gradient is 2^shift
  uint64_t seed = 0;                   // of the random words, addressed by (sample, image, class)
  uint32_t samples = 1;                // independently rounded: 1..256
  uint32_t random_bits = kRandomBits;  // 1..16
};

// LUQ of a gradient of finite values, row-major [.., classes], classes at least 1, in units of
// 2^shift: codes by sample.
std::vector<std::vector<uint8_t>> RoundLossGradient(std::span<const double> gradient,
                                                    size_t classes, const LossOptions& options);

// logits: row-major [labels.size(), classes]; labels 0..classes - 1. The same bits on every
// processor. Throws std::invalid_argument for no labels, a part of a row, or a label beyond.
LossGradient MakeLossGradient(std::span<const int32_t> logits, std::span<const uint8_t> labels,
                              const LossOptions& options);

}  // namespace tetralog
