// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The timeline of commands: what it says must agree with what is known of the run otherwise, which
// is the order that the contract demands, the latency of the memory, and the counters' meaning.

#include "sim/timeline.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "sim/core_builds.h"
#include "sim/waves.h"

namespace tetralog {
namespace {

using Life = std::vector<TimelineEvent>;

uint64_t At(const Life& life, const std::string& what) {
  for (const TimelineEvent& event : life) {
    if (event.what == what) return event.cycle;
  }
  throw std::out_of_range(what);
}

TEST(TimelineRtl, EventsOfOneCommandComeInTheOrderThatTheContractDemands) {
  const Life life = RecordTimeline({.shape = "4x4x1", .size = 16})[0];
  const char* const order[] = {"fetch begins",
                               "AR of the ring entry",
                               "first beat of the entry",
                               "last beat of the entry",
                               "loads start",
                               "first AR of A",
                               "first beat of A",
                               "last beat of A",
                               "last operands enter the array",
                               "last outputs leave the engine",
                               "last W of D",
                               "last B of D",
                               "AW of the record",
                               "last W of the record",
                               "B of the record",
                               "REG_HEAD goes up"};
  for (size_t i = 1; i < std::size(order); ++i)
    EXPECT_LT(At(life, order[i - 1]), At(life, order[i])) << order[i - 1] << ", " << order[i];
  EXPECT_LT(At(life, "verdict: the command is legal"), At(life, "first operands enter the array"));
}

TEST(TimelineRtl, TheLatencyOfTheMemoryIsSeen) {
  const Life life = RecordTimeline({.shape = "4x4x1", .size = 16})[0];
  EXPECT_EQ(At(life, "first beat of the entry") - At(life, "AR of the ring entry"), 20u);
  // 128 bytes on a bus of 8.
  EXPECT_EQ(At(life, "last beat of the entry") - At(life, "first beat of the entry"), 15u);
  EXPECT_EQ(At(life, "B of the record") - At(life, "last W of the record"), 20u);
}

TEST(TimelineRtl, AChainWaitsForTheResultsItReads) {
  const auto lives = RecordTimeline({.shape = "4x4x1", .size = 16, .commands = 3, .chain = true});
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_GE(At(lives[i], "loads start"), At(lives[i - 1], "REG_HEAD goes up"));
    EXPECT_GT(At(lives[i], "verdict: the command is legal"), At(lives[i], "fetch begins"));
  }
}

TEST(TimelineRtl, IndependentCommandsOverlap) {
  const auto lives = RecordTimeline({.shape = "4x4x1", .size = 16, .int32 = false, .commands = 3});
  EXPECT_LT(At(lives[1], "loads start"), At(lives[0], "last operands enter the array"));
  EXPECT_LT(At(lives[0], "REG_HEAD goes up"), At(lives[1], "REG_HEAD goes up"));
}

TEST(Timeline, ATableThatThereIsNotIsRefused) {
  EXPECT_THROW(TimelineTable("death"), std::invalid_argument);
}

TEST(Waves, RefusesFilesAndSignalsThatAreNone) {
  std::string directory = std::filesystem::temp_directory_path() / "waves_XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  EXPECT_THROW(Waves(directory + "/none.fst", {}), std::runtime_error);
  const auto machine = MakeRtlMachine("4x4x1", 4096);
  const std::string path = directory + "/waves.fst", size = "TOP.tetralog_core.ring_size";
  machine->WriteRegister(kRegRingSize, 2);
  machine->Trace(path);
  machine->ReadRegister(kRegRingSize);
  machine->WriteRegister(kRegRingSize, 16);
  machine->Trace("");
  const Waves waves(path, {size});
  EXPECT_EQ(waves.At(size, waves.begin()), 2u);
  EXPECT_EQ(waves.At(size, waves.end()), 16u);
  EXPECT_THROW(waves.At("other", 0), std::out_of_range);
  EXPECT_THROW(Waves(path, {"TOP.tetralog_core.no_such_signal"}), std::runtime_error);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace tetralog
