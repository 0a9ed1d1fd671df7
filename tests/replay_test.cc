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
#include <utility>
#include <vector>

#include "sim/trace_file.h"
#include "tests/engine_testing.h"

namespace tetralog {
namespace {

constexpr uint64_t kSmall = 1'000'000;  // multiply-accumulates

// The recorded steps are of 24-bit accumulators and R = 12.
std::vector<std::string> RecordedShapes() { return {"4x4x1", "8x4x2", "4x16x4"}; }

class ReplayRtl : public ::testing::TestWithParam<std::string> {};

TEST_P(ReplayRtl, RecordedStepsEqualTheReference) {
  const auto engine = testing::MakeTestEngine(GetParam(), 1);
  std::set<std::string> kinds;
  for (const char* file : {"tests/data/mlp.h5", "tests/data/lenet.h5"}) {
    const Trace trace = read_trace(file);
    for (const TraceGemm& g : trace.gemms) {
      if (uint64_t{g.m} * g.n * g.k * g.a_samples > kSmall) continue;
      for (const uint32_t stalls : {0U, 40U}) {
        const GemmReport report = Replay(g, *engine, {stalls, 7, {}});
        EXPECT_EQ(report.mismatches, 0U)
            << trace.network << " " << g.name << " with " << stalls << " % stalls, seed 7\n"
            << (report.first.empty() ? "" : Describe(report.first[0], g, engine->shape()));
        kinds.insert(trace.network + " " + g.kind);
      }
    }
  }
  EXPECT_EQ(kinds.size(), 6U) << "all three kinds of both networks";
}

INSTANTIATE_TEST_SUITE_P(Shapes, ReplayRtl, ::testing::ValuesIn(RecordedShapes()),
                         [](const auto& shape) { return "Shape" + shape.param; });

TEST(Replay, RefusesATraceForAnotherBuild) {
  const auto engine = testing::MakeTestEngine("3x5x3", 1);  // 20 bits, R = 8
  EXPECT_THROW(Replay(read_trace("tests/data/mlp.h5").gemms.front(), *engine, {}),
               std::invalid_argument);
}

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
    return report.first.empty() ? "" : Describe(report.first.back(), *gemm_, engine_->shape());
  }

  Trace trace_ = read_trace("tests/data/mlp.h5");
  std::unique_ptr<Engine> engine_ = testing::MakeTestEngine("4x4x1", 1);
  const TraceGemm* gemm_ = nullptr;
};

TEST_F(Replayed, FindsAChangedRawResult) {
  const GemmReport report = After("forward", [](TraceGemm& g) { g.raw[3 * g.n + 5] ^= 4; });
  EXPECT_EQ(report.mismatches, 2U);  // at both levels
  ASSERT_EQ(report.first.size(), 2U);
  EXPECT_EQ(report.first[0].level, "functional");
  EXPECT_EQ(report.first[1].level, "rtl");
  for (const Mismatch& first : report.first) {
    EXPECT_EQ(first.what, "raw result");
    EXPECT_EQ(first.row, 3);
    EXPECT_EQ(first.col, 5);
  }
  EXPECT_NE(Text(report).find("A[3,:]:"), std::string::npos) << Text(report);
}

TEST_F(Replayed, FindsAChangedOutputCode) {
  const GemmReport report = After("input_gradient", [](TraceGemm& g) {
    g.d.bytes[2 * g.d.stride() + 3] ^= 0x10;  // row 2, column 7
  });
  EXPECT_EQ(report.mismatches, 2U);
  ASSERT_EQ(report.first.size(), 2U);
  EXPECT_EQ(report.first[1].what, "output code");
  EXPECT_EQ(report.first[1].row, 2);
  EXPECT_EQ(report.first[1].col, 7);
}

TEST_F(Replayed, FindsAChangedStatistic) {
  const GemmReport report =
      After("weight_gradient", [](TraceGemm& g) { g.statistics.sum_squares_lo += 1; });
  EXPECT_EQ(report.mismatches, 2U);
  ASSERT_EQ(report.first.size(), 2U);
  EXPECT_EQ(report.first[1].what, "statistic sum_squares");
}

// An engine that inverts one bit of the output beat that comes `skip` beats after the first.
class FaultyEngine : public Engine {
 public:
  FaultyEngine(std::unique_ptr<Engine> engine, int skip)
      : engine_(std::move(engine)), skip_(skip) {}
  const EngineShape& shape() const override { return engine_->shape(); }
  void Reset() override { engine_->Reset(); }
  void Trace(const std::string& path) override { engine_->Trace(path); }
  void Cycle(const EngineInputs& in, EngineOutputs& out) override {
    engine_->Cycle(in, out);
    if (out.d_valid && in.d_ready && skip_-- == 0) out.d_data[0] ^= 2;
  }

 private:
  std::unique_ptr<Engine> engine_;
  int skip_;
};

TEST_F(Replayed, PlacesAFaultOfTheRtlAloneByTileAndCycle) {
  // 10 x 128 in tiles of 4 x 4, a beat a row: beat 33 * 4 + 2 is row 4 + 2 of the second tile of
  // the second row of tiles.
  FaultyEngine faulty(testing::MakeTestEngine("4x4x1", 1), 33 * 4 + 2);
  for (const TraceGemm& g : trace_.gemms) {
    if (g.kind != "weight_gradient" || g.m != 10) continue;
    const GemmReport report = Replay(g, faulty, {});
    EXPECT_EQ(report.mismatches, 2U);  // as a raw result and as an output, which are the same here
    ASSERT_EQ(report.first.size(), 1U);
    EXPECT_EQ(report.first[0].level, "rtl");
    EXPECT_EQ(report.first[0].row, 6);
    EXPECT_EQ(report.first[0].col, 4);
    ASSERT_TRUE(report.first[0].cycle);
    const std::string text = Describe(report.first[0], g, faulty.shape());
    EXPECT_NE(text.find("tile: rows from 4, columns from 4"), std::string::npos) << text;
    EXPECT_NE(text.find(fmt::format("cycle {}", *report.first[0].cycle)), std::string::npos);
    return;
  }
  FAIL() << "no weight gradient of 10 rows";
}

}  // namespace
}  // namespace tetralog
