// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The values of 4-bit codes as tensors of float64, in units of their scale. C++17.

#pragma once

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>

#include "model/contract.h"

namespace tetralog::train {

inline double ValueOf(Format format, uint8_t code) {
  if (format == Format::kUint4) return code;
  if (format == Format::kInt4) return code < 8 ? code : code - 16;
  const double magnitude = code % 8 == 0 ? 0.0 : std::ldexp(1.0, code % 8 - 1);
  return code < 8 ? magnitude : -magnitude;
}

// A tensor of codes, one a byte.
inline at::Tensor ValuesOf(Format format, const uint8_t* codes, at::IntArrayRef shape) {
  at::Tensor tensor = at::empty(shape, at::TensorOptions(at::kDouble));
  double* values = tensor.data_ptr<double>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = ValueOf(format, codes[i]);
  return tensor;
}

}  // namespace tetralog::train
