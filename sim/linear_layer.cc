// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/linear_layer.h"

namespace tetralog {

Handle LinearForward(Driver& driver, const Tensor& w, const Tensor& x, const Tensor& y,
                     const std::optional<Tensor>& bias, const OutputOptions& output) {
  GemmRequest request;  // Y^T = W X^T
  request.a = w;
  request.b = x;
  request.b_transposed = true;
  request.d = y;
  request.d_transposed = true;
  if (bias) request.c = RowBias(*bias);
  request.output = output;
  return driver.Gemm(request);
}

Handle LinearInputGradient(Driver& driver, const Tensor& dy, const Tensor& w, const Tensor& dx,
                           const std::optional<Tensor>& mask, const OutputOptions& output) {
  GemmRequest request;  // dX = dY W
  request.a = dy;
  request.b = w;
  request.d = dx;
  request.mask = mask;
  request.output = output;
  return driver.Gemm(request);
}

Handle LinearWeightGradient(Driver& driver, const Tensor& dy, const Tensor& x, const Tensor& dw) {
  GemmRequest request;  // dW = dY^T X
  request.a = dy;
  request.a_transposed = true;
  request.a_samples = dy.samples;
  request.b = x;
  request.d = dw;
  return driver.Gemm(request);
}

}  // namespace tetralog
