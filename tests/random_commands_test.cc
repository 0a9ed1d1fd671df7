// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The generator of random cases. It is worth what it covers, so the test counts: over the cases of
// a seed every format, orientation, kind of C, number of samples, cause and dependence must occur.

#include "sim/random_commands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/functional_machine.h"

namespace tetralog {
namespace {

const MachineShape kSmall{.rows = 4,
                          .cols = 4,
                          .dot = 1,
                          .lanes = 4,
                          .acc_width = 20,
                          .random_bits = 12,
                          .depth_a = 64,
                          .depth_b = 64,
                          .axi_data = 64,
                          .axi_addr = 40};
constexpr uint64_t kSeed = 1;

std::vector<Case> Cases(const MachineShape& shape, uint64_t count) {
  std::vector<Case> cases;
  for (uint64_t i = 0; i < count; ++i) cases.push_back(RandomCase(kSeed, i, shape));
  return cases;
}

Cause CheckIn(const Case& c, const Command& command) {
  return CheckCommand(command, c.shape, c.rings);
}

TEST(RandomCommandsModel, ACaseFollowsFromItsNumbers) {
  for (uint64_t i = 0; i < 20; ++i) {
    const Case c = RandomCase(kSeed, i, {}), again = ParseCase(c.id(), {});
    EXPECT_EQ(c.commands, again.commands);
    EXPECT_EQ(c.Describe(), again.Describe());
    EXPECT_NE(c.commands, RandomCase(kSeed, i + 1, {}).commands);
    EXPECT_NE(c.commands, RandomCase(kSeed + 1, i, {}).commands);
    EXPECT_EQ(c.Describe().find('\n'), std::string::npos);
  }
}

TEST(RandomCommandsModel, EveryKindOfCommandOccurs) {
  for (const MachineShape& shape : {MachineShape{}, kSmall}) {
    SCOPED_TRACE(shape.name());
    std::map<std::string, int> seen;
    for (const Case& c : Cases(shape, 300)) {
      for (const Command& d : c.commands) {
        if (CheckIn(c, d) != Cause::kNone) continue;
        const auto see = [&](const std::string& what, bool is) { seen[what] += is; };
        const auto number = [](uint64_t value) { return " " + std::to_string(value); };
        see("operands" + number(d.a_format) + number(d.b_format), true);
        see("output" + number(d.d_format) + number(d.rounding) + number(d.d_transposed), true);
        see("orientation" + number(d.a_transposed) + number(d.b_transposed), true);
        see("samples" + number(d.samples), true);
        see("a_samples" + number(d.a_samples), true);
        see("one row", d.m == 1);
        see("one column", d.n == 1);
        see("one product", d.k == 1);
        see("odd m, n, k", d.m % 2 && d.n % 2 && d.k % 2 && d.m * d.n * d.k > 1000);
        see("mask", d.mask_enable && !d.mask_transposed);
        see("mask transposed", d.mask_enable && d.mask_transposed);
        see("bias of rows", d.c_enable && d.c_col_stride == 0);
        see("bias of columns", d.c_enable && d.c_row_stride == 0);
        see("C by rows", d.c_enable && d.c_row_stride >= 4 * d.n);
        see("C by columns", d.c_enable && d.c_col_stride >= 4 * d.m);
        see("C is D", d.c_enable && d.c_base == d.d_base && !d.d_transposed);
        see("C is D transposed", d.c_enable && d.c_base == d.d_base && d.d_transposed);
        see("A odd address", d.a_base % 2 == 1 && d.a_stride % 2 == 1);
        see("B odd address", d.b_base % 2 == 1 && d.b_stride % 2 == 1);
        see("D odd address", d.d_base % 2 == 1 && d.d_stride % 2 == 1);
        see("all aligned", d.a_base % 16 == 0 && d.b_stride % 16 == 0 && d.d_base % 16 == 0);
        see("resident", d.a_resident && d.m > shape.panel_a());
        see("several blocks", d.block * shape.panel_b() < d.n);
        see("several panels a block", d.block > 1 && d.n > shape.panel_b());
        see("interrupt", d.irq);
      }
    }
    for (const int s : {1, 2, 3, 4, 5, 6, 7, 8}) {
      EXPECT_GE(seen["samples " + std::to_string(s)], 3) << s;
      EXPECT_GE(seen["a_samples " + std::to_string(s)], 3) << s;
    }
    EXPECT_EQ(std::count_if(seen.begin(), seen.end(),
                            [](const auto& kind) { return kind.first.rfind("operands", 0) == 0; }),
              4);
    EXPECT_EQ(std::count_if(seen.begin(), seen.end(),
                            [](const auto& kind) { return kind.first.rfind("output ", 0) == 0; }),
              16);
    for (const auto& [kind, count] : seen) EXPECT_GE(count, 3) << kind;
  }
}

TEST(RandomCommandsModel, EveryCauseOccursAndOnlyOnceACase) {
  std::map<Cause, int> causes;
  int faults = 0;
  for (const Case& c : Cases(kSmall, 1500)) {
    int illegal = c.overrun ? 1 : 0;
    causes[Cause::kRing] += illegal;
    for (const Command& command : c.commands) {
      const Cause cause = CheckIn(c, command);
      if (cause != Cause::kNone) {
        ++causes[cause];
        ++illegal;
      }
    }
    faults += c.fault != MemoryFault::kNone;
    EXPECT_LE(illegal + (c.fault != MemoryFault::kNone), 1) << c.id();
  }
  for (int cause = 1; cause <= static_cast<int>(Cause::kRing); ++cause) {
    EXPECT_GE(causes[static_cast<Cause>(cause)], 3) << CauseName(static_cast<Cause>(cause));
  }
  EXPECT_GE(faults, 50);
}

TEST(RandomCommandsModel, CommandsDependOnEarlierOnesOrDoNot) {
  int reads = 0, overwrites = 0, hazards_of_writes = 0, independent = 0, several = 0, wraps = 0;
  for (const Case& c : Cases({}, 200)) {
    several += c.doorbells[0] > 1;
    wraps += c.commands.size() > c.rings.size;
    for (size_t i = 1; i < c.commands.size(); ++i) {
      const Command &d = c.commands[i], &before = c.commands[i - 1];
      if (CheckIn(c, d) != Cause::kNone || CheckIn(c, before) != Cause::kNone) continue;
      const Region old = RegionD(before);
      const bool read = RegionA(d).Meets(old) || RegionB(d).Meets(old) ||
                        (d.c_enable && RegionC(d).Meets(old)) ||
                        (d.mask_enable && RegionMask(d).Meets(old));
      const bool written = RegionD(d).Meets(old);
      const bool after_read =
          RegionD(d).Meets(RegionA(before)) || RegionD(d).Meets(RegionB(before));
      reads += read;
      overwrites += written;
      hazards_of_writes += after_read;
      independent += !read && !written && !after_read;
    }
  }
  EXPECT_GE(reads, 30);
  EXPECT_GE(overwrites, 15);
  EXPECT_GE(hazards_of_writes, 15);
  EXPECT_GE(independent, 30);
  EXPECT_GE(several, 50);
  EXPECT_GE(wraps, 20);
}

// Two operands of one command are parts of one buffer, which some command has written, or they are
// at least 32 bytes apart. The rings are apart from everything.
TEST(RandomCommandsModel, BuffersHaveGuardBytes) {
  for (const Case& c : Cases({}, 100)) {
    for (const Command& command : c.commands) {
      if (CheckIn(c, command) != Cause::kNone) continue;
      const Region a = RegionA(command), b = RegionB(command);
      if (c.commands.front() == command) {  // nothing is written yet: two buffers
        EXPECT_FALSE((Region{a.base - 31, 1, a.extent() + 62}.Meets(b))) << c.id();
      }
      for (Region region : {RegionA(command), RegionB(command), RegionD(command)}) {
        EXPECT_LE(region.last(), c.options.memory_bytes);
        const Region guarded{region.base - 16, 1, region.extent() + 32};
        EXPECT_FALSE(guarded.Meets(c.rings.commands())) << c.id();
        EXPECT_FALSE(guarded.Meets(c.rings.records())) << c.id();
      }
    }
  }
}

TEST(RandomCommandsModel, EditsReduceACase) {
  const auto long_enough = [](uint64_t i) { return RandomCase(kSeed, i, {}).commands.size() >= 3; };
  uint64_t number = 0;
  while (!long_enough(number)) ++number;
  const Case whole = RandomCase(kSeed, number, {});
  const Case less = ParseCase(whole.id() + ":d1,m0,k2,k2", {});
  ASSERT_EQ(less.commands.size(), whole.commands.size() - 1);
  EXPECT_EQ(less.commands[0].m, (whole.commands[0].m + 1) / 2);
  EXPECT_EQ(less.commands[0].n, whole.commands[0].n);
  EXPECT_EQ(less.commands[1].k, (whole.commands[2].k + 3) / 4);
  EXPECT_EQ(less.doorbells.back(), less.commands.size());
  EXPECT_EQ(ParseCase(less.id(), {}).commands, less.commands);
  for (const char* bad : {"", "1", "1:", ":1", "x:1", "1:2:q0", "1:2:d", "1:2:d99", "1:2:m-1"}) {
    EXPECT_THROW(ParseCase(bad, {}), std::invalid_argument) << bad;
  }
}

TEST(RandomCommandsModel, FillsTheWholeMemoryInSeveralWays) {
  FunctionalMachine machine({}, 1 << 20);
  FillMemory(RandomCase(kSeed, 0, {}), machine);
  std::vector<uint8_t> memory(1 << 20);
  machine.ReadMemory(0, memory);
  int sparse = 0, dense = 0;
  for (size_t at = 0; at < memory.size(); at += 4096) {
    int zeros = 0;
    for (size_t i = 0; i < 4096; ++i) zeros += (memory[at + i] & 0xf) == 0;
    EXPECT_LT(zeros, 4096) << "nothing was written at " << at;
    sparse += zeros > 1500;
    dense += zeros < 400;
  }
  EXPECT_GT(sparse, 20);
  EXPECT_GT(dense, 20);
}

}  // namespace
}  // namespace tetralog
