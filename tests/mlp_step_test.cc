// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A recorded training step of the MLP on the functional machine: both recorded steps (one sample
// and scales of the moment; two samples and scales by hindsight), on the flagship's shape and on
// one that has to split K. Nothing but input, weights, biases and the loss gradient is uploaded.
// Then every command of the step is changed once, and the report must name it.

#include "sim/mlp_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/functional_machine.h"
#include "tests/mlp_step_testing.h"

namespace tetralog {
namespace {

using ::tetralog::testing::LabelsOf;
using ::tetralog::testing::WatchedMachine;

constexpr uint64_t kMemory = 4 << 20;
constexpr uint32_t kBatch = 128;

struct Recorded {
  Trace trace = read_trace("tests/data/mlp.h5");
  std::vector<uint8_t> labels[2] = {LabelsOf(trace, 0, kBatch), LabelsOf(trace, 200, kBatch)};
};

const Recorded& TheTrace() {
  static const Recorded recorded;
  return recorded;
}

MachineShape SmallShape() {
  MachineShape shape;
  shape.rows = shape.cols = 4;
  shape.dot = 1;
  shape.depth_a = shape.depth_b = 64;
  shape.axi_data = 64;
  return shape;
}

class MlpStepModel : public ::testing::Test {
 protected:
  // Runs a step with one command of the ring changed.
  MlpStepReport RunWith(uint32_t index, std::function<void(Command&)> change) {
    FunctionalMachine machine({}, kMemory, {.fast = true});
    WatchedMachine watched(machine);
    watched.Plant(index, std::move(change));
    Driver driver(watched);
    return RunMlpStep(driver, TheTrace().trace, 200, TheTrace().labels[1]);
  }
};

// The scale of the activations that this very step would ask for: clip / 15, over what is positive.
double CurrentScale(const TraceGemm& forward) {
  double count = 0, sum = 0, sum_squares = 0, max = 0;
  for (size_t i = 0; i < forward.raw.size(); ++i) {
    const double z = forward.raw[i] + forward.c[i / forward.n];
    if (z <= 0) continue;
    ++count;
    sum += z;
    sum_squares += z * z;
    max = std::max(max, z);
  }
  const double clip = 17.74 * std::sqrt(sum_squares / count) - 18.64 * sum / count;
  return std::clamp(clip, 0.1 * max, max) / kUint4Max * forward.scale_a * forward.scale_b;
}

TEST_F(MlpStepModel, TheRecordedStepHasBiasReluMaskSamplesAndHindsight) {
  double farthest = 0;  // from the scale of the moment, relative, by hindsight
  for (const TraceGemm& gemm : TheTrace().trace.gemms) {
    if (gemm.kind == "forward" && gemm.layer != "fc3") {
      const double off = std::fabs(gemm.scale_d / CurrentScale(gemm) - 1);
      // m of 128 to 255 rounds a scale by 1 part in 256 at most.
      if (gemm.step == 0) EXPECT_LT(off, 0.004) << gemm.name;
      if (gemm.step == 200) farthest = std::max(farthest, off);
    }
    if (gemm.step != 200) continue;
    if (gemm.kind == "forward") {
      EXPECT_EQ(gemm.c.size(), gemm.m) << gemm.name;
      EXPECT_GT(*std::max_element(gemm.c.begin(), gemm.c.end()), 0) << gemm.name;
      EXPECT_EQ(gemm.d_format, gemm.layer == "fc3" ? Format::kInt32 : Format::kUint4);
    } else if (gemm.kind == "input_gradient") {
      EXPECT_EQ(gemm.samples, 2U) << gemm.name;
      EXPECT_EQ(gemm.d_format, Format::kLog4) << gemm.name;
      EXPECT_FALSE(gemm.mask.empty()) << gemm.name;
    } else {
      EXPECT_EQ(gemm.a_samples, 2U) << gemm.name;
    }
  }
  EXPECT_GT(farthest, 0.004);
}

TEST_F(MlpStepModel, EveryTensorAndStatisticIsTheReferences) {
  for (const MachineShape& shape : {MachineShape(), SmallShape()}) {
    for (const uint32_t step : {0u, 200u}) {
      SCOPED_TRACE(shape.name() + ", step " + std::to_string(step));
      FunctionalMachine machine(shape, kMemory, {.fast = true});
      Driver driver(machine);
      const MlpStepReport report =
          RunMlpStep(driver, TheTrace().trace, step, TheTrace().labels[step == 200]);
      EXPECT_EQ(report.differences, std::vector<std::string>());
      ASSERT_EQ(report.commands.size(), 11U);
      EXPECT_EQ(report.forward_commands, 3U);
      // Y: 128 * (256 + 128 + 10). dW and db: 256 * 785 + 128 * 257 + 10 * 129. dX and dY, with
      // their samples: 128 * (256 + 128 + 10). And 6 statistics of 11 commands, 2 more a sample.
      const uint64_t samples = step == 200 ? 2 : 1;
      EXPECT_EQ(report.compared, 128 * 394 + 256 * 785 + 128 * 257 + 10 * 129 +
                                     samples * 128 * 394 + 6 * 11 + 2 * (9 + 2 * samples));
      EXPECT_GT(report.correct, step == 200 ? 80U : 0U);
      EXPECT_LT(report.loss, step == 200 ? 1.0 : 5.0);
    }
  }
}

TEST_F(MlpStepModel, TakesTwoDoorbellsAndLeavesTheTensorsOnTheDevice) {
  FunctionalMachine machine({}, kMemory, {.fast = true});
  WatchedMachine watched(machine);
  Driver driver(watched);
  RunMlpStep(driver, TheTrace().trace, 200, TheTrace().labels[1]);
  EXPECT_EQ(watched.doorbells, 2U);
  ASSERT_EQ(watched.written.size(), 3U);
  // Input and weights in rows of 392 (padded to 400), 128 and 64 bytes; biases; ones.
  EXPECT_EQ(watched.written[0],
            (128 + 256) * 400U + 128 * 128 + 10 * 64 + 4 * (256 + 128 + 10) + 64);
  // Between the submissions: the logits come, two samples of dY go, rows of 5 bytes padded to 16.
  EXPECT_EQ(watched.written[1], 2 * 128 * 16U);
  EXPECT_EQ(watched.read[1], 128 * 40U);
  EXPECT_EQ(watched.written[2], 0U);
}

TEST_F(MlpStepModel, AFaultInAnyCommandIsNamedByLayerAndTensor) {
  // Command after command: the name that its difference must have.
  const std::vector<std::string> names = {
      "fc1 Y[",           "fc2 Y[",  "fc3 Y[",  "fc3 dX sample 0[", "fc3 dW[", "fc3 db[",
      "fc2 dX sample 0[", "fc2 dW[", "fc2 db[", "fc1 dW[",          "fc1 db["};
  for (uint32_t i = 0; i < names.size(); ++i) {
    // Half of the sum is left out.
    const MlpStepReport report = RunWith(i, [](Command& command) { command.k /= 2; });
    ASSERT_FALSE(report.differences.empty()) << names[i];
    EXPECT_EQ(report.differences[0].rfind(names[i], 0), 0U) << names[i] << "\n"
                                                            << report.differences[0];
  }
}

TEST_F(MlpStepModel, FaultsOfEverySortAreFound) {
  const struct {
    const char* what;
    uint32_t index;
    void (*change)(Command&);
    std::string name;
  } faults[] = {
      {"scale", 0, [](Command& c) { c.scale_mul ^= 1; }, "fc1 Y["},
      {"bias", 1, [](Command& c) { c.c_enable = 0; }, "fc2 Y["},
      {"ReLU", 1, [](Command& c) { c.d_format = static_cast<uint8_t>(Format::kInt4); }, "fc2 Y["},
      {"mask", 3, [](Command& c) { c.mask_enable = 0; }, "fc3 dX sample 0["},
      {"seed", 3, [](Command& c) { c.seed ^= 1; }, "fc3 dX sample 0["},
      {"samples", 3, [](Command& c) { c.samples = 1; }, "fc3 dX sample 1["},
      {"samples of A", 4, [](Command& c) { c.a_samples = 1; }, "fc3 dW["},
      {"the other sample", 6, [](Command& c) { c.a_base += c.m * c.a_stride; }, "fc2 dX sample 0["},
  };
  for (const auto& fault : faults) {
    const MlpStepReport report = RunWith(fault.index, fault.change);
    ASSERT_FALSE(report.differences.empty()) << fault.what;
    EXPECT_EQ(report.differences[0].rfind(fault.name, 0), 0U) << fault.what << "\n"
                                                              << report.differences[0];
  }
}

TEST_F(MlpStepModel, EveryStatisticIsCompared) {
  const struct {
    const char* name;
    void (*change)(TraceStatistics&);
  } changes[] = {
      {"max_abs", [](TraceStatistics& s) { ++s.max_abs; }},
      {"sum_abs", [](TraceStatistics& s) { ++s.sum_abs; }},
      {"sum_squares_lo", [](TraceStatistics& s) { ++s.sum_squares_lo; }},
      {"sum_squares_hi", [](TraceStatistics& s) { ++s.sum_squares_hi; }},
      {"wraps", [](TraceStatistics& s) { ++s.wraps; }},
      {"zeros of sample 1", [](TraceStatistics& s) { ++s.zeros[1]; }},
      {"clipped of sample 1", [](TraceStatistics& s) { ++s.clipped[1]; }},
  };
  for (const auto& change : changes) {
    Trace trace = TheTrace().trace;
    for (TraceGemm& gemm : trace.gemms) {
      if (gemm.name == "step200/fc2_input_gradient") change.change(gemm.statistics);
    }
    FunctionalMachine machine({}, kMemory, {.fast = true});
    Driver driver(machine);
    const MlpStepReport report = RunMlpStep(driver, trace, 200, TheTrace().labels[1]);
    ASSERT_EQ(report.differences.size(), 1U) << change.name;
    EXPECT_EQ(report.differences[0].rfind(std::string("fc2 dX statistic ") + change.name, 0), 0U)
        << report.differences[0];
  }
}

TEST_F(MlpStepModel, WrongLabelsAreADifferenceOfTheLoss) {
  std::vector<uint8_t> labels = TheTrace().labels[1];
  labels[5] = static_cast<uint8_t>((labels[5] + 1) % 10);
  FunctionalMachine machine({}, kMemory, {.fast = true});
  Driver driver(machine);
  const MlpStepReport report = RunMlpStep(driver, TheTrace().trace, 200, labels);
  ASSERT_FALSE(report.differences.empty());
  EXPECT_EQ(report.differences[0].rfind("loss dY sample 0[5, ", 0), 0U) << report.differences[0];
}

TEST_F(MlpStepModel, RefusesWhatIsNoStepOfAnMlp) {
  FunctionalMachine machine({}, kMemory);
  Driver driver(machine);
  const std::vector<uint8_t>& labels = TheTrace().labels[0];
  EXPECT_THROW(RunMlpStep(driver, TheTrace().trace, 1, labels), std::invalid_argument);
  EXPECT_THROW(RunMlpStep(driver, TheTrace().trace, 0, std::span(labels).first(5)),
               std::invalid_argument);
  Trace other = TheTrace().trace;
  other.network = "lenet";
  EXPECT_THROW(RunMlpStep(driver, other, 0, labels), std::invalid_argument);
  Trace lacks = TheTrace().trace;
  std::erase_if(lacks.gemms, [](const TraceGemm& g) { return g.kind == "weight_gradient"; });
  EXPECT_THROW(RunMlpStep(driver, lacks, 0, labels), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
