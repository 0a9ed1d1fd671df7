// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Softmax cross-entropy on the host, with the same bits on every processor.
//
// The loss gradient decides operand bits, so nothing here depends on the C library or on the order
// of a sum: the exponential is a fixed polynomial, sums run in index order, and the build forbids
// contraction into fused multiply-adds.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tetralog::reference {

// e^x for x <= 0, relative error below 1e-15; 0 below -708.
double fixed_exp(double x);

struct Loss {
  double mean = 0;               // cross-entropy, for display only
  size_t correct = 0;            // arg max equals the label; the first of equal logits counts
  std::vector<double> gradient;  // [rows, classes], (softmax - one-hot) / rows
};

// logits: [rows, classes], row after row.
Loss softmax_loss(const std::vector<double>& logits, const uint8_t* labels, size_t classes);

}  // namespace tetralog::reference
