// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/dot_product.h"

#include <stdexcept>
#include <string>

#include "model/formats.h"

namespace tetralog {
namespace {

void CheckOperandPair(Format a_format, Format b_format) {
  if (!IsOperandPair(a_format, b_format)) {
    throw std::invalid_argument("operand formats: A must be INT4 or LOG4, B INT4 or UINT4");
  }
}

}  // namespace

int Product(Format a_format, uint8_t a, Format b_format, uint8_t b) {
  CheckOperandPair(a_format, b_format);
  return Decode(a_format, a) * Decode(b_format, b);
}

int32_t DotProduct(std::span<const int16_t> a, std::span<const int16_t> b) {
  if (a.size() != b.size()) {
    throw std::invalid_argument("dot product of vectors of " + std::to_string(a.size()) + " and " +
                                std::to_string(b.size()) + " elements");
  }
  int32_t sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += int32_t{a[i]} * b[i];
  return sum;
}

int MaxProduct(Format a_format, Format b_format) {
  CheckOperandPair(a_format, b_format);
  if (a_format == Format::kInt4) {
    return b_format == Format::kInt4 ? kProductMaxIi : kProductMaxIu;
  }
  return b_format == Format::kInt4 ? kProductMaxLi : kProductMaxLu;
}

int64_t MaxProducts(Format a_format, Format b_format, int acc_width) {
  if (acc_width < 2 || acc_width > 32) {
    throw std::invalid_argument("accumulator width " + std::to_string(acc_width) +
                                " is outside 2..32");
  }
  return ((int64_t{1} << (acc_width - 1)) - 1) / MaxProduct(a_format, b_format);
}

}  // namespace tetralog
