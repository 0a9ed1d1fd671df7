// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What surrounds the GEMM of a convolution on the host: im2col, 2x2 maximum pooling, and the way
// back of their gradients. Images are [batch, row, column, channel], square, float32 or float64,
// and so are results; all are exact on integers. Shapes are not checked.

#pragma once

#include <ATen/ATen.h>

#include "sim/reference/network.h"

namespace tetralog::reference {

// Images [batch, side, side, channels] of the layer to [batch * out_side^2, kernel^2 * channels] in
// the order (kernel row, kernel column, channel), zero outside the image.
at::Tensor image_to_columns(const at::Tensor& images, const Layer& layer);
// The transposed operation: sums the columns back into [batch, side, side, channels].
at::Tensor columns_to_image(const at::Tensor& columns, const Layer& layer);

struct Pooled {
  at::Tensor values;  // [batch, side / 2, side / 2, channel]
  at::Tensor taken;   // bytes: which of the four pixels was taken (row by row), the first of equals
};
// The side must be even.
Pooled max_pool(const at::Tensor& images);
// The gradient of `values` to that of the images: at the pixel taken, 0 elsewhere.
at::Tensor max_unpool(const at::Tensor& gradient, const at::Tensor& taken);

}  // namespace tetralog::reference
