// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/loss.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tetralog::reference {

namespace {

// Operations on independent elements, so that the compiler makes vectors of them.
void fixed_exps(double* values, size_t n) {
  // x = i*ln2 + r with |r| <= ln2/2; ln2 in two parts so that i*kLn2High is exact.
  constexpr double kLn2High = 0x1.62e42fee00000p-1;
  constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
  constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
  constexpr double kLeast = -708.0;
  constexpr size_t kAtOnce = 8;
  for (size_t begin = 0; begin < n; begin += kAtOnce) {
    double x[kAtOnce] = {}, i[kAtOnce], r[kAtOnce], sum[kAtOnce];
    const size_t count = std::min(n - begin, kAtOnce);
    for (size_t j = 0; j < count; ++j) x[j] = std::max(values[begin + j], kLeast);
    for (size_t j = 0; j < kAtOnce; ++j) {
      i[j] = std::floor(x[j] * kInverseLn2 + 0.5);
      r[j] = (x[j] - i[j] * kLn2High) - i[j] * kLn2Low;
      sum[j] = 1.0;
    }
    // Taylor series to r^14 / 14!, whose remainder is below 2^-60.
    for (int term = 14; term >= 1; --term) {
      for (size_t j = 0; j < kAtOnce; ++j) sum[j] = 1.0 + sum[j] * r[j] / term;
    }
    for (size_t j = 0; j < count; ++j) {
      // 2^i is at least 2^-1021: its exponent is that of a normal number.
      const auto power = static_cast<uint64_t>(1023 + static_cast<int>(i[j])) << 52;
      values[begin + j] = values[begin + j] < kLeast ? 0.0 : sum[j] * std::bit_cast<double>(power);
    }
  }
}

}  // namespace

double fixed_exp(double x) {
  fixed_exps(&x, 1);
  return x;
}

Loss softmax_loss(const std::vector<double>& logits, const uint8_t* labels, size_t classes) {
  const size_t rows = logits.size() / classes;
  std::vector<size_t> best(rows);  // of a row, the first
  Loss loss;
  loss.gradient.resize(logits.size());
  for (size_t row = 0; row < rows; ++row) {
    const double* in = &logits[row * classes];
    best[row] = static_cast<size_t>(std::max_element(in, in + classes) - in);
    for (size_t i = 0; i < classes; ++i) loss.gradient[row * classes + i] = in[i] - in[best[row]];
  }
  fixed_exps(loss.gradient.data(), loss.gradient.size());
  for (size_t row = 0; row < rows; ++row) {
    const double* in = &logits[row * classes];
    double* out = &loss.gradient[row * classes];
    double sum = 0;
    for (size_t i = 0; i < classes; ++i) sum += out[i];
    const size_t label = labels[row];
    for (size_t i = 0; i < classes; ++i) {
      out[i] = (out[i] / sum - (i == label ? 1.0 : 0.0)) / static_cast<double>(rows);
    }
    loss.mean += (std::log(sum) + in[best[row]] - in[label]) / static_cast<double>(rows);
    loss.correct += best[row] == label;
  }
  return loss;
}

}  // namespace tetralog::reference
