// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Whole training steps: both routes give the same weights, a recorded step is consistent from GEMM
// to GEMM, and its accumulators are what plain integer loops over the stored codes give.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "sim/reference/trainer.h"
#include "sim/reference/training_run.h"

namespace tetralog::reference {
namespace {

const Dataset& dataset() {
  static const Dataset loaded = load_dataset();
  return loaded;
}

RunOptions run_options(const std::string& network, size_t batch) {
  RunOptions options;
  options.trainer.network = network;
  options.batch = batch;
  options.epochs = 1;
  return options;
}

int decode(const PackedTensor& tensor, Format format, size_t row, size_t col) {
  const int code = tensor.bytes[row * tensor.stride() + col / 2] >> (col % 2 * 4) & 0xf;
  if (format == Format::kUint4) return code;
  if (format == Format::kInt4) return code < 8 ? code : code - 16;
  const int magnitude = code % 8 == 0 ? 0 : 1 << (code % 8 - 1);
  return code < 8 ? magnitude : -magnitude;
}

// A[m,k] of a sample and B[k,n], whatever their orientation.
int a_at(const TraceGemm& gemm, size_t sample, size_t m, size_t k) {
  const size_t rows = gemm.a.rows / gemm.a_samples;
  return gemm.a_transposed ? decode(gemm.a, gemm.a_format, sample * rows + k, m)
                           : decode(gemm.a, gemm.a_format, sample * rows + m, k);
}
int b_at(const TraceGemm& gemm, size_t k, size_t n) {
  return gemm.b_transposed ? decode(gemm.b, gemm.b_format, n, k)
                           : decode(gemm.b, gemm.b_format, k, n);
}

std::vector<TraceGemm> recorded(const std::string& network, size_t batch, size_t before,
                                uint32_t samples) {
  TrainingRun run(run_options(network, batch), dataset());
  std::vector<TraceGemm> gemms;
  while (run.steps_done() < before) run.next_step();
  run.next_step(samples, &gemms);
  return gemms;
}

const TraceGemm& find(const std::vector<TraceGemm>& gemms, const std::string& name) {
  for (const TraceGemm& gemm : gemms) {
    if (gemm.name == name) return gemm;
  }
  throw std::runtime_error("no GEMM " + name);
}

void expect_consistent(const TraceGemm& gemm) {
  SCOPED_TRACE(gemm.name);
  uint64_t sum_abs = 0;
  uint32_t max_abs = 0;
  std::vector<uint64_t> zeros(gemm.samples, 0);
  for (size_t m = 0; m < gemm.m; ++m) {
    for (size_t n = 0; n < gemm.n; ++n) {
      int32_t raw = 0;
      for (size_t sample = 0; sample < gemm.a_samples; ++sample) {
        for (size_t k = 0; k < gemm.k; ++k) raw += a_at(gemm, sample, m, k) * b_at(gemm, k, n);
      }
      ASSERT_EQ(raw, gemm.raw[m * gemm.n + n]) << m << " " << n;
      int32_t z = raw;
      if (!gemm.c.empty()) z += gemm.c[m * gemm.c_row_stride + n * gemm.c_col_stride];
      if (!gemm.mask.empty() && decode(gemm.mask, Format::kUint4, m, n) == 0) z = 0;
      sum_abs += std::abs(z);
      max_abs = std::max(max_abs, static_cast<uint32_t>(std::abs(z)));
      if (gemm.d_format == Format::kInt32) {
        ASSERT_EQ(z, gemm.z[m * gemm.n + n]);
        zeros[0] += z == 0;
        continue;
      }
      const double y = std::ldexp(static_cast<double>(z) * gemm.scale_mul, -gemm.scale_shift);
      for (size_t sample = 0; sample < gemm.samples; ++sample) {
        const size_t base = sample * (gemm.d.rows / gemm.samples);
        const int code = gemm.d_transposed ? decode(gemm.d, gemm.d_format, base + n, m)
                                           : decode(gemm.d, gemm.d_format, base + m, n);
        zeros[sample] += code == 0;
        if (gemm.d_format == Format::kUint4) {
          ASSERT_LE(std::fabs(code - std::clamp(y, 0.0, 15.0)), 0.5);
        } else {
          // One of the two levels around y.
          const double magnitude = std::min(std::fabs(y), 64.0);
          ASSERT_TRUE(code == 0 || (code > 0) == (y > 0));
          ASSERT_GT(std::abs(code), magnitude < 1 ? -1 : magnitude / 2);
          ASSERT_TRUE(std::abs(code) <= 1 || std::abs(code) < 2 * magnitude);
        }
      }
    }
  }
  EXPECT_EQ(gemm.statistics.sum_abs, sum_abs);
  EXPECT_EQ(gemm.statistics.max_abs, max_abs);
  EXPECT_EQ(gemm.statistics.zeros, zeros);
  EXPECT_EQ(gemm.statistics.wraps, 0u);
}

TEST(ReferenceTrainer, FastAndFloat64RoutesGiveTheSameWeights) {
  for (const char* network : {"mlp", "lenet"}) {
    RunOptions options = run_options(network, 128);
    TrainingRun fast(options, dataset());
    options.trainer.float64 = true;
    TrainingRun exact(options, dataset());
    for (int step = 0; step < 4; ++step) {
      const StepResult left = fast.next_step(), right = exact.next_step();
      EXPECT_EQ(left.loss, right.loss);
    }
    for (size_t i = 0; i < fast.trainer().parameters().size(); ++i) {
      const LayerParameters &left = fast.trainer().parameters()[i],
                            &right = exact.trainer().parameters()[i];
      EXPECT_EQ(left.weight.values, right.weight.values) << network << " layer " << i;
      EXPECT_EQ(left.bias.values, right.bias.values) << network << " layer " << i;
    }
  }
}

TEST(ReferenceTrainer, GradientPredictsTheChangeOfTheLoss) {
  // A step of rate r along the gradient g lowers the loss by r*|g|^2 to first order; a wrong
  // gradient in any layer gives another product with the true one.
  for (const char* network : {"mlp", "lenet"}) {
    TrainerOptions options;
    options.network = network;
    options.variant = Variant::kFp32;
    Trainer trainer(options, dataset().train);
    const std::vector<LayerParameters> before = trainer.parameters();
    const Batch batch{dataset().train.pixels.data(), dataset().train.labels.data(), 64};
    constexpr double kRate = 1e-4;
    const double first = trainer.step(batch, {kRate, 1, nullptr}).loss;
    double squares = 0;
    for (size_t i = 0; i < before.size(); ++i) {
      for (double velocity : trainer.parameters()[i].weight.velocity)
        squares += velocity * velocity;
      for (double velocity : trainer.parameters()[i].bias.velocity) squares += velocity * velocity;
      EXPECT_NE(before[i].weight.values, trainer.parameters()[i].weight.values);
    }
    const double second = trainer.step(batch, {kRate, 1, nullptr}).loss;
    EXPECT_NEAR((first - second) / (kRate * squares), 1.0, 0.03) << network;
  }
}

TEST(ReferenceTrainer, EveryVariantLearns) {
  for (Variant variant : kVariants) {
    for (const char* network : {"mlp", "lenet"}) {
      RunOptions options = run_options(network, 64);
      options.trainer.variant = variant;
      TrainingRun run(options, dataset());
      double first = 0, last = 0;
      for (int step = 0; step < 80; ++step) {
        const double loss = run.next_step().loss;
        (step < 5 ? first : last) += step < 5 || step >= 75 ? loss / 5 : 0;
      }
      EXPECT_LT(last, 0.75 * first) << network << " " << variant_name(variant);
    }
  }
}

TEST(ReferenceTrainer, RecordedMlpStepIsConsistent) {
  const std::vector<TraceGemm> gemms = recorded("mlp", 24, 3, 2);
  ASSERT_EQ(gemms.size(), 8u);
  for (const TraceGemm& gemm : gemms) expect_consistent(gemm);
}

TEST(ReferenceTrainer, RecordedLenetStepIsConsistent) {
  const std::vector<TraceGemm> gemms = recorded("lenet", 12, 2, 1);
  // K = 12 * 28 * 28 of the first weight gradient is above 8,738 and runs in two parts.
  ASSERT_EQ(gemms.size(), 15u);
  for (const TraceGemm& gemm : gemms) expect_consistent(gemm);
  const TraceGemm& first = find(gemms, "step002/conv1_weight_gradient_part0");
  const TraceGemm& second = find(gemms, "step002/conv1_weight_gradient_part1");
  EXPECT_EQ(first.k + second.k, 12u * 28 * 28);
  EXPECT_LE(std::max(first.k, second.k), 8738u);
  EXPECT_EQ(second.c, first.z);
}

TEST(ReferenceTrainer, OutputsOfOneGemmAreOperandsOfTheNext) {
  const std::vector<TraceGemm> gemms = recorded("mlp", 16, 0, 2);
  const auto gemm = [&](const char* name) -> const TraceGemm& {
    return find(gemms, std::string("step000/") + name);
  };
  EXPECT_EQ(gemm("fc1_forward").d.bytes, gemm("fc2_forward").b.bytes);
  EXPECT_EQ(gemm("fc1_forward").d.bytes, gemm("fc2_input_gradient").mask.bytes);
  EXPECT_EQ(gemm("fc2_forward").d.bytes, gemm("fc3_weight_gradient").b.bytes);
  EXPECT_EQ(gemm("fc1_forward").scale_d, gemm("fc2_forward").scale_b);
  // The weight gradient takes all samples, the next input gradient the first one.
  const TraceGemm& top = gemm("fc3_input_gradient");
  EXPECT_EQ(top.samples, 2u);
  EXPECT_EQ(top.d.bytes, gemm("fc2_weight_gradient").a.bytes);
  EXPECT_EQ(gemm("fc2_weight_gradient").a_samples, 2u);
  const std::vector<uint8_t>& first = gemm("fc2_input_gradient").a.bytes;
  ASSERT_EQ(2 * first.size(), top.d.bytes.size());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), top.d.bytes.begin()));
  EXPECT_FALSE(std::equal(first.begin(), first.end(), top.d.bytes.begin() + first.size()));
  EXPECT_EQ(top.scale_d, gemm("fc2_input_gradient").scale_a);
  // The first step takes the current maximum: nothing is clipped, and the next alpha would clip.
  for (const char* name : {"fc3_input_gradient", "fc2_input_gradient"}) {
    EXPECT_EQ(gemm(name).statistics.clipped[0], 0u);
    EXPECT_GT(std::ldexp(gemm(name).statistics.max_abs, -gemm(name).scale_shift), 32.0);
  }
}

