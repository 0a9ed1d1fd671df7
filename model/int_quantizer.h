// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Quantiser to INT4 and UINT4, to nearest or stochastic.
//
// INT4 rounds y, clamps to -7..7 (never -8); UINT4 rounds max(y, 0), clamps to 0..15: ReLU is
// free. An element is clipped when its rounded value lies outside that range; a negative value that
// UINT4 makes 0 is not clipped.
//   nearest     to the nearest integer, ties to the even one
//   stochastic  floor(|y|) plus a carry by the rule of LUQ with step 1: F = the fraction of |y| in
//               units of 2^-(R+1) (floored), carry iff F + 2r + 1 >= 2^(R+1); the sign comes last
//
// Limits: R in 1..16. A pure function: the random bits are an argument.
// Source: Chmiel et al., ICLR 2023: to nearest for weights and activations (section 3.3);
// stochastic is SR of Eq. 4 with l(x) = floor(x), u(x) = l(x) + 1.
#pragma once

#include <cstdint>

#include "model/rounding.h"
#include "model/scale_shift.h"

namespace tetralog {

// To the nearest integer, ties to even. Refuses formats other than INT4 and UINT4.
Quantized QuantizeIntNearest(Format format, const ScaledValue& y);

// Stochastic. Refuses formats other than INT4 and UINT4, R outside 1..16 and random >= 2^R.
Quantized QuantizeIntStochastic(Format format, const ScaledValue& y, uint32_t random,
                                int random_bits = kRandomBits);

}  // namespace tetralog
