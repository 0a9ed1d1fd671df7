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

// Bits without leading zeros: the cycles of a product, less one.
int Bits(uint64_t x) { return std::bit_width(x); }

// The latencies in the header of the unit, of legal commands.
int LoadKnown(const Command& c) {
  const uint32_t a_rows = c.a_transposed ? c.k : c.m, b_rows = c.b_transposed ? c.n : c.k;
  const uint32_t d_rows = c.d_transposed ? c.n : c.m;
  int cycles = 4 + Bits(d_rows - 1) + 9 + Bits(a_rows - 1) + 9 + Bits(b_rows - 1);
  if (c.samples > 1) cycles += 2 + Bits(c.samples - 1U);
  if (c.a_samples > 1) cycles += 1 + Bits(c.a_samples - 1U);
  return cycles;
}
int Cycles(const Command& c, const MachineShape& shape) {
  const uint32_t panels = (c.m + shape.panel_a() - 1) / shape.panel_a();
  int cycles = LoadKnown(c) + 6 + 2 * Bits(c.a_samples) + Bits(c.block) + 7;
  if (c.a_resident) cycles += 2 + Bits(panels - 1);
  if (c.mask_enable) cycles += 9 + Bits((c.mask_transposed ? c.n : c.m) - 1);
  if (c.c_enable) cycles += 9 + Bits((c.c_col_stride == 4 ? c.m : c.n) - 1);
  return cycles;
}

template <typename V>
void CheckRandomCommands(const MachineShape& shape, int count) {
  Random random(kSeed);
  V unit;
  unit.rst_ni = 0;
  Clock(unit);  // no edge yet in simulation
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
    int cycles = 0, known = 0, load_conflict = 0;
    ASSERT_FALSE(unit.load_known_o || unit.legal_o) << "of the command before";
    while (!unit.done_o) {
      Clock(unit);
      ASSERT_LT(++cycles, 300);
      if (unit.load_known_o && known == 0) {
        known = cycles;
        load_conflict = unit.load_conflict_o;
      }
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
    ASSERT_EQ(unit.legal_o, expected == Cause::kNone) << again;
    ++causes[expected];
    if (expected != Cause::kNone) continue;
    ASSERT_EQ(cycles, Cycles(c, shape)) << again;
    ASSERT_EQ(known, LoadKnown(c)) << again;
    const Region d = RegionD(c);
    ASSERT_EQ(unit.d_first_o, d.base) << again;
    ASSERT_EQ(unit.d_last_o, static_cast<uint64_t>(d.last())) << again;
    ASSERT_EQ(unit.panel_words_o,
              c.a_samples * ((c.k + shape.word_codes() - 1) / shape.word_codes()))
        << again;
    for (int e = 0; e < 2; ++e) {
      const bool load_meets = RegionA(c).Meets(r.busy[e]) || RegionB(c).Meets(r.busy[e]);
      ASSERT_EQ(load_conflict >> e & 1, load_meets) << "entry " << e << ", " << again;
      const bool meets = load_meets || (c.c_enable && RegionC(c).Meets(r.busy[e])) ||
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
