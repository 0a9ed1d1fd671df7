// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/image_ops.h"

namespace tetralog::reference {

at::Tensor image_to_columns(const at::Tensor& images, const Layer& layer) {
  const int64_t pad = static_cast<int64_t>(layer.pad), kernel = static_cast<int64_t>(layer.kernel);
  const int64_t batch = images.size(0), channels = images.size(3);
  const int64_t side = images.size(1) + 2 * pad, out = side - kernel + 1;
  const at::Tensor padded = at::constant_pad_nd(images, {0, 0, pad, pad, pad, pad}).contiguous();
  return padded
      .as_strided({batch, out, out, kernel, kernel, channels},
                  {side * side * channels, side * channels, channels, side * channels, channels, 1})
      .reshape({batch * out * out, kernel * kernel * channels});
}

at::Tensor columns_to_image(const at::Tensor& columns, const Layer& layer) {
  const int64_t pad = static_cast<int64_t>(layer.pad), kernel = static_cast<int64_t>(layer.kernel);
  const int64_t out = static_cast<int64_t>(layer.out_side());
  const int64_t side = static_cast<int64_t>(layer.side);
  const int64_t channels = static_cast<int64_t>(layer.channels);
  const at::Tensor split = columns.reshape({-1, out, out, kernel, kernel, channels});
  at::Tensor image =
      at::zeros({split.size(0), side + 2 * pad, side + 2 * pad, channels}, columns.options());
  for (int64_t i = 0; i < kernel; ++i) {
    for (int64_t j = 0; j < kernel; ++j) {
      image.narrow(1, i, out).narrow(2, j, out).add_(split.select(3, i).select(3, j));
    }
  }
  return image.narrow(1, pad, side).narrow(2, pad, side).contiguous();
}

Pooled max_pool(const at::Tensor& images) {
  const int64_t half = images.size(1) / 2;
  const at::Tensor windows = images.view({images.size(0), half, 2, half, 2, images.size(3)});
  const auto pixel = [&](int64_t i) { return windows.select(4, i % 2).select(2, i / 2); };
  Pooled pooled;
  pooled.values = at::maximum(at::maximum(pixel(0), pixel(1)), at::maximum(pixel(2), pixel(3)));
  std::vector<at::Tensor> taken;
  at::Tensor done = at::zeros_like(pooled.values, at::kBool);
  for (int64_t i = 0; i < 4; ++i) {
    taken.push_back((pixel(i) == pooled.values) & ~done);
    done = done | taken.back();
  }
  pooled.taken = at::stack(taken);
  return pooled;
}

at::Tensor max_unpool(const at::Tensor& gradient, const at::Tensor& taken) {
  const at::Tensor routed = taken * gradient.unsqueeze(0);  // [4, batch, half, half, channels]
  const int64_t batch = routed.size(1), half = routed.size(2), channels = routed.size(4);
  return routed.view({2, 2, batch, half, half, channels})
      .permute({2, 3, 0, 4, 1, 5})
      .reshape({batch, 2 * half, 2 * half, channels});
}

}  // namespace tetralog::reference
