// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Residual networks and transformers in training: the whole state has the same bits on the
// reference's backend, the functional machine and the cycle model, and after saving and loading;
// the gradients of LUQ point where those of FP32 do; the loss falls.
#include "sim/train/tensor_trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/functional_machine.h"
#include "sim/reference/trainer.h"
#include "sim/train/code_histogram.h"
#include "sim/train/machine_backend.h"
#include "sim/train/reference_backend.h"
#include "tests/train_testing.h"

namespace tetralog::train {
namespace {

using testing::BatchAt;
using testing::Difference;
using testing::TrainImages;

constexpr uint64_t kMemory = 64 << 20;

class TensorTrainer : public ::testing::Test {
 protected:
  TensorTrainer() { reference::prepare_process(); }

  // On a functional machine of its own.
  std::unique_ptr<Trainer> Make(const TensorOptions& options) {
    machines_.push_back(std::make_unique<FunctionalMachine>(MachineShape{}, kMemory,
                                                            FunctionalOptions{.fast = true}));
    return MakeTensorTrainer(options, MakeMachineBackend(*machines_.back()), TrainImages());
  }
  // The same steps, the second with two samples, end in the same state.
  void ExpectSameBits(const TensorOptions& options, std::unique_ptr<GemmBackend> backend) {
    const std::string name = options.network + " on " + backend->name();
    const auto trainer = Make(options);
    const auto other = MakeTensorTrainer(options, std::move(backend), TrainImages());
    for (uint32_t step = 0; step < 2; ++step) {
      const StepOptions how = {0.05, 1 + step, false, nullptr};
      const StepResult result = trainer->Step(BatchAt(step, 8), how);
      EXPECT_EQ(other->Step(BatchAt(step, 8), how).loss, result.loss) << name;
      ASSERT_EQ(Difference(trainer->Save(), other->Save()), "") << name << ", step " << step;
    }
    EXPECT_EQ(trainer->CountCorrect(BatchAt(0, 20), false),
              other->CountCorrect(BatchAt(0, 20), false))
        << name;
  }

