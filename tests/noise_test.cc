// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Operand noise. Gradients that are LOG4 values come through every product without an error, which
// checks scales, masks, columns and samples; the captured gradients are those that training rounds,
// past the same ReLUs; and on a short training of both networks LUQ shows no bias at thresholds
// that a biased rounding in its place fails.
#include "sim/noise/noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/functional_machine.h"
#include "sim/noise/trained_operands.h"
#include "sim/reference/trainer.h"
#include "sim/train/machine_backend.h"
#include "sim/train/reference_trainer.h"
#include "tests/train_testing.h"

namespace tetralog::noise {
namespace {

using testing::BatchAt;
using testing::TrainImages;

constexpr size_t kSteps = 60;

size_t BatchSize(const std::string& network) { return network == "mlp" ? 32 : 8; }

struct Training {
  std::vector<train::NamedValues> state, weights;
  std::vector<LayerOperands> operands;  // of the next step
};

reference::TrainerOptions Options(const std::string& network) {
  reference::TrainerOptions options;
  options.network = network;
  options.relu_on_sums = true;
  return options;
}

// One more step, from the state of `training`, with random bits of its own.
std::vector<TraceGemm> StepBehind(const std::string& network, const Training& training,
                                  uint64_t seed) {
  reference::TrainerOptions options = Options(network);
  options.seed = seed;
  const auto trainer = train::MakeReferenceTrainer(options, TrainImages());
  trainer->Load(training.state, kSteps);
  std::vector<TraceGemm> gemms;
  train::StepOptions record;
  record.record = &gemms;
  trainer->Step(BatchAt(kSteps, BatchSize(network)), record);
  return gemms;
}

const Training& TrainingOf(const std::string& network) {
  static std::map<std::string, Training> trainings;
  if (trainings.count(network) != 0) return trainings[network];
  reference::prepare_process();
  const auto trainer = train::MakeReferenceTrainer(Options(network), TrainImages());
  const size_t size = BatchSize(network);
  for (size_t i = 0; i < kSteps; ++i) trainer->Step(BatchAt(i, size), {});
  Training training{trainer->Save(), trainer->Weights(), {}};
  training.operands = CaptureOperands(network, StepBehind(network, training, 1), training.weights,
                                      BatchAt(kSteps, size));
  return trainings[network] = training;
}

std::vector<LayerOperands> Layers(const std::string& network,
                                  const std::vector<std::string>& names) {
  std::vector<LayerOperands> layers;
  for (const LayerOperands& layer : TrainingOf(network).operands) {
    if (std::find(names.begin(), names.end(), layer.layer.name) != names.end()) {
      layers.push_back(layer);
    }
  }
  return layers;
}

std::vector<SchemeNoise> Measure(const std::vector<LayerOperands>& operands,
                                 const std::vector<Scheme>& schemes, uint64_t draws) {
  FunctionalMachine machine({}, 64 << 20, {.fast = true, .count_products = false});
  const auto backend = train::MakeMachineBackend(machine);
  return MeasureNoise(operands, schemes, {.draws = draws, .seed = 7}, *backend);
}

TEST(Noise, GradientsThatAreLog4ValuesHaveNone) {
  for (const char* network : {"mlp", "lenet"}) {
    std::vector<LayerOperands> operands = TrainingOf(network).operands;
    for (LayerOperands& layer : operands) {
      for (double& value : layer.gradient) {  // 64 alpha to alpha, and 0
        const int exponent = value == 0 ? -99 : std::ilogb(value);
        value = exponent < -12 ? 0 : std::copysign(std::ldexp(1.0, std::min(exponent, -6)), value);
      }
      layer.gradient[0] = 0x1p-6;
    }
    for (const SchemeNoise& scheme : Measure(operands, Schemes(), 2)) {
      if (scheme.scheme.name == "half-alpha") continue;
      for (const LayerNoise& layer : scheme.layers) {
        const std::string name = scheme.scheme.name + " of " + layer.layer;
        EXPECT_EQ(layer.gradient.rms, 0) << name;
        EXPECT_LT(layer.dw.rms, 1e-14) << name;
        EXPECT_LT(layer.dx.rms, 1e-14) << name;
      }
    }
  }
}

// What the program measures is a step of the recipe that it reports.
TEST(Noise, TheUsualRecipeOfBothNetworksIsMeasured) {
  reference::prepare_process();
  const reference::Dataset dataset = {TrainImages(), {}};
  for (const char* network : {"mlp", "lenet"}) {
    const train::Recipe recipe = RecipeOf(network, 2, 1, dataset.train.size());
    EXPECT_EQ(recipe.relu, train::Recipe().relu);
    const std::vector<LayerOperands> operands = TrainedOperands(recipe, dataset);
    ASSERT_EQ(operands.size(), reference::network_layers(network).size());
    for (const LayerOperands& layer : operands) {
      EXPECT_EQ(layer.rows, recipe.batch * layer.layer.pixels()) << layer.layer.name;
    }
  }
}

// The mask that the machine takes is the one that the gradients are captured with.
TEST(Noise, GradientsPassWhereThoseOfTheStepDo) {
  for (const char* network : {"mlp", "lenet"}) {
    const Training& training = TrainingOf(network);
    const std::vector<TraceGemm> step = StepBehind(network, training, 1);
    size_t masks = 0;
    for (const LayerOperands& layer : training.operands) {
      for (const TraceGemm& gemm : step) {
        if (gemm.layer != layer.layer.name || gemm.mask.empty()) continue;
        ++masks;
        ASSERT_EQ(size_t{gemm.m} * gemm.n, layer.passes.size());
        for (size_t i = 0; i < layer.passes.size(); ++i) {
          const size_t row = i / gemm.n, col = i % gemm.n;
          const int code = gemm.mask.bytes[row * gemm.mask.stride() + col / 2] >> (col % 2 * 4);
          ASSERT_EQ(layer.passes[i], (code & 15) != 0 ? 1 : 0) << layer.layer.name << " " << i;
        }
      }
    }
    EXPECT_GT(masks, 0) << network;
  }
}

// Training rounds its gradients in every layer on the way down: they are these with noise, which
// falls in the mean over random bits.
TEST(Noise, CapturedGradientsAreThoseOfTheStep) {
  constexpr uint64_t kSeeds = 12;
  for (const char* network : {"mlp", "lenet"}) {
    const Training& training = TrainingOf(network);
    std::vector<std::vector<TraceGemm>> steps;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      steps.push_back(StepBehind(network, training, seed));
    }
    for (const LayerOperands& layer : training.operands) {
      std::vector<double> mean(layer.gradient.size());
      for (const auto& step : steps) {
        for (const TraceGemm& gemm : step) {
          if (gemm.layer != layer.layer.name || gemm.kind != "weight_gradient") continue;
          ASSERT_EQ(size_t{gemm.a.rows} * gemm.a.cols, mean.size());
          for (size_t i = 0; i < mean.size(); ++i) {
            const size_t row = i / gemm.a.cols, col = i % gemm.a.cols;
            const int code = gemm.a.bytes[row * gemm.a.stride() + col / 2] >> (col % 2 * 4) & 15;
            const double level = code % 8 == 0 ? 0 : std::ldexp(gemm.scale_a, code % 8 - 1);
            mean[i] += (code < 8 ? level : -level) / kSeeds;
          }
        }
      }
      double along = 0, exact = 0, rounded = 0;
      for (size_t i = 0; i < mean.size(); ++i) {
        along += mean[i] * layer.gradient[i];
        exact += layer.gradient[i] * layer.gradient[i];
        rounded += mean[i] * mean[i];
      }
      EXPECT_NEAR(along / exact, 1, 0.1) << network << " " << layer.layer.name;
      EXPECT_GT(along / std::sqrt(exact * rounded), 0.95) << network << " " << layer.layer.name;
    }
  }
}

TEST(Noise, LuqHasNoBiasAndBrokenRoundingIsSeen) {
  std::vector<Scheme> schemes = {SchemeOf("luq"), SchemeOf("smp2"), SchemeOf("nearest")};
  EXPECT_EQ(FailedClaims(Measure(Layers("lenet", {"conv2"}), schemes, 256)),
            std::vector<std::string>());
  schemes.push_back(SchemeOf("floored"));  // so early in training it needs wide layers to be seen
  EXPECT_EQ(FailedClaims(Measure(Layers("mlp", {"fc2"}), schemes, 256)),
            std::vector<std::string>());
}

TEST(Noise, BiasAndSamplesThatDependOnEachOtherFail) {
  const std::vector<LayerOperands> layers = Layers("mlp", {"fc2"});
  for (const char* broken : {"nearest", "floored"}) {
    Scheme planted = SchemeOf(broken);
    planted.name = "luq";
    const auto failed = FailedClaims(Measure(layers, {planted}, 256));
    ASSERT_FALSE(failed.empty()) << broken;
    EXPECT_EQ(failed[0].rfind("luq of fc2: ", 0), 0) << failed[0];
  }
  std::vector<SchemeNoise> noise = Measure(layers, {SchemeOf("luq"), SchemeOf("smp2")}, 64);
  EXPECT_EQ(FailedClaims(noise), std::vector<std::string>());
  noise[1].layers = noise[0].layers;  // as if the second sample were the first again
  const auto failed = FailedClaims(noise);
  ASSERT_FALSE(failed.empty());
  EXPECT_EQ(failed[0].rfind("smp2 of fc2: rms of dW is 41.42 % off", 0), 0) << failed[0];
  EXPECT_THROW(SchemeOf("nothing"), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog::noise
