// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// command_check.sv against the rules in C++ (sim/command_rules.h), which compute with wide
// integers: seeded random commands, most of them legal but for one or two fields moved to the edge
// of a rule, one beyond it, or anywhere. The test fails if a cause does not occur. Conflicts with
// earlier commands' ranges, the range of D and the words of a panel are compared as well.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <map>
#include <string>

#include "Vcommand_check_16x16.h"
#include "Vcommand_check_4x4.h"
#include "sim/command_rules.h"
#include "tests/command_check_testing.h"

namespace tetralog {
namespace {

constexpr uint64_t kSeed = 1;

template <typename V>
void CheckRandomCommands(const MachineShape& shape, int count) {
  Random random(kSeed);
  V unit;
  unit.rst_ni = 0;
  Clock(unit);
  unit.rst_ni = 1;
  std::map<Cause, int> causes;
  int conflicts = 0;
  for (int i = 0; i < count; ++i) {
    const CheckCase r = RandomCase(random, shape);
    const Command& c = r.command;
    Drive(unit, r);
    unit.start_i = 1;
    Clock(unit);
    unit.start_i = 0;
    unit.eval();
    int cycles = 0;
    while (!unit.done_o) {
      Clock(unit);
      ASSERT_LT(++cycles, 100);
    }
    const Cause expected = CheckCommand(c, shape, r.rings);
    const std::string again = "command " + std::to_string(i) + " of seed " + std::to_string(kSeed);
    ASSERT_EQ(unit.cause_o, static_cast<uint8_t>(expected))
        << CauseName(static_cast<Cause>(unit.cause_o)) << " for " << CauseName(expected) << ", "
        << again;
    const bool basic = expected == Cause::kNone || expected > Cause::kIndex;
    const uint64_t words = (c.k + shape.word_codes() - 1) / shape.word_codes();
    if (basic && std::bit_ceil(c.a_samples) * words <= shape.depth_a && words <= shape.depth_b &&
        c.block != 0 && (c.a_base | c.b_base) >> shape.axi_addr == 0) {
      ASSERT_TRUE(unit.early_ok_o) << again;
    } else {
      ASSERT_FALSE(unit.early_ok_o) << again;
    }
    ASSERT_EQ(cycles, 48 + 8 * c.c_enable + 8 * c.mask_enable) << again;
    ++causes[expected];
    if (expected != Cause::kNone) continue;
    const Region d = RegionD(c);
    ASSERT_EQ(unit.d_first_o, d.base) << again;
    ASSERT_EQ(unit.d_last_o, static_cast<uint64_t>(d.last())) << again;
    ASSERT_EQ(unit.panel_words_o,
              c.a_samples * ((c.k + shape.word_codes() - 1) / shape.word_codes()))
        << again;
    for (int e = 0; e < 2; ++e) {
      const bool meets = RegionA(c).Meets(r.busy[e]) || RegionB(c).Meets(r.busy[e]) ||
                         (c.c_enable && RegionC(c).Meets(r.busy[e])) ||
                         (c.mask_enable && RegionMask(c).Meets(r.busy[e]));
      ASSERT_EQ(unit.conflict_o >> e & 1, meets) << "entry " << e << ", " << again;
      conflicts += meets;
    }
  }
  for (int cause = 0; cause <= static_cast<int>(Cause::kOverlap); ++cause)
    EXPECT_GT(causes[static_cast<Cause>(cause)], 20) << "cause " << cause << " hardly occurs";
  EXPECT_GT(conflicts, 100);
}

TEST(CommandCheckRtl, AgreesWithTheRulesOnRandomCommandsAt16x16) {
  CheckRandomCommands<Vcommand_check_16x16>(kShape16x16, 20000);
}

TEST(CommandCheckRtl, AgreesWithTheRulesOnRandomCommandsAt4x4) {
  CheckRandomCommands<Vcommand_check_4x4>(kShape4x4, 20000);
}

}  // namespace
}  // namespace tetralog
