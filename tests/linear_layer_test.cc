// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The three products of a linear layer, in odd sizes, against loops over decoded elements. INT32
// outputs show every sum; one LOG4 and one UINT4 output show format, mask, samples and random bits.

#include "sim/linear_layer.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/epilogue_lane.h"
#include "model/formats.h"
#include "model/random_source.h"
#include "sim/dice.h"
#include "sim/functional_machine.h"

namespace tetralog {
namespace {

constexpr uint32_t kBatch = 19, kIn = 45, kOut = 23;

class LinearLayerModel : public ::testing::Test {
 protected:
  LinearLayerModel() : machine_({}, 1 << 20), driver_(machine_) {
    w_ = Make(kOut, kIn, Format::kInt4, w_codes_);
    x_ = Make(kBatch, kIn, Format::kUint4, x_codes_);
    dy_ = driver_.NewTensor(kBatch, kOut, Format::kLog4, 3);
    dy_codes_.resize(3);
    for (uint32_t s = 0; s < 3; ++s) {
      dy_codes_[s] = Codes(kBatch * kOut);
      driver_.Upload(dy_, dy_codes_[s], s);
    }
  }

  std::vector<uint8_t> Codes(size_t count) {
    std::vector<uint8_t> codes(count);
    for (uint8_t& code : codes)
      code = static_cast<uint8_t>(dice_.Percent(30) ? 0 : dice_.Below(16));
    return codes;
  }
  Tensor Make(uint32_t rows, uint32_t cols, Format format, std::vector<uint8_t>& codes) {
    const Tensor tensor = driver_.NewTensor(rows, cols, format);
    codes = Codes(size_t{rows} * cols);
    driver_.Upload(tensor, codes);
    return tensor;
  }
  int W(uint32_t o, uint32_t i) const { return Decode(Format::kInt4, w_codes_[o * kIn + i]); }
  int X(uint32_t b, uint32_t i) const { return Decode(Format::kUint4, x_codes_[b * kIn + i]); }
  int Dy(uint32_t s, uint32_t b, uint32_t o) const {
    return Decode(Format::kLog4, dy_codes_[s][b * kOut + o]);
  }

  Dice dice_{11};
  FunctionalMachine machine_;
  Driver driver_;
  Tensor w_, x_, dy_;
  std::vector<uint8_t> w_codes_, x_codes_;
  std::vector<std::vector<uint8_t>> dy_codes_;
};

TEST_F(LinearLayerModel, ForwardStoresEveryOutputOfABatchRow) {
  const Tensor bias = driver_.NewTensor(1, kOut, Format::kInt32);
  std::vector<int32_t> bias_values(kOut);
  for (uint32_t o = 0; o < kOut; ++o) bias_values[o] = 1000 * static_cast<int32_t>(o) - 7;
  driver_.UploadInt32(bias, bias_values);
  const Tensor y = driver_.NewTensor(kBatch, kOut, Format::kInt32);
  const Tensor plain = driver_.NewTensor(kBatch, kOut, Format::kUint4);
  LinearForward(driver_, w_, x_, y, bias, {});
  LinearForward(driver_, w_, x_, plain, {}, {.scale_shift = 6});
  const std::vector<int32_t> sums = driver_.DownloadInt32(y);
  const std::vector<uint8_t> codes = driver_.Download(plain);
  for (uint32_t b = 0; b < kBatch; ++b) {
    for (uint32_t o = 0; o < kOut; ++o) {
      int sum = 0;
      for (uint32_t i = 0; i < kIn; ++i) sum += W(o, i) * X(b, i);
      EXPECT_EQ(sums[b * kOut + o], sum + bias_values[o]) << b << ", " << o;
      const int floor = sum < 0 ? 0 : sum / 64, rest = sum < 0 ? 0 : sum % 64;
      const int rounded = floor + (rest > 32 || (rest == 32 && floor % 2 == 1));
      EXPECT_EQ(codes[b * kOut + o], std::min(rounded, 15)) << b << ", " << o;
    }
  }
}

TEST_F(LinearLayerModel, InputGradientReadsSampleZeroAndTheMask) {
  const Tensor dx = driver_.NewTensor(kBatch, kIn, Format::kInt32);
  const Tensor samples = driver_.NewTensor(kBatch, kIn, Format::kLog4, 2);
  OutputOptions output;
  output.scale_shift = 3;
  output.seed = 0x0123456789abcdef;
  output.row0 = 77;
  output.col0 = 160;
  output.sample0 = 254;
  LinearInputGradient(driver_, dy_, w_, dx, {}, {});
  LinearInputGradient(driver_, dy_, w_, samples, x_, output);
  const std::vector<int32_t> sums = driver_.DownloadInt32(dx);
  for (uint32_t b = 0; b < kBatch; ++b) {
    for (uint32_t i = 0; i < kIn; ++i) {
      int sum = 0;
      for (uint32_t o = 0; o < kOut; ++o) sum += Dy(0, b, o) * W(o, i);
      EXPECT_EQ(sums[b * kIn + i], sum) << b << ", " << i;
    }
  }
  for (uint32_t s = 0; s < 2; ++s) {
    const std::vector<uint8_t> codes = driver_.Download(samples, s);
    for (uint32_t b = 0; b < kBatch; ++b) {
      for (uint32_t i = 0; i < kIn; ++i) {
        const int32_t z = X(b, i) == 0 ? 0 : sums[b * kIn + i];
        EpilogueConfig config;
        config.d_format = Format::kLog4;
        config.scale_shift = output.scale_shift;
        const uint16_t word = RandomWord(output.seed, static_cast<uint8_t>(output.sample0 + s),
                                         output.row0 + b, output.col0 + i);
        EXPECT_EQ(codes[b * kIn + i], ScaleAndRound(config, z, word).data) << b << ", " << i;
      }
    }
  }
}

TEST_F(LinearLayerModel, WeightGradientSumsOverBatchAndSamples) {
  const Tensor dw = driver_.NewTensor(kOut, kIn, Format::kInt32);
  LinearWeightGradient(driver_, dy_, x_, dw);
  const std::vector<int32_t> sums = driver_.DownloadInt32(dw);
  for (uint32_t o = 0; o < kOut; ++o) {
    for (uint32_t i = 0; i < kIn; ++i) {
      int sum = 0;
      for (uint32_t s = 0; s < 3; ++s) {
        for (uint32_t b = 0; b < kBatch; ++b) sum += Dy(s, b, o) * X(b, i);
      }
      EXPECT_EQ(sums[o * kIn + i], sum) << o << ", " << i;
    }
  }
}

}  // namespace
}  // namespace tetralog
