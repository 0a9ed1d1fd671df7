// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/loss_gradient.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "model/epilogue_lane.h"
#include "model/luq_quantizer.h"
#include "model/random_source.h"
#include "sim/reference/loss.h"

namespace tetralog {
namespace {

// y as the quantiser takes it: 52 fraction bits are all of a double >= 1, and more than the
// rounding of a smaller one looks at. Beyond 64 all values round alike.
ScaledValue ScaledFrom(double y) {
  constexpr int kFractionBits = 52;
  const double magnitude = std::min(std::fabs(y), 128.0) * 0x1p52;
  return {y < 0, static_cast<uint64_t>(magnitude), kFractionBits};
}

}  // namespace

std::vector<std::vector<uint8_t>> RoundLossGradient(std::span<const double> gradient,
                                                    size_t classes, const LossOptions& options) {
  const int random_bits = static_cast<int>(options.random_bits);
  const double inverse = std::ldexp(1.0, -options.shift);
  std::vector<std::vector<uint8_t>> samples(options.samples, std::vector<uint8_t>(gradient.size()));
  for (uint32_t s = 0; s < options.samples; ++s) {
    std::array<uint16_t, kRandomGroup> words{};
    for (size_t i = 0; i < gradient.size(); ++i) {
      const auto row = static_cast<uint32_t>(i / classes), col = static_cast<uint32_t>(i % classes);
      if (col % kRandomGroup == 0) {
        words =
            LaneWords(MixedState(options.seed, static_cast<uint8_t>(s), row, col / kRandomGroup));
      }
      samples[s][i] = QuantizeLuq(ScaledFrom(gradient[i] * inverse),
                                  TopBits(words[col % kRandomGroup], random_bits), random_bits)
                          .code;
    }
  }
  return samples;
}

LossGradient MakeLossGradient(std::span<const int32_t> logits, std::span<const uint8_t> labels,
                              const LossOptions& options) {
  if (labels.empty() || logits.size() % labels.size() != 0) {
    throw std::invalid_argument(std::to_string(logits.size()) + " logits for " +
                                std::to_string(labels.size()) + " labels: give whole rows");
  }
  const size_t classes = logits.size() / labels.size();
  if (*std::max_element(labels.begin(), labels.end()) >= classes) {
    throw std::invalid_argument("a label is no class: give labels below " +
                                std::to_string(classes));
  }
  std::vector<double> real(logits.size());
  for (size_t i = 0; i < real.size(); ++i) real[i] = logits[i] * options.scale;
  const reference::Loss loss = reference::softmax_loss(real, labels.data(), classes);

  LossGradient result;
  result.mean = loss.mean;
  result.correct = static_cast<uint32_t>(loss.correct);
  result.codes = RoundLossGradient(loss.gradient, classes, options);
  return result;
}

}  // namespace tetralog
