// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/convolution_host.h"

#include <algorithm>
#include <stdexcept>

namespace tetralog::train {

ConvolutionHost::ConvolutionHost(const reference::Layer& layer, size_t batch)
    : layer_(layer),
      batch_(batch),
      padded_(layer.side + 2 * layer.pad),
      kernels_(BestHostKernels()) {
  if (padded_ % 2 != 0 || layer.out_side() % 2 != 0) {
    throw std::invalid_argument("convolution " + layer.name +
                                " has an odd side: give one with even padded and output sides");
  }
  const size_t plane = layer.channels * batch * padded_ * padded_;
  planes_.assign(plane + 1, 0);
  even_.assign(plane / 2 + kBlock, 0);
  odd_.assign(plane / 2 + kBlock, 0);
  values_.assign(layer.out * pooled() + kBlock, 0);
  taken_.assign(layer.out * pooled() + kBlock, 0);
}

void ConvolutionHost::Columns(const uint8_t* planes, size_t stride, uint8_t* columns) {
  const size_t side = layer_.side, pad = layer_.pad, images = layer_.channels * batch_;
  if (pad > 0) {  // the frame stays zero
    for (size_t i = 0; i < images; ++i) {
      kernels_.spread(planes + i * side * side, side, side, padded_,
                      &planes_[(i * padded_ + pad) * padded_ + pad]);
    }
    planes = planes_.data();
  }
  const size_t bytes = images * padded_ * padded_ / 2;
  kernels_.pack(planes, 2 * bytes, even_.data());
  kernels_.pack_odd(planes, bytes - 1, odd_.data());

  const size_t kernel = layer_.kernel, out = layer_.out_side(), image = padded_ * padded_ / 2;
  uint8_t* row = columns;  // what is gathered behind it belongs to the next one
  for (size_t i = 0; i < kernel; ++i) {
    for (size_t j = 0; j < kernel; ++j) {
      for (size_t c = 0; c < layer_.channels; ++c, row += stride) {
        const uint8_t* source =
            (j % 2 == 0 ? even_ : odd_).data() + i * padded_ / 2 + j / 2 + c * batch_ * image;
        for (size_t b = 0; b < batch_; ++b) {
          kernels_.gather(source + b * image, out, padded_ / 2, out / 2,
                          row + b * layer_.pixels() / 2);
        }
      }
    }
  }
  std::fill_n(row, stride, uint8_t{0x11});
}

void ConvolutionHost::Pool(const uint8_t* packed, size_t stride) {
  for (size_t c = 0; c < layer_.out; ++c) {
    kernels_.pool(packed + c * stride, batch_ * half(), half(), &values_[c * pooled()],
                  &taken_[c * pooled()]);
  }
}

void ConvolutionHost::PoolSums(size_t c, const int32_t* z) {
  sums_.resize(layer_.out * pooled());
  passes_.resize(layer_.out * pooled());
  const size_t plane = c * pooled();
  kernels_.pool_sums(z, batch_ * half(), half(), &sums_[plane], &taken_[plane], &passes_[plane]);
}

void ConvolutionHost::Unpool(const uint8_t* planes, size_t stride, uint8_t* packed) {
  last_.resize(stride + kBlock);
  for (size_t c = 0; c < layer_.out; ++c) {
    const bool last = c + 1 == layer_.out;  // behind the others there is room
    kernels_.unpool(planes + c * pooled(), &taken_[c * pooled()], batch_ * half(), half(),
                    last ? last_.data() : packed + c * stride);
  }
  std::copy_n(last_.data(), rows() / 2, packed + (layer_.out - 1) * stride);
}

void ConvolutionHost::Fold(size_t image, const int32_t* columns, size_t stride) {
  const size_t size = layer_.side * layer_.side * layer_.channels;
  images_.resize(batch_ * size);
  int32_t* to = &images_[image * size];
  std::fill_n(to, size, 0);
  kernels_.fold(columns, stride, layer_.out_side(), layer_.kernel, layer_.channels, to);
}

}  // namespace tetralog::train
