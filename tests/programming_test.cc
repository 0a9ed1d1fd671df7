// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The programs of docs/programming.md, on the functional machine and on the RTL. The expected
// values are those that the page works out by hand.

#include <gtest/gtest.h>

#include "docs/examples/examples.h"
#include "model/contract.h"
#include "sim/driver.h"

namespace tetralog {
namespace {

class Programming : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Machine> machine_ = MakeExampleMachine(GetParam());
};

const ForwardResult kExpected = {
    .y = {10, 0, 2, 0, 2, 1}, .max_abs = 38, .sum_abs = 74, .zeros = 2, .clipped = 0};

TEST_P(Programming, TheForwardProductThroughTheDriverGivesTheValuesOfThePage) {
  EXPECT_EQ(machine_->level(), GetParam());
  EXPECT_EQ(ForwardWithDriver(*machine_), kExpected);
}

TEST_P(Programming, TheForwardProductInBareRegistersGivesTheSame) {
  EXPECT_EQ(ForwardWithRegisters(*machine_), kExpected);
  EXPECT_EQ(ForwardWithRegisters(*machine_), kExpected) << "again, from a soft reset";
}

TEST_P(Programming, TheWholeRecordOfTheBareCommandIsThatOfThePage) {
  ForwardWithRegisters(*machine_);
  std::vector<uint8_t> bytes(Completion::kBytes);
  machine_->ReadMemory(0x400, bytes);
  const Completion record = Completion::Unpack(bytes);
  EXPECT_EQ(record.index, 0u);
  EXPECT_EQ(record.tag, 0x54u);
  EXPECT_EQ(record.sum_squares, (std::array<uint32_t, 3>{1750, 0, 0}));
  EXPECT_EQ(record.wraps, 0u);
}

TEST_P(Programming, ABadCommandIsReportedAndTheNextOneRuns) {
  const RecoveryResult result = RecoverFromABadCommand(*machine_);
  EXPECT_EQ(result.error,
            "command 0 since the reset stopped the ring: Scale: scale_mul must be in 1..255 (1 for "
            "LOG4), "
            "scale_shift in -32..63");
  EXPECT_EQ(result.y, std::vector<uint8_t>{12});
}

INSTANTIATE_TEST_SUITE_P(Machines, Programming, ::testing::Values("functional", "rtl"),
                         [](const auto& suite) { return suite.param; });

// The bytes that the page shows are what the driver's planner and the contract make of the fields.
TEST(ProgrammingCommand, TheBytesOfThePageAreThoseOfTheFields) {
  const auto machine = MakeExampleMachine("functional");
  ForwardWithRegisters(*machine);
  std::vector<uint8_t> shown(kCommandBytes);
  machine->ReadMemory(0, shown);

  GemmRequest request;
  request.a = {.address = 0x1000, .rows = 2, .cols = 5, .stride = 16, .format = Format::kInt4};
  request.b = {.address = 0x1100, .rows = 3, .cols = 5, .stride = 16, .format = Format::kUint4};
  request.d = {.address = 0x1300, .rows = 3, .cols = 2, .stride = 16, .format = Format::kUint4};
  request.b_transposed = request.d_transposed = true;
  request.c = Addend{.address = 0x1200, .row_stride = 4, .col_stride = 0};
  request.output.scale_shift = 2;
  const MachineShape shape = Driver(*machine).shape();
  std::vector<Command> plan = PlanGemm(shape, request, 0);
  ASSERT_EQ(plan.size(), 1u);
  plan[0].irq = 1;
  plan[0].tag = 0x54;
  const auto bytes = plan[0].Pack();
  EXPECT_EQ(shown, std::vector<uint8_t>(bytes.begin(), bytes.end()));
}

// The examples of planning on the page.
TEST(ProgrammingPlan, TheExamplesOfThePageArePlannedAsItSays) {
  const MachineShape shape = {.depth_a = 64, .depth_b = 128};
  const auto plan = [&](uint32_t k) {
    GemmRequest request;
    request.a = {.rows = 256, .cols = k, .stride = 1024, .format = Format::kInt4};
    request.b = {.rows = 128, .cols = k, .stride = 1024, .format = Format::kUint4};
    request.d = {.rows = 256, .cols = 128, .stride = 512, .format = Format::kInt32};
    request.b_transposed = true;
    return PlanGemm(shape, request, 0);
  };
  const auto one = plan(784), two = plan(2048);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].block, 4u);
  ASSERT_EQ(two.size(), 2u);
  for (const Command& command : two) {
    EXPECT_EQ(command.k, 1024u);
    EXPECT_EQ(command.block, 4u);
  }
}

}  // namespace
}  // namespace tetralog
