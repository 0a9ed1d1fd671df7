// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// epilogue.sv as a whole: random commands of all formats back to back, with the streams stalled in
// four ways (not, inputs, outputs, all). The results must be the model's beat for beat, and the
// statistics too; stalls may change the cycles only. Cycles are counted where nothing stalls. The
// arithmetic is tested in the units, so the operands here are chosen to make every stage count: z
// of all magnitudes, C and masks on and off, padding lanes, samples 1 to 8.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "Vepilogue_l1.h"
#include "Vepilogue_l16.h"
#include "Vepilogue_l4.h"
#include "tests/epilogue_testing.h"

namespace tetralog {
namespace {

using Bench4 = Bench<Vepilogue_l4, 4>;

template <typename Unit, int kLanes>
void ExpectRandomCommands(const Stalls& stalls, int commands) {
  constexpr uint32_t kSeed = 20230501;
  SCOPED_TRACE("std::mt19937_64 seed " + std::to_string(kSeed));
  Bench<Unit, kLanes> bench(kSeed);
  for (int command = 0; command < commands; ++command) {
    std::mt19937_64& generator = bench.generator();
    const int rows = static_cast<int>(generator() % 6) + 1;
    const int columns = static_cast<int>(generator() % 40) + 1;
    bench.AddCommand(bench.RandomSettings(), rows, columns, command % 3 == 0 ? 32 : 14);
  }
  bench.Run(stalls);
}

class EpilogueRtl : public ::testing::TestWithParam<Stalls> {};

TEST_P(EpilogueRtl, EqualsTheModelOnCommandsBackToBackWithFourLanes) {
  ExpectRandomCommands<Vepilogue_l4, 4>(GetParam(), 300);
}

TEST_P(EpilogueRtl, EqualsTheModelOnCommandsBackToBackWithOneLane) {
  ExpectRandomCommands<Vepilogue_l1, 1>(GetParam(), 100);
}

TEST_P(EpilogueRtl, EqualsTheModelOnCommandsBackToBackWithSixteenLanes) {
  ExpectRandomCommands<Vepilogue_l16, 16>(GetParam(), 100);
}

TEST_P(EpilogueRtl, EqualsTheModelForEveryNumberOfSamples) {
  Bench4 bench(11);
  for (int samples = 1; samples <= 8; ++samples) {
    Settings settings = bench.RandomSettings();
    settings.config.d_format = Format::kLog4;
    settings.config.scale_mul = 1;
    settings.samples = samples;
    bench.AddCommand(settings, 4, 18, 14);
  }
  bench.Run(GetParam());
}

std::string StallsName(const ::testing::TestParamInfo<Stalls>& stalls) {
  const char* names[] = {"None", "Inputs", "Outputs", "All"};
  return names[stalls.index];
}

INSTANTIATE_TEST_SUITE_P(Stalls, EpilogueRtl,
                         ::testing::Values(Stalls{0, 0}, Stalls{9, 0}, Stalls{0, 9}, Stalls{7, 7}),
                         StallsName);

// Cycles from the first beat to the last output of one command that nothing stalls.
uint64_t CyclesOf(const Settings& settings, int rows, int columns, int width) {
  Bench4 bench(5);
  bench.AddCommand(settings, rows, columns, width);
  while (!bench.traffic().out.empty() && !::testing::Test::HasFailure()) bench.Cycle({});
  return bench.cycles();
}

TEST(EpilogueThroughputRtl, EmitsABeatACycleAfterFourCycles) {
  Settings settings;
  settings.config.d_format = Format::kUint4;
  settings.config.scale_shift = 5;
  settings.config.c_enable = true;
  settings.config.mask_enable = true;
  EXPECT_EQ(CyclesOf(settings, 16, 64, 14), 16U * 16 + 4);
  settings.config.d_format = Format::kLog4;
  settings.samples = 5;
  EXPECT_EQ(CyclesOf(settings, 16, 64, 14), 16U * 16 * 5 + 4);
}

TEST(EpilogueThroughputRtl, LosesEightCyclesBetweenCommands) {
  Settings settings;
  Bench4 bench(5);
  for (int command = 0; command < 10; ++command) bench.AddCommand(settings, 1, 16, 10);
  while (!bench.traffic().out.empty() && !::testing::Test::HasFailure()) bench.Cycle({});
  EXPECT_EQ(bench.cycles(), 10U * 4 + 9 * 8 + 4);
}

TEST(EpilogueThroughputRtl, DrainsACommandButHoldsTheNextWhileItsStatisticsAreNotTaken) {
  Settings settings;
  Bench4 bench(5);
  bench.AddCommand(settings, 1, 16, 10);
  bench.AddCommand(settings, 1, 16, 10);
  bench.set_stats_ready(false);
  for (int i = 0; i < 50; ++i) bench.Cycle({});
  EXPECT_EQ(bench.traffic().out.size(), 4U) << "the first command's outputs are all out";
  EXPECT_EQ(bench.traffic().acc.size(), 4U) << "the second command has not begun";
  EXPECT_EQ(bench.traffic().stats.size(), 2U);
  bench.set_stats_ready(true);
  bench.Run({});
}

}  // namespace
}  // namespace tetralog
