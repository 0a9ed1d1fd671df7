// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/loss.h"

#include <algorithm>
#include <cmath>

namespace tetralog::reference {

double fixed_exp(double x) {
  if (x < -708.0) return 0.0;
  // x = i*ln2 + r with |r| <= ln2/2; ln2 in two parts so that i*kLn2High is exact.
  constexpr double kLn2High = 0x1.62e42fee00000p-1;
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
  const double i = std::floor(x * kInverseLn2 + 0.5);
  const double r = (x - i * kLn2High) - i * kLn2Low;
  // Taylor series to r^14 / 14!, whose remainder is below 2^-60.
  double sum = 1.0;
  for (int term = 14; term >= 1; --term) sum = 1.0 + sum * r / term;
  return std::ldexp(sum, static_cast<int>(i));
}

Loss softmax_loss(const std::vector<double>& logits, const uint8_t* labels, size_t classes) {
  const size_t rows = logits.size() / classes;
  Loss loss;
  loss.gradient.resize(logits.size());
  for (size_t row = 0; row < rows; ++row) {
    const double* in = &logits[row * classes];
    double* out = &loss.gradient[row * classes];
    const double* best = std::max_element(in, in + classes);
    double sum = 0;
    for (size_t i = 0; i < classes; ++i) {
      out[i] = fixed_exp(in[i] - *best);
      sum += out[i];
    }
    const size_t label = labels[row];
    for (size_t i = 0; i < classes; ++i) {
      out[i] = (out[i] / sum - (i == label ? 1.0 : 0.0)) / static_cast<double>(rows);
    }
    loss.mean += (std::log(sum) + *best - in[label]) / static_cast<double>(rows);
    loss.correct += static_cast<size_t>(best - in) == label;
  }
  return loss;
}

}  // namespace tetralog::reference
