// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// im2col and pooling against loops that index pixels, and the way back of gradients against the
// definition of an adjoint: <forward(x), y> = <x, backward(y)>.

#include <gtest/gtest.h>

#include "sim/reference/image_ops.h"

namespace tetralog::reference {
namespace {

// Small integers that differ from their neighbours.
at::Tensor integers(at::IntArrayRef shape, int64_t seed) {
  int64_t count = 1;
  for (int64_t extent : shape) count *= extent;
  return ((at::arange(count, at::TensorOptions(at::kLong)) * 7919 + seed) % 101 - 50)
      .to(at::kDouble)
      .view(shape);
}

double inner_product(const at::Tensor& x, const at::Tensor& y) {
  return (x * y).sum().item<double>();
}

const Layer kPadded = {"padded", 6, 25, 5, 2, 8, 1};
const Layer kPlain = {"plain", 16, 75, 5, 0, 10, 3};

TEST(ReferenceImageOps, ColumnsAreThePixelsUnderTheKernel) {
  for (const Layer& layer : {kPadded, kPlain}) {
    const int64_t side = layer.side, channels = layer.channels, kernel = layer.kernel;
    const int64_t out = layer.out_side(), pad = layer.pad;
    const at::Tensor images = integers({2, side, side, channels}, 3);
    const at::Tensor columns = image_to_columns(images, layer);
    ASSERT_EQ(columns.size(0), 2 * out * out);
    ASSERT_EQ(columns.size(1), kernel * kernel * channels);
    const auto image = images.accessor<double, 4>();
    const auto column = columns.accessor<double, 2>();
    for (int64_t row = 0; row < columns.size(0); ++row) {
      const int64_t b = row / (out * out), y = row / out % out, x = row % out;
      for (int64_t col = 0; col < columns.size(1); ++col) {
        const int64_t from_y = y + col / (kernel * channels) - pad;
        const int64_t from_x = x + col / channels % kernel - pad;
        const bool inside = from_y >= 0 && from_y < side && from_x >= 0 && from_x < side;
        ASSERT_EQ(column[row][col], inside ? image[b][from_y][from_x][col % channels] : 0.0)
            << layer.name << " " << row << " " << col;
      }
    }
  }
}

TEST(ReferenceImageOps, ColumnsToImageIsTheAdjointOfImageToColumns) {
  for (const Layer& layer : {kPadded, kPlain}) {
    const int64_t side = layer.side, channels = layer.channels;
    const at::Tensor x = integers({2, side, side, channels}, 5);
    const at::Tensor columns = image_to_columns(x, layer);
    const at::Tensor y = integers(columns.sizes(), 11);
    EXPECT_EQ(inner_product(columns, y), inner_product(x, columns_to_image(y, layer)));
  }
}

TEST(ReferenceImageOps, PoolTakesTheMaximumAndTheFirstOfEquals) {
  // One image of 2x4 windows' worth: [1, 4, 4, 1].
  const at::Tensor image = at::tensor({1., 5., 0., 0.,    //
                                       2., 5., 0., 0.,    //
                                       -3., -1., 7., 7.,  //
                                       -1., -2., 7., 9.})
                               .to(at::kDouble)
                               .view({1, 4, 4, 1});
  const Pooled pooled = max_pool(image);
  EXPECT_TRUE(pooled.values.flatten().equal(at::tensor({5., 0., -1., 9.}).to(at::kDouble)));
  const at::Tensor back =
      max_unpool(at::tensor({10., 20., 30., 40.}).to(at::kDouble).view({1, 2, 2, 1}), pooled.taken);
  const at::Tensor expected = at::tensor({0., 10., 20., 0.,  //
                                          0., 0., 0., 0.,    //
                                          0., 30., 0., 0.,   //
                                          0., 0., 0., 40.})
                                  .to(at::kDouble);
  EXPECT_TRUE(back.flatten().equal(expected)) << back;
}

TEST(ReferenceImageOps, UnpoolIsTheAdjointOfTheSelection) {
  const at::Tensor x = integers({3, 6, 6, 4}, 17);
  const Pooled pooled = max_pool(x);
  const at::Tensor y = integers(pooled.values.sizes(), 23);
  EXPECT_EQ(inner_product(pooled.values, y), inner_product(x, max_unpool(y, pooled.taken)));
}

}  // namespace
}  // namespace tetralog::reference
