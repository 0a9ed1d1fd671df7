// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Seeded random commands for the checker, most of them legal but for one or two fields moved to the
// edge of a rule, one beyond it, or anywhere.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <random>

#include "sim/command_rules.h"
#include "tests/kept_command.h"

namespace tetralog {

// The parameters of the unit in core_tests.cmake.
inline constexpr MachineShape kShape16x16;
inline constexpr MachineShape kShape4x4 = {
    .rows = 4, .cols = 4, .acc_width = 16, .depth_a = 32, .depth_b = 16, .axi_data = 64};

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

inline Command LegalCommand(Random& random, const MachineShape& shape) {
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
inline void Disturb(Command& c, Random& random, const MachineShape& shape, const Rings& rings) {
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

// A command, the rings, and what two earlier commands write, near some operand.
struct CheckCase {
  Command command;
  Rings rings;
  std::array<Region, 2> busy;
};

inline CheckCase RandomCase(Random& random, const MachineShape& shape) {
  CheckCase r;
  r.rings = {random.Below(1 << 24) * 128, (uint64_t{1} << 33) + random.Below(1 << 24) * 256,
             1U << random.Below(16)};
  r.command = LegalCommand(random, shape);
  for (uint64_t moves = random.Below(3); moves > 0; --moves)
    Disturb(r.command, random, shape, r.rings);
  const Command& c = r.command;
  const std::array<uint64_t, 4> bases = {c.a_base, c.b_base, c.c_base, c.mask_base};
  for (Region& busy : r.busy) {
    busy = {bases[random.Below(4)] + random.LogUniform(22), 1, random.LogUniform(20), 1};
    if (random.OneIn(2)) busy.base -= busy.row_bytes + random.Below(3);
    busy.base &= (uint64_t{1} << 39) - 1;
  }
  return r;
}

template <typename V>
void Drive(V& unit, const CheckCase& r) {
  const auto bytes = KeptCommand(r.command, kShape16x16.axi_addr).Pack();
  std::memcpy(&unit.cmd_i[0], bytes.data(), bytes.size());
  unit.ring_base_i = r.rings.ring_base;
  unit.record_base_i = r.rings.record_base;
  unit.ring_size_i = r.rings.size;
  // 80-bit ports: entry e at bit 40 e.
  const auto pack = [](auto& port, uint64_t low, uint64_t high) {
    port[0] = static_cast<uint32_t>(low);
    port[1] = static_cast<uint32_t>(low >> 32) | static_cast<uint32_t>(high << 8);
    port[2] = static_cast<uint32_t>(high >> 24);
  };
  pack(unit.busy_first_i, r.busy[0].base, r.busy[1].base);
  pack(unit.busy_last_i, static_cast<uint64_t>(r.busy[0].last()),
       static_cast<uint64_t>(r.busy[1].last()));
}

}  // namespace tetralog
