// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The host's part of training on a machine, by plain loops over single elements: every instruction
// set's kernels give the same bits; convolutions, pools and their ways back on random codes; the
// rules of scales on cases worked out by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "model/luq_quantizer.h"
#include "model/random_source.h"
#include "sim/functional/instruction_set.h"
#include "sim/train/convolution_host.h"
#include "sim/train/gradient_rounding.h"
#include "sim/train/host_kernels.h"
#include "sim/train/scales.h"

namespace tetralog::train {
namespace {

using Engine = std::mt19937_64;

std::vector<const HostKernels*> AllKernels() {
  std::vector<const HostKernels*> kernels = {&kHostKernelsBaseline};
#if defined(__x86_64__)
  if (InstructionSets().size() > 1) kernels.push_back(&kHostKernelsAvx2);
  if (InstructionSets().size() > 2) kernels.push_back(&kHostKernelsAvx512);
#endif
  return kernels;
}

std::vector<uint8_t> Codes(Engine& engine, size_t size, unsigned limit = 16) {
  std::vector<uint8_t> codes(size);
  for (uint8_t& code : codes) code = static_cast<uint8_t>(engine() % limit);
  return codes;
}

uint8_t CodeAt(const std::vector<uint8_t>& packed, size_t stride, size_t row, size_t i) {
  return packed[row * stride + i / 2] >> (i % 2 * 4) & 15;
}

TEST(HostKernels, UpdateIsOneElementAfterTheOther) {
  Engine engine(1);
  std::normal_distribution<double> normal;
  for (const HostKernels* kernels : AllKernels()) {
    for (size_t n : {1, 3, 64, 257}) {
      std::vector<double> v(n), w(n);
      std::vector<int32_t> z(n);
      for (size_t i = 0; i < n; ++i) {
        v[i] = normal(engine);
        w[i] = normal(engine);
        z[i] = static_cast<int32_t>(engine()) >> 12;
      }
      std::vector<double> v2 = v, w2 = w;
      WeightSums sums = {1, 2, 0.5}, sums2 = sums;
      kernels->update(z.data(), 1.1e-5, 0.037, 0.9, v.data(), w.data(), n, &sums);
      for (size_t i = 0; i < n; ++i) {
        const double g = z[i] * 1.1e-5, kept = 0.9 * v2[i];
        v2[i] = kept + g;
        const double change = 0.037 * v2[i];
        w2[i] -= change;
        const double square = w2[i] * w2[i];
        sums2 = {sums2.sum + std::fabs(w2[i]), sums2.squares + square,
                 std::max(sums2.max, std::fabs(w2[i]))};
      }
      EXPECT_EQ(sums.sum, sums2.sum);
      EXPECT_EQ(sums.squares, sums2.squares);
      EXPECT_EQ(sums.max, sums2.max);
      EXPECT_EQ(v, v2);
      EXPECT_EQ(w, w2);
    }
  }
}

TEST(HostKernels, AdamIsTheReferencesUpdate) {
  Engine engine(2);
  std::normal_distribution<double> normal;
  constexpr double kUnit = 1.1e-5;
  for (const HostKernels* kernels : AllKernels()) {
    for (size_t n : {1, 3, 64, 257}) {
      reference::Parameters kept{std::vector<double>(n), std::vector<double>(n),
                                 std::vector<double>(n)};
      for (double& w : kept.values) w = normal(engine);
      reference::Parameters other = kept;
      for (uint64_t step = 0; step < 3; ++step) {
        const reference::UpdateRule rule = reference::update_rule(true, 0.01, 0.9, step);
        std::vector<int32_t> z(n);
        std::vector<double> gradient;
        for (int32_t& value : z) {
          value = static_cast<int32_t>(engine()) >> (12 + engine() % 8);
          gradient.push_back(value * kUnit);
        }
        WeightSums sums;
        kernels->adam(z.data(), kUnit, rule.rate, rule.momentum, rule.root, kept.velocity.data(),
                      kept.square.data(), kept.values.data(), n, &sums);
        reference::update(gradient, rule, &other);
        EXPECT_EQ(sums.sum, SumWeights(kept.values).sum);
        EXPECT_EQ(sums.squares, SumWeights(kept.values).squares);
        EXPECT_EQ(sums.max, SumWeights(kept.values).max);
      }
      EXPECT_EQ(kept.values, other.values);
      EXPECT_EQ(kept.velocity, other.velocity);
      EXPECT_EQ(kept.square, other.square);
    }
  }
}

// With both means corrected for their start at zero, a steady gradient moves a weight by the rate
// in every step, whatever its size.
TEST(Optimiser, AdamMovesByTheRateWhileTheGradientStays) {
  for (const double g : {-3.0, 0.5, 1e-3}) {
    reference::Parameters one{{0.0}, {0.0}, {0.0}};
    for (uint64_t step = 0; step < 50; ++step) {
      reference::update({g}, reference::update_rule(true, 0.01, 0.9, step), &one);
      const double expected = -0.01 * static_cast<double>(step + 1) * (g < 0 ? -1 : 1);
      EXPECT_NEAR(one.values[0], expected, 1e-5 * std::fabs(expected)) << g << " step " << step;
    }
  }
}

// Long rows, whose sums go from one power of two to the next, and weights that are multiples of a
// large step: many of them lie halfway between two places of the sum.
TEST(HostKernels, SumsOfManyWeightsAreThoseInOrder) {
  for (const HostKernels* kernels : AllKernels()) {
    for (const double step : {0.0, 0x1p-25, 0x1p-44}) {
      Engine engine(6);
      std::normal_distribution<double> normal(0, 0.05);
      constexpr size_t kSize = 20003;
      std::vector<double> v(kSize), w(kSize);
      for (double& weight : w) {
        weight = normal(engine);
        if (step != 0) weight = std::nearbyint(weight / step) * step;
      }
      if (step == 0) w[17] = 3e9;  // greater than all before
      const std::vector<int32_t> z(kSize);
      WeightSums sums;
      for (size_t i = 0; i < kSize; i += 784) {
        kernels->update(&z[i], 1, 1, 0.9, &v[i], &w[i], std::min<size_t>(784, kSize - i), &sums);
      }
      const WeightSums expected = SumWeights(w);
      EXPECT_EQ(sums.sum, expected.sum) << step;
      EXPECT_EQ(sums.squares, expected.squares) << step;
      EXPECT_EQ(sums.max, expected.max) << step;
    }
  }
}

// From every place of a line of the cache, and with a number in the middle that is more than half
// of the sum's power of two, or whose square is, or that leaves it far behind.
TEST(HostKernels, SumsOfWeightsWithAnOddOne) {
  const double kInfinity = std::numeric_limits<double>::infinity();
  for (const HostKernels* kernels : AllKernels()) {
    for (const double odd : {5.7, 5.8, 5.9, 33.3, 34.7, 36.1, 0x1p300, kInfinity, -std::nan("")}) {
      for (size_t place = 0; place < 8; ++place) {
        Engine engine(8);
        std::normal_distribution<double> normal(0, 0.05);
        std::vector<double> v(2000), w(2000);
        for (double& weight : w) weight = normal(engine);
        w[500] = odd;
        const std::vector<int32_t> z(w.size());
        WeightSums sums = {70, 70, 0}, expected = sums;
        kernels->update(&z[place], 1, 1, 0.9, &v[place], &w[place], w.size() - place, &sums);
        for (const double weight : std::span(w).subspan(place)) {
          const double magnitude = std::fabs(weight), square = weight * weight;
          expected = {expected.sum + magnitude, expected.squares + square,
                      magnitude > expected.max ? magnitude : expected.max};
        }
        EXPECT_EQ(std::isnan(sums.sum), std::isnan(expected.sum)) << odd << ' ' << place;
        EXPECT_EQ(std::isnan(sums.squares), std::isnan(expected.squares)) << odd << ' ' << place;
        EXPECT_EQ(sums.max, expected.max) << odd << ' ' << place;
        if (std::isnan(odd)) continue;
        EXPECT_EQ(sums.sum, expected.sum) << odd << ' ' << place;
        EXPECT_EQ(sums.squares, expected.squares) << odd << ' ' << place;
      }
    }
  }
}

// Also quotients that only the division rounds right: the product with the inverse is off.
TEST(HostKernels, WeightsNextToTheMiddleOfTwoCodes) {
  Engine engine(7);
  for (const HostKernels* kernels : AllKernels()) {
    for (int i = 0; i < 2000; ++i) {
      const double scale = 0.001 + static_cast<double>(engine() >> 11) * 0x1p-53;
      std::vector<double> weights(8 + engine() % 8);
      for (double& weight : weights) {
        const double middle = static_cast<double>(engine() % 16) - 7.5;
        weight = std::nextafter(middle * scale, engine() % 2 == 0 ? -1e9 : 1e9);
        if (engine() % 2 == 0) weight = middle * scale;
      }
      std::vector<uint8_t> packed(8);
      kernels->quantise_int4(weights.data(), scale, weights.size(), packed.data());
      for (size_t j = 0; j < weights.size(); ++j) {
        const double code = std::clamp(std::nearbyint(weights[j] / scale), -7.0, 7.0);
        ASSERT_EQ(CodeAt(packed, 0, 0, j), static_cast<int>(code) & 15) << weights[j] / scale;
      }
    }
  }
}

TEST(HostKernels, PixelsBecomeTheNumberOfLevelsBelow) {
  std::vector<uint8_t> pixels(256), codes(256), levels;
  for (int i = 0; i < 256; ++i) pixels[i] = static_cast<uint8_t>(i);
  for (int i = 1; i <= 15; ++i) levels.push_back(static_cast<uint8_t>(17 * i - i % 3));
  for (const HostKernels* kernels : AllKernels()) {
    for (const size_t n : {7, 256}) {
      kernels->pixel_codes(pixels.data(), levels.data(), n, codes.data());
      for (size_t i = 0; i < n; ++i) {
        const auto below = std::upper_bound(levels.begin(), levels.end(), pixels[i]);
        ASSERT_EQ(codes[i], below - levels.begin());
      }
    }
  }
}

TEST(HostKernels, WeightsAreRoundedToTheNearestEvenAndClamped) {
  std::vector<double> weights = {0.5, 1.5, -0.5, -1.5, 2.5, 6.49, 6.51, 70, -70, -7.4, 3.0};
  const std::vector<int> codes = {0, 2, 0, -2, 2, 6, 7, 7, -7, -7, 3};
  for (double& weight : weights) weight *= 0.25;
  for (const HostKernels* kernels : AllKernels()) {
    std::vector<uint8_t> packed(6, 0xff);
    kernels->quantise_int4(weights.data(), 0.25, weights.size(), packed.data());
    for (size_t i = 0; i < codes.size(); ++i) {
      EXPECT_EQ(CodeAt(packed, 0, 0, i), codes[i] & 15) << weights[i];
    }
    EXPECT_EQ(CodeAt(packed, 0, 0, 11), 0);
  }
}

TEST(HostKernels, PoolAndUnpoolTakeTheFirstOfTheGreatest) {
  Engine engine(2);
  for (const HostKernels* kernels : AllKernels()) {
    for (size_t half : {1, 4, 5, 8, 14, 16, 19}) {
      const size_t rows = 6;
      std::vector<uint8_t> packed(2 * rows * half + kBlock);
      for (uint8_t& byte : packed) byte = static_cast<uint8_t>(engine() & 0x33);
      std::vector<uint8_t> values(rows * half + kBlock), taken(values.size());
      kernels->pool(packed.data(), rows, half, values.data(), taken.data());
      std::vector<uint8_t> back(packed.size()), gradient = Codes(engine, values.size());
      kernels->unpool(gradient.data(), taken.data(), rows, half, back.data());
      for (size_t r = 0; r < rows; ++r) {
        for (size_t x = 0; x < half; ++x) {
          const size_t at = r * half + x;
          int best = -1, place = 0;
          for (int p = 0; p < 4; ++p) {
            const int code = CodeAt(packed, half, 2 * r + p / 2, 2 * x + p % 2);
            if (code > best) best = code, place = p;
          }
          ASSERT_EQ(values[at], best) << half;
          ASSERT_EQ(taken[at], place) << half;
          for (int p = 0; p < 4; ++p) {
            ASSERT_EQ(CodeAt(back, half, 2 * r + p / 2, 2 * x + p % 2),
                      p == place ? gradient[at] : 0);
          }
        }
      }
    }
  }
}

TEST(HostKernels, PoolOfSumsTakesTheFirstOfTheGreatest) {
  Engine engine(5);
  for (const HostKernels* kernels : AllKernels()) {
    for (size_t half : {1, 4, 5, 8, 14, 16, 19}) {
      const size_t rows = 6;
      std::vector<int32_t> z(4 * rows * half);
      for (int32_t& value : z) value = static_cast<int32_t>(engine() % 5) - 3;  // ties are common
      z[0] = INT32_MIN;
      z.back() = INT32_MAX;
      std::vector<int32_t> values(rows * half);
      std::vector<uint8_t> taken(values.size()), positive(values.size());
      kernels->pool_sums(z.data(), rows, half, values.data(), taken.data(), positive.data());
      for (size_t at = 0; at < values.size(); ++at) {
        const size_t r = at / half, x = at % half;
        int64_t best = INT64_MIN;
        int place = 0;
        for (int p = 0; p < 4; ++p) {
          const int32_t sum = z[(2 * r + static_cast<size_t>(p / 2)) * 2 * half + 2 * x +
                                static_cast<size_t>(p % 2)];
          if (sum > best) best = sum, place = p;
        }
        ASSERT_EQ(values[at], best) << half;
        ASSERT_EQ(taken[at], place) << half;
        ASSERT_EQ(positive[at], best > 0 ? 1 : 0) << half;
      }
    }
  }
}

TEST(HostKernels, TransposeAndMask) {
  Engine engine(3);
  for (const HostKernels* kernels : AllKernels()) {
    for (const auto& [rows, cols] : std::initializer_list<std::pair<size_t, size_t>>{
             {9, 70}, {6, 40}, {40, 6}, {16, 24}, {24, 16}, {8, 8}, {3, 5}, {1, 17}, {17, 1}}) {
      const std::vector<uint8_t> from = Codes(engine, rows * cols, 256);
      std::vector<uint8_t> to(from.size() + 8, 0xaa);
      kernels->transpose(from.data(), rows, cols, to.data());
      for (size_t r = 0; r < rows; ++r) {
        for (size_t c = 0; c < cols; ++c) ASSERT_EQ(to[c * rows + r], from[r * cols + c]) << rows;
      }
      for (size_t i = from.size(); i < to.size(); ++i) ASSERT_EQ(to[i], 0xaa) << rows;
    }
    std::vector<int32_t> z = {5, -9, INT32_MIN, -2, 8};
    const std::vector<uint8_t> mask = {1, 0, 0, 15, 4};
    EXPECT_EQ(kernels->mask_max(mask.data(), z.size(), z.data()), 8U);
    EXPECT_EQ(z, (std::vector<int32_t>{5, 0, 0, -2, 8}));
  }
}

TEST(ConvolutionHost, ColumnsAndTheirSumAreThoseOfTheDefinition) {
  Engine engine(4);
  const reference::Layer layers[] = {{"a", 6, 25, 5, 2, 28, 1}, {"b", 4, 75, 5, 0, 14, 3}};
  for (const reference::Layer& layer : layers) {
    constexpr size_t kBatch = 3;
    ConvolutionHost host(layer, kBatch);
    const size_t side = layer.side, out = layer.out_side(), stride = host.rows() / 2 + 7;
    const std::vector<uint8_t> planes = Codes(engine, layer.channels * host.pixels());
    std::vector<uint8_t> columns((layer.in + 1) * stride);
    host.Columns(planes.data(), stride, columns.data());
    std::vector<int32_t> gradient(host.rows() * layer.in);
    for (int32_t& g : gradient) g = static_cast<int32_t>(engine() % 2001) - 1000;
    std::vector<int32_t> sums(host.pixels() * layer.channels);
    for (size_t row = 0; row < host.rows(); ++row) {
      const size_t image = row / (out * out), y = row / out % out, x = row % out;
      for (size_t in = 0; in < layer.in; ++in) {
        const size_t c = in % layer.channels, i = in / layer.channels / layer.kernel;
        const size_t v = y + i - layer.pad, u = x + in / layer.channels % layer.kernel - layer.pad;
        const bool inside = v < side && u < side;
        const size_t pixel = (image * side + v) * side + u;
        ASSERT_EQ(CodeAt(columns, stride, in, row), inside ? planes[c * host.pixels() + pixel] : 0);
        if (inside) sums[pixel * layer.channels + c] += gradient[row * layer.in + in];
      }
      ASSERT_EQ(CodeAt(columns, stride, layer.in, row), 1);
    }
    if (layer.pad != 0) continue;
    for (size_t image = 0; image < kBatch; ++image) {
      host.Fold(image, &gradient[image * layer.pixels() * layer.in], layer.in);
    }
    EXPECT_EQ(host.images(), sums);
  }
}

TEST(GradientRounding, EveryElementIsTheModels) {
  Engine engine(5);
  for (const size_t cols : {1, 6, 16, 35, 400}) {
    const size_t rows = 70;
    const HostLuq luq = {5, engine(), 3, 12};
    std::vector<int32_t> z(rows * cols);
    for (int32_t& value : z) value = static_cast<int32_t>(engine()) >> (engine() % 32);
    std::vector<uint8_t> codes(z.size());
    RoundToLog4(z.data(), rows, cols, luq, codes.data());
    for (size_t i = 0; i < z.size(); ++i) {
      const uint16_t word = RandomWord(luq.seed, luq.sample, static_cast<uint32_t>(i / cols),
                                       static_cast<uint32_t>(i % cols));
      ASSERT_EQ(codes[i], QuantizeLuq(ScaleShift(z[i], 1, luq.shift), word >> 4, 12).code)
          << cols << " " << i;
    }
  }
}

TEST(Scales, ShiftsReachTheMaximumAndNoFurther) {
  EXPECT_EQ(Log4Shift(0), 0);
  EXPECT_EQ(Log4Shift(64), 0);
  EXPECT_EQ(Log4Shift(65), 1);
  EXPECT_EQ(Log4Shift(128), 1);
  EXPECT_EQ(Log4Shift(0x1p-20), -26);
  EXPECT_EQ(Log4Shift(std::nextafter(0x1p-20, 1)), -25);
  EXPECT_EQ(Log4Shift(1e-30), kScaleShiftMin);
  EXPECT_EQ(Log4Shift(1e30), kScaleShiftMax);
}

TEST(Scales, FactorsHaveEightBits) {
  for (const double factor : {1.0, 0.3, 1e-6, 255.4, 255.6, 3e9}) {
    const OutputScale scale = NearestScale(factor);
    EXPECT_GE(scale.mul, 128U);
    EXPECT_LE(scale.mul, 255U);
    EXPECT_LE(std::fabs(scale.factor() / factor - 1), 1.0 / 256);
  }
  EXPECT_THROW(NearestScale(0), std::runtime_error);
  EXPECT_THROW(NearestScale(NAN), std::runtime_error);
  EXPECT_THROW(NearestScale(INFINITY), std::runtime_error);
  EXPECT_THROW(NearestScale(1e30), std::runtime_error);
}

TEST(Scales, ClipsStayBelowTheMaximum) {
  const std::vector<double> weights = {-2, 1, 0.5, 0};
  EXPECT_EQ(WeightClip(SumWeights(weights), 4, ClipRule::kMax), 2);
  EXPECT_LE(WeightClip(SumWeights(weights), 4, ClipRule::kSawb), 2);
  EXPECT_EQ(WeightClip({}, 4, ClipRule::kSawb), 0);
  const std::vector<int32_t> z = {-100, 3, 0, 4, INT32_MIN, INT32_MAX};
  const PositiveSums sums = SumPositives(z);
  EXPECT_EQ(sums.count, 3U);
  EXPECT_EQ(sums.sum, 7U + INT32_MAX);
  EXPECT_TRUE(sums.squares == 25 + static_cast<unsigned __int128>(INT32_MAX) * INT32_MAX);
  EXPECT_EQ(ActivationClip(sums, 0.5, ClipRule::kMax), INT32_MAX * 0.5);
  EXPECT_EQ(ActivationClip({}, 0.5, ClipRule::kSawb), 0);
  const std::vector<uint8_t> pixels = {0, 255, 3};
  EXPECT_EQ(SumPositives(pixels).sum, 258U);
}

}  // namespace
}  // namespace tetralog::train
