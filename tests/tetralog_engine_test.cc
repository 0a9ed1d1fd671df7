// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The Verilated engine against the model, on four shapes. The space is far too large to walk, so
// every test draws random legal commands from a seed that it prints; what must hold for each of
// them is equality of every output and statistic, whatever pauses the streams make. Short sums
// (K from 1 to less than Rows + Cols, tiles back to back) get a test of their own, because that is
// where an overlapped drain loses or reorders results; the cycle count has one, because that is
// where an overlap that does not happen shows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sim/engine_driver.h"
#include "tests/engine_testing.h"

namespace tetralog {
namespace {

using testing::MakeRandomGemm;
using testing::MakeTestEngine;
using testing::RandomGemm;
using testing::RandomGemmOptions;

class TetralogEngineRtl : public ::testing::TestWithParam<std::string> {
 protected:
  // Runs `count` random commands in bursts of 1 to 6 back to back.
  void RunRandom(uint64_t seed, int count, const RandomGemmOptions& options,
                 const StallConfig& stalls) {
    const auto engine = MakeTestEngine(GetParam(), seed);
    EngineDriver driver(*engine, stalls);
    std::mt19937_64 rng(seed);
    for (int done = 0; done < count;) {
      std::vector<std::unique_ptr<RandomGemm>> gemms;
      std::vector<GemmCommand> commands;
      for (uint64_t burst = 1 + rng() % 6; burst > 0; --burst, ++done) {
        gemms.push_back(MakeRandomGemm(engine->shape(), options, rng));
        commands.push_back(gemms.back()->command);
      }
      const std::vector<EngineRun> runs = driver.Run(commands);
      for (size_t i = 0; i < runs.size(); ++i) {
        SCOPED_TRACE(fmt::format("shape {}, seed {}, command {} of {}: {}", GetParam(), seed, i,
                                 runs.size(), gemms[i]->Text()));
        ExpectEqual(runs[i], commands[i]);
        if (HasFailure()) return;
      }
    }
  }

