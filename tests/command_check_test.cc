// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// command_check.sv against the rules in C++ (sim/command_rules.h), which compute with wide
// integers: seeded random commands, most of them legal but for one or two fields moved to the edge
// of a rule, one beyond it, or anywhere. The test fails if a cause does not occur. Conflicts with
// earlier commands' ranges, the range of D and the words of a panel are compared as well.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>

#include "Vcommand_check_16x16.h"
#include "Vcommand_check_4x4.h"
#include "sim/command_rules.h"

namespace tetralog {
namespace {

constexpr uint64_t kSeed = 1;

template <typename V>
void Clock(V& unit) {
  unit.clk_i = 1;
  unit.eval();
  unit.clk_i = 0;
  unit.eval();
}

class Random {
 public:
  explicit Random(uint64_t seed) : rng_(seed) {}
  uint64_t Below(uint64_t n) { return rng_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  uint64_t Bits() { return rng_(); }
  // 1..2^bits - 1, small ones as likely as great ones.
  uint64_t LogUniform(unsigned bits) {
    const unsigned width = 1 + static_cast<unsigned>(Below(bits));
    return 1 + Below((uint64_t{1} << width) - 1);
  }

 private:
  std::mt19937_64 rng_;
};

Command LegalCommand(Random& random, const MachineShape& shape) {
  Command c;
  c.op = static_cast<uint8_t>(Operation::kGemm);
  c.a_format = random.OneIn(2) ? 0 : 2;
  c.b_format = static_cast<uint8_t>(random.Below(2));
  c.d_format = static_cast<uint8_t>(random.Below(4));
  c.rounding = random.OneIn(2);
  c.c_enable = random.OneIn(2);
  c.mask_enable = random.OneIn(2);
  c.a_transposed = random.OneIn(2);
  c.b_transposed = random.OneIn(2);
  c.d_transposed = random.OneIn(2);
  c.mask_transposed = random.OneIn(2);
  c.samples = c.d_format == 2 ? static_cast<uint8_t>(1 + random.Below(8)) : 1;
  c.a_samples = static_cast<uint8_t>(1 + random.Below(8));
  c.scale_mul = c.d_format == 2 ? 1 : static_cast<uint8_t>(1 + random.Below(255));
  c.scale_shift = static_cast<uint8_t>(static_cast<int>(random.Below(96)) - 32);
  c.m = static_cast<uint32_t>(random.LogUniform(12));
  c.n = static_cast<uint32_t>(random.LogUniform(12));
  c.k = static_cast<uint32_t>(1 + random.Below(200));
  const uint32_t words = (c.k + shape.word_codes() - 1) / shape.word_codes();
  c.block = static_cast<uint16_t>(1 + random.Below(shape.depth_b / words));
  c.a_resident =
      c.a_samples * words * ((c.m + shape.panel_a() - 1) / shape.panel_a()) <= shape.depth_a &&
      random.OneIn(2);
  const auto stride = [&](uint32_t codes) {
    return (codes + 1) / 2 + static_cast<uint32_t>(random.Below(9));
  };
  c.a_stride = stride(c.a_transposed ? c.m : c.k);
  c.b_stride = stride(c.b_transposed ? c.k : c.n);
  c.mask_stride = stride(c.mask_transposed ? c.m : c.n);
  const uint32_t d_codes = c.d_transposed ? c.m : c.n;
  c.d_stride =
      c.d_format == 3 ? 4 * (d_codes + static_cast<uint32_t>(random.Below(3))) : stride(d_codes);
  c.a_sample_stride = static_cast<uint32_t>(random.Bits() >> 40);
  Region d = RegionD(c);
  d.samples = 1;
  c.d_sample_stride = static_cast<uint32_t>(d.extent() + random.Below(5));
  (random.OneIn(2) ? c.c_col_stride : c.c_row_stride) = 4;
  uint32_t& other = c.c_col_stride == 4 ? c.c_row_stride : c.c_col_stride;
  other = random.OneIn(4) ? 0 : 4 * static_cast<uint32_t>(random.LogUniform(14));
  // Places far from each other: 2^34 bytes each.
  const auto place = [&](uint64_t i) { return (i << 34) + random.Below(1 << 20); };
  c.a_base = place(2);
  c.b_base = place(3);
  c.c_base = place(4) & ~uint64_t{3};
  c.d_base = place(5) & ~uint64_t{3};
  c.mask_base = place(6);
  c.seed = random.Bits();
  c.row0 = static_cast<uint32_t>(random.Bits());
  c.col0 = static_cast<uint32_t>(random.Below(1 << 20)) * 16;
  c.sample0 = static_cast<uint8_t>(random.Bits());
  c.tag = static_cast<uint32_t>(random.Bits());
  return c;
}

// Moves one field to the edge of a rule or somewhere else.
void Disturb(Command& c, Random& random, const MachineShape& shape, const Rings& rings) {
  const auto near = [&](uint64_t value) { return value + random.Below(3) - 1; };
  const uint64_t end = uint64_t{1} << shape.axi_addr;
  Region d = RegionD(c);
  d.samples = 1;
  switch (random.Below(26)) {
    case 0:
      c.op = static_cast<uint8_t>(random.Below(4));
      break;
    case 1:
      c.reserved2[random.Below(3)] = static_cast<uint32_t>(1U << random.Below(32));
      break;
    case 2:
      c.a_format = static_cast<uint8_t>(random.Below(4));
      break;
    case 3:
      c.b_format = static_cast<uint8_t>(random.Below(4));
      break;
    case 4:
      c.m = random.OneIn(2) ? 0 : static_cast<uint32_t>(near(kMaxDim));
      break;
    case 5:
      c.k = random.OneIn(2) ? 0 : static_cast<uint32_t>(near(kMaxDim));
      break;
    case 6:
      c.n = random.OneIn(2) ? 0 : static_cast<uint32_t>(near(kMaxDim));
      break;
    case 7:
      c.samples = static_cast<uint8_t>(random.Below(16));
      break;
    case 8:
      c.a_samples = static_cast<uint8_t>(random.Below(16));
      break;
    case 9:
      c.scale_mul = static_cast<uint8_t>(random.Below(3));
      break;
    case 10:
      c.scale_shift = static_cast<uint8_t>(random.Bits());
      break;
    case 11:
      c.col0 = static_cast<uint32_t>(random.Bits());
      break;
    case 12:
      c.col0 = static_cast<uint32_t>(near(((1U << 28) - c.n) / 16)) * 16;
      break;
    case 13:
      c.k = static_cast<uint32_t>(
          near(ProductLimit(c.a_format, c.b_format, shape.acc_width) / (c.a_samples | 1)));
      break;
    case 14:
      c.k = static_cast<uint32_t>(near(uint64_t{shape.depth_a} * shape.word_codes()));
      break;
    case 15:
      c.block = static_cast<uint16_t>(random.OneIn(3) ? 0 : near(shape.depth_b));
      break;
    case 16:
      c.a_resident = 1;
      break;
    case 17:
      c.c_row_stride = static_cast<uint32_t>(random.Below(9));
      break;
    case 18:
      c.d_base += random.Below(4);
      break;
    case 19:
      c.a_stride = static_cast<uint32_t>(near(RegionA(c).row_bytes));
      break;
    case 20:
      c.d_stride = static_cast<uint32_t>(near(d.row_bytes));
      break;
    case 21:
      c.d_sample_stride = static_cast<uint32_t>(near(d.extent()));
      break;
    case 22: {
      const uint64_t place = near(end - RegionB(c).extent());
      (random.OneIn(2) ? c.b_base : c.mask_base) = place;
      break;
    }
    case 23:
      c.c_base = random.OneIn(2) ? c.d_base : near(c.d_base + RegionD(c).extent());
      break;
    case 24:  // D ends just before, or begins just after, something else
      switch (random.Below(5)) {
        case 0:
          c.a_base = near(c.d_base + RegionD(c).extent());
          break;
        case 1:
          c.b_base = near(c.d_base - RegionB(c).extent());
          break;
        case 2:
          c.mask_base = near(c.d_base - RegionMask(c).extent());
          break;
        case 3:
          c.d_base = near(rings.ring_base + rings.size * kCommandBytes);
          break;
        default:
          c.d_base = near(rings.record_base - RegionD(c).extent());
          break;
      }
      break;
    default:  // C exactly D
      c.c_base = c.d_base;
      (c.d_transposed ? c.c_row_stride : c.c_col_stride) = 4;
      (c.d_transposed ? c.c_col_stride : c.c_row_stride) = c.d_stride;
  }
}

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
    Rings rings{random.Below(1 << 24) * 128, (uint64_t{1} << 33) + random.Below(1 << 24) * 256,
                1U << random.Below(16)};
    Command c = LegalCommand(random, shape);
    for (uint64_t moves = random.Below(3); moves > 0; --moves) Disturb(c, random, shape, rings);
    const auto bytes = c.Pack();
    std::memcpy(&unit.cmd_i[0], bytes.data(), bytes.size());
    unit.ring_base_i = rings.ring_base;
    unit.record_base_i = rings.record_base;
    unit.ring_size_i = rings.size;
    // Two earlier outputs, near some operand.
    std::array<Region, 2> busy;
    for (Region& r : busy) {
      const std::array<uint64_t, 4> bases = {c.a_base, c.b_base, c.c_base, c.mask_base};
      r = {bases[random.Below(4)] + random.LogUniform(22), 1, random.LogUniform(20), 1};
      if (random.OneIn(2)) r.base -= r.row_bytes + random.Below(3);
      r.base &= (uint64_t{1} << 39) - 1;
    }
    // 80-bit ports: entry e at bit 40 e.
    const auto pack = [](auto& port, uint64_t low, uint64_t high) {
      port[0] = static_cast<uint32_t>(low);
      port[1] = static_cast<uint32_t>(low >> 32) | static_cast<uint32_t>(high << 8);
      port[2] = static_cast<uint32_t>(high >> 24);
    };
    pack(unit.busy_first_i, busy[0].base, busy[1].base);
    pack(unit.busy_last_i, static_cast<uint64_t>(busy[0].last()),
         static_cast<uint64_t>(busy[1].last()));
    unit.start_i = 1;
    Clock(unit);
    unit.start_i = 0;
    unit.eval();
    int cycles = 0;
    while (!unit.done_o) {
      Clock(unit);
      ASSERT_LT(++cycles, 100);
    }
    const Cause expected = CheckCommand(c, shape, rings);
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
      const bool meets = RegionA(c).Meets(busy[e]) || RegionB(c).Meets(busy[e]) ||
                         (c.c_enable && RegionC(c).Meets(busy[e])) ||
                         (c.mask_enable && RegionMask(c).Meets(busy[e]));
      ASSERT_EQ(unit.conflict_o >> e & 1, meets) << "entry " << e << ", " << again;
      conflicts += meets;
    }
  }
  for (int cause = 0; cause <= static_cast<int>(Cause::kOverlap); ++cause)
    EXPECT_GT(causes[static_cast<Cause>(cause)], 20) << "cause " << cause << " hardly occurs";
  EXPECT_GT(conflicts, 100);
}

TEST(CommandCheckRtl, AgreesWithTheRulesOnRandomCommandsAt16x16) {
  MachineShape shape;
  CheckRandomCommands<Vcommand_check_16x16>(shape, 20000);
}

TEST(CommandCheckRtl, AgreesWithTheRulesOnRandomCommandsAt4x4) {
  MachineShape shape;
  shape.rows = shape.cols = 4;
  shape.acc_width = 16;
  shape.depth_a = 32;
  shape.depth_b = 16;
  shape.axi_data = 64;
  CheckRandomCommands<Vcommand_check_4x4>(shape, 20000);
}

}  // namespace
}  // namespace tetralog
