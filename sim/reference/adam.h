// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What Adam (Kingma, Ba: Adam: A Method for Stochastic Optimization, ICLR 2015) is fixed to in all
// implementations. Built-in types only.
//
// In step t = 1, 2, ..: m = momentum*m + (1 - momentum)*g, s = kAdamDecay*s + (1 - kAdamDecay)*g^2,
// w = w - rate / (1 - momentum^t) * (m / (sqrt(s) / sqrt(1 - kAdamDecay^t) + kAdamEpsilon)),
// every operation float64 in this order.

#pragma once

namespace tetralog::reference {

inline constexpr double kAdamDecay = 0.999, kAdamEpsilon = 1e-8;

}  // namespace tetralog::reference