  static void ExpectEqual(const EngineRun& run, const GemmCommand& command) {
    const GemmResult want = Gemm(command);
    ASSERT_EQ(run.result.z.size(), want.z.size());
    for (size_t i = 0; i < want.z.size(); ++i)
      ASSERT_EQ(run.result.z[i], want.z[i]) << "element " << i << ", cycle " << run.cycle[i];
    ASSERT_EQ(run.result.codes.size(), want.codes.size());
    for (size_t s = 0; s < want.codes.size(); ++s)
      for (size_t i = 0; i < want.codes[s].size(); ++i)
        ASSERT_EQ(int{run.result.codes[s][i]}, int{want.codes[s][i]})
            << "sample " << s << ", element " << i << ", cycle " << run.cycle[i];
    const EpilogueStats& got = run.result.stats;
    EXPECT_EQ(got.max_abs, want.stats.max_abs);
    EXPECT_EQ(got.sum_abs, want.stats.sum_abs);
    EXPECT_TRUE(got.sum_squares == want.stats.sum_squares);
    EXPECT_EQ(got.wraps, want.stats.wraps);
    for (size_t s = 0; s < kMaxSamples; ++s) {
      EXPECT_EQ(got.zeros[s], want.stats.zeros[s]) << "sample " << s;
      EXPECT_EQ(got.clipped[s], want.stats.clipped[s]) << "sample " << s;
    }
  }
};

TEST_P(TetralogEngineRtl, EqualsTheModelOnRandomCommandsWithoutPauses) {
  RunRandom(1, 1500, {}, StallConfig::None());
}

TEST_P(TetralogEngineRtl, EqualsTheModelWhenTheInputsPause) {
  RunRandom(2, 700, {}, {.op = 60, .tile = 40, .c = 60, .mask = 60, .seed = 2});
}

TEST_P(TetralogEngineRtl, EqualsTheModelWhenTheOutputsPause) {
  RunRandom(3, 700, {}, {.d = 60, .stats = 90, .seed = 3});
}

TEST_P(TetralogEngineRtl, EqualsTheModelWhenEveryStreamPauses) {
  RunRandom(4, 700, {}, StallConfig::All(50, 4));
}

TEST_P(TetralogEngineRtl, LosesAndReordersNothingInShortSumsBackToBack) {
  const auto engine = MakeTestEngine(GetParam(), 5);
  const EngineShape& shape = engine->shape();
  std::mt19937_64 rng(5);
  for (const uint32_t stalls : {0U, 30U, 70U}) {
    EngineDriver driver(*engine, StallConfig::All(stalls, 5 + stalls));
    for (size_t k = 1; k < shape.rows + shape.cols; ++k) {
      std::vector<std::unique_ptr<RandomGemm>> gemms;
      std::vector<GemmCommand> commands;
      while (commands.size() < 3) {
        auto gemm = MakeRandomGemm(shape, {3 * shape.rows, 3 * shape.cols, k}, rng);
        if (gemm->command.a.cols != k) continue;
        commands.push_back(gemm->command);
        gemms.push_back(std::move(gemm));
      }
      const std::vector<EngineRun> runs = driver.Run(commands);
      for (size_t i = 0; i < runs.size(); ++i) {
        SCOPED_TRACE(fmt::format("shape {}, K {}, stalls {} %: {}", GetParam(), k, stalls,
                                 gemms[i]->Text()));
        ExpectEqual(runs[i], commands[i]);
        if (HasFailure()) return;
      }
    }
  }
}

// Constant operands; C as a bias of `c`.
struct UniformGemm {
  UniformGemm(const EngineShape& shape, size_t tiles, size_t k, int32_t c) {
    const size_t m = tiles * shape.rows, n = tiles * shape.cols, stride = (k + 1) / 2;
    a.assign(m * stride, 0x21);
    b.assign(n * stride, 0x13);
    command.a = {a.data(), m, k, stride, false};
    command.b = {b.data(), k, n, stride, true};
    command.acc_width = static_cast<int>(shape.acc_width);
    command.epilogue.random_bits = static_cast<int>(shape.random_bits);
    command.epilogue.c_enable = true;
    addend = {c};
    command.c = {addend.data(), 0, 0};
  }
  std::vector<uint8_t> a, b;
  std::vector<int32_t> addend;
  GemmCommand command;
};

// All operand beats without a gap, the drain of the last tile, and the depth of the pipeline.
TEST_P(TetralogEngineRtl, DrainsBehindTheNextTile) {
  const auto engine = MakeTestEngine(GetParam(), 6);
  const EngineShape& shape = engine->shape();
  // Sums just long enough to hide the drain of a tile.
  const size_t drain = shape.rows * shape.cols / shape.lanes;
  const UniformGemm gemm(shape, 6, (drain + 8) * shape.dot, 0);
  const EngineRun run = EngineDriver(*engine).Run(gemm.command);
  ExpectEqual(run, gemm.command);
  const uint64_t wave = shape.rows + shape.cols;
  EXPECT_LE(run.cycles(), Bound(shape, gemm.command).compute + drain + wave + 15);
}

TEST_P(TetralogEngineRtl, IsBoundByTheDrainInTheShortestSums) {
  const auto engine = MakeTestEngine(GetParam(), 7);
  const EngineShape& shape = engine->shape();
  constexpr size_t kTiles = 6;
  // A tile takes Delay - 2 cycles beside its beats, and one more where a row is a single beat.
  const uint32_t group = shape.cols % 4 == 0 ? 4 : shape.cols % 2 == 0 ? 2 : 1;
  const uint64_t delay = 3 + (shape.lanes > group ? shape.cols / group - 1 : 0);
  const uint64_t beside = delay - 2 + (shape.cols <= shape.lanes ? 1 : 0);
  // A beat of any |z| of 2^16 or more takes four cycles in the statistics, any other beat one.
  for (const auto& [c, cycles_a_beat] : {std::pair{0, 1U}, std::pair{1 << 20, 4U}}) {
    const UniformGemm gemm(shape, kTiles, 1, c);
    const EngineRun run = EngineDriver(*engine).Run(gemm.command);
    ExpectEqual(run, gemm.command);
    const uint64_t drain = Bound(shape, gemm.command).drain * cycles_a_beat;
    EXPECT_GE(run.cycles(), drain);
    EXPECT_LE(run.cycles(), drain + kTiles * kTiles * beside + 19);
  }
}

TEST_P(TetralogEngineRtl, IsRightAfterAResetAtAnyMoment) {
  const auto engine = MakeTestEngine(GetParam(), 8);
  std::mt19937_64 rng(8);
  struct Stop {};
  for (int i = 0; i < 100; ++i) {
    const auto cut = MakeRandomGemm(engine->shape(), {}, rng);
    const auto next = MakeRandomGemm(engine->shape(), {}, rng);
    SCOPED_TRACE(fmt::format("shape {}, seed 8, reset {}: {}", GetParam(), i, next->Text()));
    EngineDriver driver(*engine, StallConfig::All(30, 8));
    const uint64_t at = rng() % 60;
    driver.OnCycle([&](uint64_t cycle) {
      if (cycle == at) throw Stop{};
    });
    try {
      driver.Run(cut->command);
    } catch (const Stop&) {
    }
    engine->Reset();
    ExpectEqual(EngineDriver(*engine).Run(next->command), next->command);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, TetralogEngineRtl, ::testing::ValuesIn(testing::EngineShapes()),
                         [](const auto& shape) { return "Shape" + shape.param; });

}  // namespace
}  // namespace tetralog
