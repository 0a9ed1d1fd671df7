// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The three products of a linear layer's training step, as the LUQ method computes them. All read
// the same stored tensors: weights W [out, in], activations X [batch, in], gradients [batch, out].
//
// A convolution is a linear layer on patches; its batch is (image, pixel).
//
// Each writes its commands to the ring; they start as those of Driver::Gemm do, and partial sums
// stay in the arena. Strides are those of the tensors (tensor.h). Throws std::invalid_argument when
// sizes do not agree, std::bad_alloc when the arena is full; formats and ranges are checked by the
// machine, so those errors come with the wait (DriverError).
#pragma once

#include <optional>

#include "sim/driver.h"

namespace tetralog {

// Y[b,o] = out( sum_i W[o,i] X[b,i] + bias[o] ). W INT4; X INT4 or UINT4; Y [batch, out] of any
// format; bias INT32 [1, out]. The logical output is Y^T: the random bits' rows are outputs.
Handle LinearForward(Driver& driver, const Tensor& w, const Tensor& x, const Tensor& y,
                     const std::optional<Tensor>& bias, const OutputOptions& output);

// dX[b,i] = out( sum_o dY[b,o] W[o,i] ), 0 where mask[b,i] is 0. dY LOG4, its first sample; W INT4;
// dX LOG4 of 1..8 samples, or another format; the mask is the stored forward activation.
Handle LinearInputGradient(Driver& driver, const Tensor& dy, const Tensor& w, const Tensor& dx,
                           const std::optional<Tensor>& mask, const OutputOptions& output);

// dW[o,i] = sum over b and all samples s of dY_s[b,o] X[b,i], INT32 [out, in]; the host divides by
// the samples. dW must not overlap dY or X.
Handle LinearWeightGradient(Driver& driver, const Tensor& dy, const Tensor& x, const Tensor& dw);

}  // namespace tetralog
