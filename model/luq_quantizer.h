// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Quantiser to LOG4 by logarithmic unbiased quantisation (LUQ): every value goes to one of the two
// powers of two around it, or to zero or the least power below that, up with the probability that
// keeps its mean.
//
// Input y in units of alpha. The sign passes unchanged (a zero is always 0000); of |y| with the
// random bits r, 0 <= r < 2^R:
//   |y| > 64       64, counted as clipped
//   |y| = 64       64
//   1 <= |y| < 64  2^E <= |y| < 2^(E+1), F = floor((|y|/2^E - 1) * 2^(R+1)); 2^(E+1) iff
//                  F + 2r + 1 >= 2^(R+1), else 2^E (logarithmic stochastic rounding)
//   0 < |y| < 1    F = floor(|y| * 2^(R+1)); 1 iff F + 2r + 1 >= 2^(R+1), else 0 (stochastic
//                  underflow)
//   y = 0          0
// So P(up) = floor((F+1)/2) / 2^R. See docs/numerics.md for the proof and the bound of the bias.
//
// Limits: R in 1..16. A pure function: the random bits are an argument.
// Source: Chmiel et al., "Accurate Neural Training with 4-bit Matrix Multiplications at Standard
// Formats", ICLR 2023: T_alpha (Eq. 10), Q_alpha (Eq. 12), LUQ = Q_alpha(T_alpha(x)) (Eq. 15).
#pragma once

#include <cstdint>

#include "model/rounding.h"
#include "model/scale_shift.h"

namespace tetralog {

// Refuses R outside 1..16 and random >= 2^R.
Quantized QuantizeLuq(const ScaledValue& y, uint32_t random, int random_bits = kRandomBits);

}  // namespace tetralog
