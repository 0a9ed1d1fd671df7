// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The exact product and dot product of decoded 4-bit operands, and how long a sum may be.
//
// A is INT4 (weights) or LOG4 (gradients), B is INT4 (weights) or UINT4 (activations). No product
// and no sum is rounded: a sum of K products is exact in an accumulator of AccWidth bits as long as
// K * P <= 2^(AccWidth-1) - 1, P being the greatest |product| of the two formats.
#pragma once

#include <cstdint>
#include <span>

#include "model/contract.h"

namespace tetralog {

// True when the array multiplies these formats: A of INT4 or LOG4, B of INT4 or UINT4.
constexpr bool IsOperandPair(Format a_format, Format b_format) {
  return (a_format == Format::kInt4 || a_format == Format::kLog4) &&
         (b_format == Format::kInt4 || b_format == Format::kUint4);
}

// The product of two codes, exact. Refuses what IsOperandPair and Decode refuse.
int Product(Format a_format, uint8_t a, Format b_format, uint8_t b);

// The sum of products of two equally long vectors of decoded operands. Exact for up to
// MaxProducts(a_format, b_format, 32) elements.
int32_t DotProduct(std::span<const int16_t> a, std::span<const int16_t> b);

// P: the greatest |product| of the two formats.
int MaxProduct(Format a_format, Format b_format);

// The greatest number of products whose sum can never overflow acc_width bits (2..32):
// floor((2^(acc_width-1) - 1) / P).
int64_t MaxProducts(Format a_format, Format b_format, int acc_width);

}  // namespace tetralog
