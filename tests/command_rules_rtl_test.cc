// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// command_rules.sv against the rules in C++ (sim/command_rules.h) on seeded random commands, most
// of them legal but for one or two fields at the edge of a rule. Causes of the unit are those up to
// kIndex, and kAlignment by itself; whether a command may load early is computed here with a
// division.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>

#include "Vcommand_rules_16x16.h"
#include "Vcommand_rules_4x4.h"
#include "sim/command_rules.h"
#include "tests/command_check_testing.h"

namespace tetralog {
namespace {

constexpr uint64_t kSeed = 1;

template <typename V>
void CheckRandomCommands(const MachineShape& shape) {
  Random random(kSeed);
  V unit;
  std::map<Cause, int> causes;
  int early = 0;
  for (int i = 0; i < 20000; ++i) {
    const CheckCase r = RandomCase(random, shape);
    const Command& c = r.command;
    const auto bytes = c.Pack();
    std::memcpy(&unit.cmd_i[0], bytes.data(), bytes.size());
    unit.eval();
    const Cause cause = CheckCommand(c, shape, r.rings);
    const bool fields_ok = cause == Cause::kNone || cause > Cause::kIndex;
    const std::string again = "command " + std::to_string(i) + " of seed " + std::to_string(kSeed) +
                              "; again: build/tests/command_rules_rtl_test";
    ASSERT_EQ(unit.cause_o, static_cast<uint8_t>(fields_ok ? Cause::kNone : cause)) << again;
    if (cause == Cause::kAlignment) {
      ASSERT_TRUE(unit.alignment_o) << again;
    } else if (cause == Cause::kNone || cause > Cause::kAlignment) {
      ASSERT_FALSE(unit.alignment_o) << again;
    }
    const uint64_t words = (c.k + shape.word_codes() - 1) / shape.word_codes();
    const bool fits = std::bit_ceil(c.a_samples) * words <= shape.depth_a && words <= shape.depth_b;
    const bool on_bus = (c.a_base | c.b_base) >> shape.axi_addr == 0;
    ASSERT_EQ(unit.early_ok_o, fields_ok && fits && c.block != 0 && on_bus) << again;
    ++causes[cause];
    early += unit.early_ok_o;
  }
  for (int cause = 0; cause <= static_cast<int>(Cause::kAlignment); ++cause)
    EXPECT_GT(causes[static_cast<Cause>(cause)], 20) << "cause " << cause << " hardly occurs";
  EXPECT_GT(early, 1000);
}

TEST(CommandRulesRtl, AgreesWithTheRulesOnRandomCommandsAt16x16) {
  CheckRandomCommands<Vcommand_rules_16x16>(kShape16x16);
}

TEST(CommandRulesRtl, AgreesWithTheRulesOnRandomCommandsAt4x4) {
  CheckRandomCommands<Vcommand_rules_4x4>(kShape4x4);
}

}  // namespace
}  // namespace tetralog
