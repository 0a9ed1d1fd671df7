// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Each shape of the core, in its machine, says what it is, runs a few random cases to the
// functional machine's bits with and without stalls, and writes waves. The regression of the core
// is elsewhere.

#include "sim/core_builds.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "sim/case_runner.h"
#include "sim/functional_machine.h"
#include "sim/random_commands.h"

namespace tetralog {
namespace {

class CoreBuildsRtl : public ::testing::TestWithParam<std::string> {};

TEST_P(CoreBuildsRtl, RegistersSayTheShapeThatWasAskedFor) {
  const auto machine = MakeRtlMachine(GetParam(), 4096);
  const MachineShape shape = RtlShape(GetParam());
  EXPECT_EQ(machine->shape(), shape);
  EXPECT_EQ(machine->ReadRegister(kRegId), kIdentity);
  EXPECT_EQ(machine->ReadRegister(kRegArray), shape.rows | shape.cols << 16);
  EXPECT_EQ(machine->ReadRegister(kRegUnits),
            shape.dot | shape.lanes << 8 | shape.acc_width << 16 | shape.random_bits << 24);
  EXPECT_EQ(machine->ReadRegister(kRegBuffers), shape.depth_a | shape.depth_b << 16);
  EXPECT_EQ(machine->ReadRegister(kRegBus), shape.axi_data | shape.axi_addr << 16);
  EXPECT_THROW(machine->WriteRegister(kRegId, 1), std::invalid_argument);
  machine->Wait();
  EXPECT_TRUE(machine->BusIdle());
}

TEST_P(CoreBuildsRtl, RandomCasesGiveTheBitsOfTheFunctionalMachine) {
  const MachineShape shape = RtlShape(GetParam());
  const CaseOptions options = {
      .max_dim = 40, .max_commands = 4, .max_cycles = 4000, .memory_bytes = 1 << 20};
  FunctionalMachine functional(shape, options.memory_bytes);
  for (const uint32_t stalls : {0u, 40u}) {
    const auto machine =
        MakeRtlMachine(GetParam(), options.memory_bytes, {.seed = 5, .stall_percent = stalls});
    for (uint64_t number = 0; number < 6; ++number) {
      const Case c = RandomCase(11, number, shape, options);
      EXPECT_EQ(CompareCase(c, functional, *machine), "")
          << "stalls " << stalls << ", " << c.Describe();
    }
  }
}

TEST_P(CoreBuildsRtl, WavesAreWritten) {
  const auto machine = MakeRtlMachine(GetParam(), 4096);
  std::string directory = std::filesystem::temp_directory_path() / "core_builds_XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  machine->Trace(directory + "/waves.fst");
  machine->ReadRegister(kRegStatus);
  machine->Trace("");
  EXPECT_GT(std::filesystem::file_size(directory + "/waves.fst"), 1000u);
  EXPECT_THROW(machine->Trace(directory + "/waves.fst/none.fst"), std::runtime_error);
  std::filesystem::remove_all(directory);
}

INSTANTIATE_TEST_SUITE_P(Shapes, CoreBuildsRtl, ::testing::ValuesIn(RtlShapes()),
                         [](const auto& suite) { return "Core" + suite.param; });

TEST(CoreBuilds, AnUnknownShapeIsRefusedAndThoseThereAreAreNamed) {
  try {
    MakeRtlMachine("5x5x5", 4096);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "no build of shape '5x5x5'; there are 16x16x4, 4x4x1, 8x4x2; the machines "
                 "functional and cycle take any shape");
  }
}

TEST(CoreBuilds, TwoMachinesLiveSideBySide) {
  auto first = MakeRtlMachine("4x4x1", 4096), second = MakeRtlMachine("8x4x2", 4096);
  first->WriteRegister(kRegRingSize, 4);
  second->WriteRegister(kRegRingSize, 8);
  EXPECT_EQ(first->ReadRegister(kRegRingSize), 4u);
  first.reset();
  EXPECT_EQ(second->ReadRegister(kRegRingSize), 8u);
}

}  // namespace
}  // namespace tetralog