  std::vector<std::unique_ptr<FunctionalMachine>> machines_;
};

TEST_F(TensorTrainer, BackendsTrainTheSameBits) {
  for (const char* network : {"resnet8", "vit"}) {
    ExpectSameBits({.network = network}, MakeReferenceBackend());
  }
}

TEST_F(TensorTrainer, TheCycleModelTrainsTheSameBits) {
  for (const char* network : {"resnet8", "vit"}) {
    MachineShape shape;
    shape.rows = shape.cols = 32;
    ClockedMachine machine(std::make_unique<CycleCore>(shape), kMemory);
    ExpectSameBits({.network = network}, MakeMachineBackend(machine));
  }
}

TEST_F(TensorTrainer, SavedStateGoesOnToTheSameBits) {
  for (const char* network : {"resnet8", "vit"}) {
    const bool adam = network[0] == 'v';
    const TensorOptions options = {.network = network, .first_last_fp32 = true, .adam = adam};
    const auto trainer = Make(options), other = Make(options);
    trainer->Step(BatchAt(0, 8), {});
    const std::vector<NamedValues> state = trainer->Save();
    trainer->Step(BatchAt(1, 8), {});
    other->Load(state, 1);
    ASSERT_EQ(Difference(state, other->Save()), "") << network;
    other->Step(BatchAt(1, 8), {});
    EXPECT_EQ(other->steps(), 2);
    EXPECT_EQ(Difference(trainer->Save(), other->Save()), "") << network;
  }
}

TEST_F(TensorTrainer, CountsTheCodesOfEveryGradient) {
  const auto trainer = Make({.network = "resnet8"}), other = Make({.network = "resnet8"});
  CodeHistogram histogram;
  StepOptions options;
  options.samples = 2;
  other->Step(BatchAt(0, 4), options);
  options.histogram = &histogram;
  trainer->Step(BatchAt(0, 4), options);
  EXPECT_EQ(Difference(trainer->Save(), other->Save()), "");
  ASSERT_EQ(histogram.tensors().size(), 8);
  EXPECT_EQ(histogram.tensors().front().total(), 2 * 4 * 28 * 28 * 16);  // the first convolution
  EXPECT_EQ(histogram.tensors().back().total(), 2 * 4 * 10);
  for (const CodeHistogram::Tensor& tensor : histogram.tensors()) {
    EXPECT_LT(tensor.zeros(), tensor.total()) << tensor.name;
    // The maximum is above 32 alpha.
    EXPECT_GT(tensor.counts[6] + tensor.counts[7] + tensor.counts[14] + tensor.counts[15], 0);
  }
}

TEST_F(TensorTrainer, RefusesForeignStatesAndNetworks) {
  const auto resnet = Make({.network = "resnet8"}), vit = Make({.network = "vit"});
  const std::vector<NamedValues> before = vit->Save();
  std::vector<NamedValues> more = before;
  more.push_back({"more", {1}});
  EXPECT_THROW(vit->Load(resnet->Save(), 0), std::invalid_argument);
  EXPECT_THROW(vit->Load(more, 0), std::invalid_argument);
  EXPECT_EQ(Difference(vit->Save(), before), "");
  EXPECT_THROW(Make({.network = "vgg"}), std::invalid_argument);
  EXPECT_THROW(MakeTensorTrainer({}, nullptr, TrainImages()), std::invalid_argument);
}

// The gradients of all weights after one step, as one vector's angle to another's.
double Cosine(const Trainer& a, const Trainer& b) {
  const std::vector<NamedValues> left = a.Save(), right = b.Save();
  double product = 0, squares_left = 0, squares_right = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].name.find(".weight.velocity") == std::string::npos) continue;
    for (size_t j = 0; j < left[i].values.size(); ++j) {
      product += left[i].values[j] * right[i].values[j];
      squares_left += left[i].values[j] * left[i].values[j];
      squares_right += right[i].values[j] * right[i].values[j];
    }
  }
  return product / std::sqrt(squares_left * squares_right);
}

TEST_F(TensorTrainer, GradientsPointWhereThoseOfFp32Do) {
  for (const char* network : {"resnet8", "vit"}) {
    const auto luq = Make({.network = network});
    const auto fp32 = MakeTensorTrainer({.network = network, .fp32 = true}, nullptr, TrainImages());
    const auto last_step = Make({.network = network});
    const StepOptions how = {0.05, 4, false, nullptr};
    luq->Step(BatchAt(0, 16), how);
    fp32->Step(BatchAt(0, 16), how);
    last_step->Step(BatchAt(0, 16), {0.05, 1, true, nullptr});
    EXPECT_GT(Cosine(*luq, *fp32), 0.8) << network;
    EXPECT_EQ(Difference(fp32->Save(), last_step->Save()), "") << network;
  }
}

TEST_F(TensorTrainer, EveryRoundingDiffersFromLuq) {
  const auto luq = Make({.network = "vit"});
  luq->Step(BatchAt(0, 8), {});
  for (const GradientRounding rounding :
       {GradientRounding::kNearest, GradientRounding::kFloored, GradientRounding::kSharedRows}) {
    const auto trainer = Make({.network = "vit", .rounding = rounding});
    trainer->Step(BatchAt(0, 8), {});
    EXPECT_NE(Difference(luq->Save(), trainer->Save()), "") << static_cast<int>(rounding);
  }
}

TEST_F(TensorTrainer, TheLossFalls) {
  for (const bool hindsight : {true, false}) {
    const auto trainer = Make({.network = "resnet8", .hindsight = hindsight});
    double first = 0, last = 0;
    for (size_t step = 0; step < 30; ++step) {
      last = trainer->Step(BatchAt(step % 2, 8), {0.02, 1, false, nullptr}).loss;
      if (step == 0) first = last;
    }
    EXPECT_LT(last, 0.5 * first) << "hindsight " << hindsight;
  }
}

}  // namespace
}  // namespace tetralog::train
