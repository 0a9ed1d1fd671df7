// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What surrounds the GEMMs of a convolution on the host, on codes: columns of the image, 2x2
// maximum pool, and the way back of their gradients.
//
// Planes are [channel, image, row, column], one code a byte. On the machine the columns lie as
// [in + 1, rows] and outputs and their gradients as [out, rows], rows being the output pixels of
// all images, so that a stored row is an image after the other; row `in` of the columns holds ones,
// which makes the bias gradient the last column of the weight gradient.
//
// Limits: stride 1, an even number of padded and of output pixels in a row.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/reference/network.h"
#include "sim/train/host_kernels.h"

namespace tetralog::train {

class ConvolutionHost {
 public:
  // Throws std::invalid_argument for a layer beyond the limits.
  ConvolutionHost(const reference::Layer& layer, size_t batch);

  size_t rows() const { return batch_ * layer_.pixels(); }
  size_t half() const { return layer_.out_side() / 2; }                 // side of a pooled image
  size_t pooled() const { return batch_ * half() * half(); }            // pixels of a pooled plane
  size_t pixels() const { return batch_ * layer_.side * layer_.side; }  // of an input plane

  // Packed columns of planes: [in + 1, rows] with rows of `stride` >= kBlock bytes.
  void Columns(const uint8_t* planes, size_t stride, uint8_t* columns);

  // Pools packed outputs with rows of `stride` bytes and kBlock bytes behind them.
  void Pool(const uint8_t* packed, size_t stride);
  const uint8_t* values() const { return values_.data(); }  // planes of the last Pool()

  // Pools the sums of channel c, and marks where a gradient passes: where the greatest is positive.
  void PoolSums(size_t c, const int32_t* z);
  std::vector<int32_t>& sums() { return sums_; }            // [channel, pooled]
  const uint8_t* passes() const { return passes_.data(); }  // planes: 1 or 0
  // values() from the packed codes of the sums of channel c.
  void SetValues(size_t c, const uint8_t* packed) {
    kernels_.unpack(packed, pooled(), &values_[c * pooled()]);
  }

  // Packed gradients of the outputs from those of the pooled planes (which have kBlock bytes behind
  // them): [out, rows] with rows of `stride` bytes.
  void Unpool(const uint8_t* planes, size_t stride, uint8_t* packed);

  // The gradient of the columns of one image, `stride` numbers from row to row, summed into its
  // place in images(). Not for padded layers.
  void Fold(size_t image, const int32_t* columns, size_t stride);
  std::vector<int32_t>& images() { return images_; }  // [image, row, column, channel]

 private:
  reference::Layer layer_;
  size_t batch_, padded_;  // images; pixels of a padded row
  const HostKernels& kernels_;
  std::vector<uint8_t> planes_, even_, odd_, values_, taken_, passes_, last_;
  std::vector<int32_t> images_, sums_;
};

}  // namespace tetralog::train