// The weight gradient of fc2 in the first step of `seed`, as the update uses it (momentum starts at
// zero), and the same from the gradient before it was rounded to LOG4.
struct WeightGradient {
  std::vector<double> used, exact;
  std::vector<uint8_t> codes;
};
WeightGradient first_weight_gradient(uint64_t seed, uint32_t samples) {
  RunOptions options = run_options("mlp", 16);
  options.trainer.seed = seed;
  TrainingRun run(options, dataset());
  std::vector<TraceGemm> gemms;
  run.next_step(samples, &gemms);
  const TraceGemm& above = find(gemms, "step000/fc3_input_gradient");
  const TraceGemm& gemm = find(gemms, "step000/fc2_weight_gradient");
  const double unit = std::ldexp(above.scale_d, -above.scale_shift) * gemm.scale_b;
  WeightGradient result{run.trainer().parameters()[1].weight.velocity, {}, gemm.a.bytes};
  for (size_t m = 0; m < gemm.m; ++m) {
    for (size_t n = 0; n < gemm.n; ++n) {
      int64_t sum = 0;
      for (size_t k = 0; k < gemm.k; ++k) {
        if (decode(above.mask, Format::kUint4, k, m) == 0) continue;
        sum += int64_t{above.raw[k * above.n + m]} * b_at(gemm, k, n);
      }
      result.exact.push_back(static_cast<double>(sum) * unit);
    }
  }
  return result;
}

