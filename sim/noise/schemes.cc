// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/noise/schemes.h"

#include <ATen/ATen.h>

#include <cmath>
#include <stdexcept>

#include "sim/functional/host_quantizer.h"
#include "sim/reference/quantise.h"
#include "sim/reference/random_bits.h"

namespace tetralog::noise {
namespace {

// Towards zero to a multiple of 2^-bits of the step between the levels around it.
double Truncated(double y, unsigned bits) {
  const int lower = std::fabs(y) < 1 ? 0 : std::ilogb(y);
  const int shift = static_cast<int>(bits) - lower;
  return std::ldexp(std::trunc(std::ldexp(y, shift)), -shift);
}

// By the reference, whose rounding takes any number of bits and the broken rules. On a fraction of
// no more than R bits its rule is plain truncation.
void RoundByReference(const Scheme& scheme, std::vector<double> y, size_t rows, size_t cols,
                      int shift, const RandomPlace& place, uint8_t* codes) {
  for (double& value : y) {
    value = std::ldexp(value, -shift);
    if (scheme.rounding == Rounding4::kTruncated) value = Truncated(value, scheme.random_bits);
  }
  auto rule = reference::Log4Rounding::kLuq;
  if (scheme.rounding == Rounding4::kNearest) rule = reference::Log4Rounding::kNearest;
  if (scheme.rounding == Rounding4::kFloored) rule = reference::Log4Rounding::kFlooredUnderflow;
  const std::vector<uint16_t> words =
      scheme.random() ? reference::random_words(place.seed, place.sample, rows, cols)
                      : std::vector<uint16_t>(rows * cols);
  const at::Tensor values = reference::round_log4(at::tensor(y, at::TensorOptions(at::kDouble)),
                                                  words, rule, scheme.random_bits)
                                .contiguous();
  const double* value = values.data_ptr<double>();
  for (size_t i = 0; i < y.size(); ++i) {
    codes[i] =
        value[i] == 0 ? 0 : static_cast<uint8_t>(std::ilogb(value[i]) + 1 + (value[i] < 0 ? 8 : 0));
  }
}

}  // namespace

const std::vector<Scheme>& Schemes() {
  static const std::vector<Scheme> schemes = {
      {"luq", "LUQ, 12 random bits"},
      {"smp2", "LUQ, mean of 2 samples", Rounding4::kLuq, 2},
      {"smp4", "LUQ, mean of 4 samples", Rounding4::kLuq, 4},
      {"shared-rows", "random bits shared down the rows", Rounding4::kSharedRows},
      {"nearest", "nearest level", Rounding4::kNearest},
      {"floored", "below alpha to zero", Rounding4::kFloored},
      {"half-alpha", "alpha rounded down: clips", Rounding4::kLuq, 1, kRandomBits, -1},
      {"truncated-12", "fraction cut to 12 bits", Rounding4::kTruncated},
      {"truncated-8", "fraction cut to 8 bits", Rounding4::kTruncated, 1, 8},
  };
  return schemes;
}

const Scheme& SchemeOf(const std::string& name) {
  std::string names;
  for (const Scheme& scheme : Schemes()) {
    if (scheme.name == name) return scheme;
    names += (names.empty() ? "" : ", ") + scheme.name;
  }
  throw std::invalid_argument("scheme " + name + " is not known; give one of " + names);
}

std::vector<uint8_t> RoundBy(const Scheme& scheme, const std::vector<double>& y, size_t rows,
                             size_t cols, int shift, uint64_t seed) {
  shift += scheme.alpha_shift;
  std::vector<uint8_t> codes(scheme.samples * rows * cols);
  RandomPlace place;
  place.seed = seed;
  for (; place.sample < scheme.samples; ++place.sample) {
    uint8_t* const to = &codes[place.sample * rows * cols];
    if (scheme.rounding == Rounding4::kLuq) {
      QuantizeLog4(y.data(), rows, cols, shift, place, to);
    } else if (scheme.rounding == Rounding4::kSharedRows) {
      for (size_t row = 0; row < rows; ++row) {
        QuantizeLog4(&y[row * cols], 1, cols, shift, place, to + row * cols);
      }
    } else {
      RoundByReference(scheme, y, rows, cols, shift, place, to);
    }
  }
  return codes;
}

}  // namespace tetralog::noise
