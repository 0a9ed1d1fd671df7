// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/epilogue_lane.h"

#include <stdexcept>

#include "model/int_quantizer.h"
#include "model/luq_quantizer.h"

namespace tetralog {
namespace {

Quantized Quantize(const EpilogueConfig& config, const ScaledValue& y, uint16_t random_word) {
  const uint32_t random = TopBits(random_word, config.random_bits);
  if (config.d_format == Format::kLog4) return QuantizeLuq(y, random, config.random_bits);
  if (config.rounding == Rounding::kStochastic) {
    return QuantizeIntStochastic(config.d_format, y, random, config.random_bits);
  }
  return QuantizeIntNearest(config.d_format, y);
}

}  // namespace

void EpilogueConfig::Check() const {
  ScaleShift(0, scale_mul, scale_shift);  // refuses m and n
  CheckRandom(0, random_bits);
  if (d_format == Format::kLog4 && scale_mul != 1) {
    throw std::invalid_argument("LOG4 output takes the scale multiplier m = 1: fold it into alpha");
  }
}

LaneOutput ScaleAndRound(const EpilogueConfig& config, int32_t z, uint16_t random_word) {
  if (config.d_format == Format::kInt32) return {static_cast<uint32_t>(z), z == 0, false};
  const ScaledValue y = ScaleShift(z, config.scale_mul, config.scale_shift);
  const Quantized quantized = Quantize(config, y, random_word);
  return {quantized.code, quantized.code == 0, quantized.clipped};
}

uint32_t EmitSample(const EpilogueConfig& config, int32_t z, uint16_t random_word, int sample,
                    EpilogueStats& stats) {
  const LaneOutput output = ScaleAndRound(config, z, random_word);
  stats.AddOutput(sample, output.zero, output.clipped);
  return output.data;
}

}  // namespace tetralog
