// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/illegal_command.h"

#include <stdexcept>
#include <string>

namespace tetralog {
namespace {

constexpr uint8_t kInt4 = static_cast<uint8_t>(Format::kInt4);
constexpr uint8_t kLog4 = static_cast<uint8_t>(Format::kLog4);
constexpr uint8_t kInt32 = static_cast<uint8_t>(Format::kInt32);

void BreakOperation(Command& c, Dice& dice) {
  switch (dice.Below(5)) {
    case 0:
      c.op = static_cast<uint8_t>(dice.Below(2) * dice.From(2, 255));
      break;
    case 1:
      c.reserved0 = static_cast<uint8_t>(1 << dice.Below(5));
      break;
    case 2:
      c.reserved1 = static_cast<uint16_t>(1 << dice.Below(16));
      break;
    case 3:
      c.reserved2[dice.Below(3)] = 1u << dice.Below(32);
      break;
    default:
      c.reserved3 = static_cast<uint8_t>(1 << dice.Below(4));
      break;
  }
}

void BreakFormat(Command& c, Dice& dice) {
  if (dice.Percent(50)) {
    c.a_format = dice.Percent(50) ? 1 : 3;
  } else {
    c.b_format = dice.Percent(50) ? 2 : 3;
  }
}

void BreakDimension(Command& c, Dice& dice) {
  uint32_t* const dims[] = {&c.m, &c.n, &c.k};
  const uint32_t values[] = {0, kMaxDim + 1, 1u << 31, ~0u};
  *dims[dice.Below(3)] = values[dice.Below(4)];
}

void BreakSamples(Command& c, Dice& dice) {
  const uint8_t values[] = {0, 9, 15};
  switch (dice.Below(3)) {
    case 0:
      c.samples = values[dice.Below(3)];
      break;
    case 1:
      c.a_samples = values[dice.Below(3)];
      break;
    default:
      c.samples = 2;
      if (c.d_format == kLog4) c.d_format = kInt4;
  }
}

void BreakScale(Command& c, Dice& dice) {
  if (c.d_format == kInt32) c.d_format = kInt4;
  switch (dice.Below(4)) {
    case 0:
      c.scale_mul = 0;
      break;
    case 1:
      c.d_format = kLog4, c.scale_mul = static_cast<uint8_t>(dice.From(2, 255));
      break;
    case 2:
      c.scale_shift = static_cast<uint8_t>(dice.From(64, 127));
      break;
    default:
      c.scale_shift = static_cast<uint8_t>(dice.From(128, 223));
      break;
  }
}

void BreakIndex(Command& c, Dice& dice) {
  if (dice.Percent(50)) {
    c.col0 += static_cast<uint32_t>(dice.From(1, 15));
  } else {
    c.col0 = (1u << kRandomColumnBits) - (c.n - 1) / 16 * 16;  // one group too far
  }
}

void BreakOverflow(Command& c, const MachineShape& shape, Dice& dice) {
  const uint64_t limit = ProductLimit(c.a_format, c.b_format, shape.acc_width);
  c.k = static_cast<uint32_t>(limit / c.a_samples + dice.From(1, 1000));
}

void BreakBuffer(Command& c, const MachineShape& shape, Dice& dice) {
  const uint32_t words = (c.k + shape.word_codes() - 1) / shape.word_codes();
  switch (dice.Below(4)) {
    case 0:
      c.block = 0;
      break;
    case 1:
      c.block = static_cast<uint16_t>(shape.depth_b / words + 1);
      break;
    case 2:
      c.a_resident = 1;
      c.m = (shape.depth_a / (words * c.a_samples)) * shape.panel_a() + 1;
      break;
    default:
      c.k = shape.depth_a * shape.word_codes() / c.a_samples + 1;
      break;
  }
}

void BreakAlignment(Command& c, Dice& dice) {
  const auto off = static_cast<uint32_t>(dice.From(1, 3));
  switch (dice.Below(4)) {
    case 0:
      c.c_enable = 1, c.c_base += off;
      break;
    case 1:
      c.c_enable = 1, c.c_row_stride = 4, c.c_col_stride += off;
      break;
    case 2:
      c.c_enable = 1, c.c_row_stride = c.c_col_stride = 8;
      break;
    default:
      c.d_format = kInt32, c.samples = 1, c.d_stride = c.d_stride / 4 * 4 + off;
      break;
  }
}

void BreakStride(Command& c, Dice& dice) {
  switch (dice.Below(5)) {
    case 0:
      c.a_stride = static_cast<uint32_t>(RegionA(c).row_bytes) - 1;
      break;
    case 1:
      c.b_stride = static_cast<uint32_t>(RegionB(c).row_bytes) - 1;
      break;
    case 2:
      c.mask_enable = 1;
      c.mask_stride = static_cast<uint32_t>(RegionMask(c).row_bytes) - 1;
      break;
    case 3:
      c.d_stride = static_cast<uint32_t>(RegionD(c).row_bytes - 1) / 4 * 4;
      break;
    default:
      c.d_sample_stride = static_cast<uint32_t>(dice.Below(c.d_stride));
      break;
  }
}

void BreakAddress(Command& c, const MachineShape& shape, Dice& dice) {
  const uint64_t end = uint64_t{1} << shape.axi_addr;
  const uint64_t base = dice.Percent(50) ? end - 4 : end << dice.Below(64 - shape.axi_addr);
  switch (dice.Below(5)) {
    case 0:
      c.a_base = base;
      break;
    case 1:
      c.b_base = base;
      break;
    case 2:
      c.c_enable = 1, c.c_base = base;
      break;
    case 3:
      c.mask_enable = 1, c.mask_base = base;
      break;
    default:
      c.d_base = base;
      break;
  }
}

void BreakOverlap(Command& c, const Rings& rings, Dice& dice) {
  const Region targets[] = {RegionA(c),    RegionB(c),       RegionC(c),
                            RegionMask(c), rings.commands(), rings.records()};
  const Region& target = targets[dice.Below(6)];
  const uint64_t offset = dice.Below(target.extent());
  c.d_base = (dice.Percent(50) ? target.base + offset : target.base - RegionD(c).extent() + 1);
  if (c.d_format == kInt32) c.d_base = (c.d_base + 3) / 4 * 4;
}

}  // namespace

Command MakeIllegal(const Command& legal, Cause cause, const MachineShape& shape,
                    const Rings& rings, Dice& dice) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    Command c = legal;
    switch (cause) {
      case Cause::kOperation:
        BreakOperation(c, dice);
        break;
      case Cause::kFormat:
        BreakFormat(c, dice);
        break;
      case Cause::kDimension:
        BreakDimension(c, dice);
        break;
      case Cause::kSamples:
        BreakSamples(c, dice);
        break;
      case Cause::kScale:
        BreakScale(c, dice);
        break;
      case Cause::kIndex:
        BreakIndex(c, dice);
        break;
      case Cause::kOverflow:
        BreakOverflow(c, shape, dice);
        break;
      case Cause::kBuffer:
        BreakBuffer(c, shape, dice);
        break;
      case Cause::kAlignment:
        BreakAlignment(c, dice);
        break;
      case Cause::kStride:
        BreakStride(c, dice);
        break;
      case Cause::kAddress:
        BreakAddress(c, shape, dice);
        break;
      case Cause::kOverlap:
        BreakOverlap(c, rings, dice);
        break;
      default:
        break;
    }
    // What does not fit its field does not reach the machine.
    c = Command::Unpack(c.Pack());
    if (CheckCommand(c, shape, rings) == cause) return c;
  }
  throw std::logic_error("no illegal command found for cause " + std::string(CauseName(cause)));
}

}  // namespace tetralog