double squared_error(const WeightGradient& gradient) {
  double sum = 0;
  for (size_t i = 0; i < gradient.exact.size(); ++i) {
    sum += std::pow(gradient.used.at(i) - gradient.exact[i], 2);
  }
  return sum;
}

TEST(ReferenceTrainer, SmpHalvesTheNoiseOfTheWeightGradient) {
  // The first step takes its scales from the current tensors, so nothing is clipped and the error
  // is that of the rounding alone.
  double one_sample = 0, two_samples = 0;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const WeightGradient one = first_weight_gradient(seed, 1), two = first_weight_gradient(seed, 2);
    // Scales and seeds do not depend on the number of samples: the first sample is the same.
    ASSERT_EQ(one.exact, two.exact) << "seed " << seed;
    ASSERT_TRUE(std::equal(one.codes.begin(), one.codes.end(), two.codes.begin()));
    one_sample += squared_error(one);
    two_samples += squared_error(two);
  }
  EXPECT_GT(one_sample / two_samples, 1.5);
  EXPECT_LT(one_sample / two_samples, 2.6);
}

TEST(ReferenceTrainer, FewerImagesThanABatchAreRefused) {
  for (const size_t size : {0, 1, 7}) {
    Dataset small = dataset();
    small.train.pixels.resize(size * kImageSize);
    small.train.labels.resize(size);
    EXPECT_THROW(TrainingRun(run_options("mlp", 8), small), std::invalid_argument) << size;
  }
}

TEST(ReferenceTrainer, UnknownNetworkIsRefused) {
  EXPECT_THROW(TrainingRun(run_options("resnet", 8), dataset()), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog::reference
