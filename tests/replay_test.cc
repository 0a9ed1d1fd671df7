// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The recorded training steps on the test engines, with and without pauses: every kind of GEMM of
// both networks that is small enough for a small array. And the comparison itself: one changed
// value of a trace, of every sort, must be found, named and placed.
#include "sim/replay.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "sim/trace_file.h"
#include "tests/engine_testing.h"

namespace tetralog {
namespace {

constexpr uint64_t kSmall = 1'000'000;  // multiply-accumulates

class ReplayRtl : public ::testing::TestWithParam<std::string> {};

TEST_P(ReplayRtl, RecordedStepsEqualTheReference) {
  const auto engine = testing::MakeTestEngine(GetParam(), 1);
  if (engine->shape().acc_width != 24 || engine->shape().random_bits != 12) {
    // The traces are recorded for 24-bit accumulators and R = 12; other builds must refuse them.
    const Trace trace = read_trace("tests/data/mlp.h5");
    EXPECT_THROW(Replay(trace.gemms.front(), *engine, {}), std::invalid_argument);
    return;
  }
  std::set<std::string> kinds;
  for (const char* file : {"tests/data/mlp.h5", "tests/data/lenet.h5"}) {
    const Trace trace = read_trace(file);
    for (const TraceGemm& g : trace.gemms) {
      if (uint64_t{g.m} * g.n * g.k * g.a_samples > kSmall) continue;
      for (const uint32_t stalls : {0U, 40U}) {
        const GemmReport report = Replay(g, *engine, {stalls, 7, {}});
        EXPECT_EQ(report.mismatches, 0U)
            << trace.network << " " << g.name << " with " << stalls << " % stalls, seed 7\n"
            << (report.first ? Describe(*report.first, g, engine->shape()) : "");
        kinds.insert(trace.network + " " + g.kind);
      }
    }
  }
  EXPECT_EQ(kinds.size(), 6U) << "all three kinds of both networks";
}

INSTANTIATE_TEST_SUITE_P(Shapes, ReplayRtl, ::testing::ValuesIn(testing::EngineShapes()),
                         [](const auto& shape) { return "Shape" + shape.param; });

class Replayed : public ::testing::Test {
 protected:
  // The first small GEMM of the kind, with its report after `change`.
  template <typename Change>
  GemmReport After(const std::string& kind, Change change) {
    for (TraceGemm& g : trace_.gemms) {
      if (g.kind != kind || uint64_t{g.m} * g.n * g.k > kSmall) continue;
      change(g);
      gemm_ = &g;
      return Replay(g, *engine_, {});
    }
    ADD_FAILURE() << "no small GEMM of kind " << kind;
    return {};
  }
  std::string Text(const GemmReport& report) {
    return report.first ? Describe(*report.first, *gemm_, engine_->shape()) : "";
  }

  Trace trace_ = read_trace("tests/data/mlp.h5");
  std::unique_ptr<Engine> engine_ = testing::MakeTestEngine("4x4x1", 1);
  const TraceGemm* gemm_ = nullptr;
};

TEST_F(Replayed, FindsAChangedRawResult) {
  const GemmReport report = After("forward", [](TraceGemm& g) { g.raw[3 * g.n + 5] ^= 4; });
  EXPECT_EQ(report.mismatches, 2U);  // at both levels
  ASSERT_TRUE(report.first);
  EXPECT_EQ(report.first->what, "raw result");
  EXPECT_EQ(report.first->row, 3);
  EXPECT_EQ(report.first->col, 5);
  EXPECT_NE(Text(report).find("A[3,:]:"), std::string::npos) << Text(report);
}

TEST_F(Replayed, FindsAChangedOutputCode) {
  const GemmReport report = After("input_gradient", [](TraceGemm& g) {
    g.d.bytes[2 * g.d.stride() + 3] ^= 0x10;  // row 2, column 7
  });
  EXPECT_EQ(report.mismatches, 2U);
  ASSERT_TRUE(report.first);
  EXPECT_EQ(report.first->what, "output code");
  EXPECT_EQ(report.first->row, 2);
  EXPECT_EQ(report.first->col, 7);
}

TEST_F(Replayed, FindsAChangedStatistic) {
  const GemmReport report =
      After("weight_gradient", [](TraceGemm& g) { g.statistics.sum_squares_lo += 1; });
  EXPECT_EQ(report.mismatches, 2U);
  ASSERT_TRUE(report.first);
  EXPECT_EQ(report.first->what, "statistic sum_squares");
}

TEST_F(Replayed, PlacesAWrongOperandInTheRtlByTileAndCycle) {
  // Both levels compute from the changed operand, so the whole row differs from the reference.
  const GemmReport report = After("weight_gradient", [](TraceGemm& g) {
    for (size_t i = 0; i < g.a.bytes.size(); ++i) g.a.bytes[i] ^= 0x88;  // every sign
  });
  EXPECT_GT(report.mismatches, 0U);
  ASSERT_TRUE(report.first);
  EXPECT_NE(Text(report).find("tile: rows from"), std::string::npos) << Text(report);
}

}  // namespace
}  // namespace tetralog
