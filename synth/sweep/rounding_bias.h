// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// How far stochastic rounding with R random bits is from unbiased, by going through all of them.

#pragma once

namespace tetralog {

// In units of the step between the two neighbours of a value: the mean over all 2^R random values,
// minus the value.
struct RoundingBias {
  double worst = 0;  // greatest magnitude over all values (a supremum)
  double rms = 0;    // over values spread evenly over the step
};

// By the rule of model/rounding.h, each fraction it tells apart with each random value: 2^(2R+1)
// roundings. R in 1..16.
RoundingBias EnumerateRoundingBias(int random_bits);

}  // namespace tetralog
