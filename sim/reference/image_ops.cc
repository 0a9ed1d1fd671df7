// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/image_ops.h"

#include <ATen/Dispatch.h>

#include <algorithm>

namespace tetralog::reference {
namespace {

// Visits every run of pixels that one kernel row sees of one image row: run(column, pixel, size)
// with the first element of the run in the columns and in the images, and its number of elements.
template <typename Run>
void for_each_run(const Layer& layer, int64_t batch, Run run) {
  const int64_t side = static_cast<int64_t>(layer.side), pad = static_cast<int64_t>(layer.pad);
  const int64_t kernel = static_cast<int64_t>(layer.kernel);
  const int64_t channels = static_cast<int64_t>(layer.channels);
  const int64_t out = static_cast<int64_t>(layer.out_side());
  for (int64_t row = 0; row < batch * out * out; ++row) {
    const int64_t image = row / (out * out), y = row / out % out - pad, x = row % out - pad;
    const int64_t begin = std::max<int64_t>(0, -x), end = std::min(kernel, side - x);
    for (int64_t i = 0; i < kernel; ++i) {
      if (y + i < 0 || y + i >= side) continue;
      run(((row * kernel + i) * kernel + begin) * channels,
          ((image * side + y + i) * side + x + begin) * channels, (end - begin) * channels);
    }
  }
}

}  // namespace

at::Tensor image_to_columns(const at::Tensor& images, const Layer& layer) {
  const at::Tensor source = images.contiguous();
  const int64_t batch = images.size(0);
  at::Tensor columns =
      at::zeros({batch * static_cast<int64_t>(layer.pixels()),
                 static_cast<int64_t>(layer.kernel * layer.kernel * layer.channels)},
                images.options());
  AT_DISPATCH_FLOATING_TYPES(images.scalar_type(), "image_to_columns", [&] {
    const scalar_t* from = source.data_ptr<scalar_t>();
    scalar_t* to = columns.data_ptr<scalar_t>();
    for_each_run(layer, batch, [&](int64_t column, int64_t pixel, int64_t size) {
      std::copy_n(from + pixel, size, to + column);
    });
  });
  return columns;
}

at::Tensor columns_to_image(const at::Tensor& columns, const Layer& layer) {
  const at::Tensor source = columns.contiguous();
  const int64_t side = static_cast<int64_t>(layer.side);
  const int64_t batch = columns.size(0) / static_cast<int64_t>(layer.pixels());
  at::Tensor images =
      at::zeros({batch, side, side, static_cast<int64_t>(layer.channels)}, columns.options());
  AT_DISPATCH_FLOATING_TYPES(columns.scalar_type(), "columns_to_image", [&] {
    const scalar_t* from = source.data_ptr<scalar_t>();
    scalar_t* to = images.data_ptr<scalar_t>();
    for_each_run(layer, batch, [&](int64_t column, int64_t pixel, int64_t size) {
      for (int64_t i = 0; i < size; ++i) to[pixel + i] += from[column + i];
    });
  });
  return images;
}

Pooled max_pool(const at::Tensor& images) {
  const at::Tensor source = images.contiguous();
  const int64_t batch = images.size(0), half = images.size(1) / 2, channels = images.size(3);
  const int64_t line = 2 * half * channels;
  Pooled pooled;
  pooled.values = at::empty({batch, half, half, channels}, images.options());
  pooled.taken = at::empty({batch, half, half, channels}, images.options().dtype(at::kByte));
  AT_DISPATCH_FLOATING_TYPES(images.scalar_type(), "max_pool", [&] {
    const scalar_t* from = source.data_ptr<scalar_t>();
    scalar_t* value = pooled.values.data_ptr<scalar_t>();
    uint8_t* taken = pooled.taken.data_ptr<uint8_t>();
    for (int64_t window = 0; window < batch * half * half; ++window) {
      const scalar_t* corner = from + window / half * 2 * line + window % half * 2 * channels;
      for (int64_t channel = 0; channel < channels; ++channel, ++value, ++taken, ++corner) {
        const scalar_t pixels[4] = {corner[0], corner[channels], corner[line],
                                    corner[line + channels]};
        uint8_t best = 0;
        for (uint8_t i = 1; i < 4; ++i) best = pixels[i] > pixels[best] ? i : best;
        *value = pixels[best];
        *taken = best;
      }
    }
  });
  return pooled;
}

at::Tensor max_unpool(const at::Tensor& gradient, const at::Tensor& taken) {
  const at::Tensor source = gradient.contiguous();
  const int64_t batch = taken.size(0), half = taken.size(1), channels = taken.size(3);
  const int64_t line = 2 * half * channels;
  at::Tensor images = at::zeros({batch, 2 * half, 2 * half, channels}, gradient.options());
  AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "max_unpool", [&] {
    const scalar_t* from = source.data_ptr<scalar_t>();
    const uint8_t* place = taken.data_ptr<uint8_t>();
    scalar_t* to = images.data_ptr<scalar_t>();
    for (int64_t window = 0; window < batch * half * half; ++window) {
      scalar_t* corner = to + window / half * 2 * line + window % half * 2 * channels;
      for (int64_t channel = 0; channel < channels; ++channel, ++corner) {
        corner[*place / 2 * line + *place % 2 * channels] = *from++;
        ++place;
      }
    }
  });
  return images;
}

}  // namespace tetralog::reference
