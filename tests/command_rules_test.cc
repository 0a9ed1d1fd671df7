// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Legality of commands. Every rule from both sides of its limit: pairs of the last legal and the
// first illegal value; then every pair of violations of different rules together, where the lower
// cause must be the one reported.

#include "sim/command_rules.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace tetralog {
namespace {

const MachineShape kShape;  // 16x16x4, 128 bits, buffers of 64 and 128 words, 40 address bits
const Rings kRings{0x10000, 0x20000, 8};
constexpr uint64_t kEnd = uint64_t{1} << 40;
constexpr uint64_t kFar = uint64_t{1} << 36;  // behind everything else

uint8_t Number(Format format) { return static_cast<uint8_t>(format); }

// 10 x 20 = (10 x 30) (30 x 20) + C, masked, three samples of LOG4.
Command Legal() {
  Command c;
  c.op = 1;
  c.m = 10;
  c.n = 20;
  c.k = 30;
  c.b_format = Number(Format::kUint4);
  c.d_format = Number(Format::kLog4);
  c.samples = 3;
  c.a_samples = 2;
  c.scale_mul = 1;
  c.block = 1;
  c.c_enable = c.mask_enable = 1;
  c.a_base = 0x1000;
  c.a_stride = 15;
  c.a_sample_stride = 150;
  c.b_base = 0x2000;
  c.b_stride = 10;
  c.c_base = 0x3000;
  c.c_row_stride = 80;
  c.c_col_stride = 4;
  c.d_base = 0x4000;
  c.d_stride = 10;
  c.d_sample_stride = 100;
  c.mask_base = 0x5000;
  c.mask_stride = 10;
  return c;
}

// The same with one INT32 output.
Command LegalInt32() {
  Command c = Legal();
  c.samples = 1;
  c.d_format = Number(Format::kInt32);
  c.d_stride = 80;
  return c;
}

Cause Check(const Command& command) { return CheckCommand(command, kShape, kRings); }

using Change = std::function<void(Command&)>;
struct Rule {
  const char* name;
  Cause cause;
  Change legal;    // the last legal value
  Change illegal;  // the first illegal one
  Command (*base)() = Legal;
};

Change Nothing() {
  return [](Command&) {};
}

#define SET(field, value) [](Command& c) { c.field = value; }

const std::vector<Rule>& Rules() {
  static const std::vector<Rule> rules = {
      {"operation 0", Cause::kOperation, SET(op, 1), SET(op, 0)},
      {"operation 2", Cause::kOperation, SET(op, 1), SET(op, 2)},
      {"reserved 0", Cause::kOperation, Nothing(), SET(reserved0, 1)},
      {"reserved 1", Cause::kOperation, Nothing(), SET(reserved1, 0x8000)},
      {"reserved 2", Cause::kOperation, Nothing(), SET(reserved2[2], 0x80000000)},
      {"reserved 3", Cause::kOperation, Nothing(), SET(reserved3, 8)},
      {"A UINT4", Cause::kFormat, SET(a_format, 2), SET(a_format, 1)},
      {"A INT32", Cause::kFormat, SET(a_format, 0), SET(a_format, 3)},
      {"B LOG4", Cause::kFormat, SET(b_format, 1), SET(b_format, 2)},
      {"B INT32", Cause::kFormat, SET(b_format, 0), SET(b_format, 3)},
      {"M 0", Cause::kDimension, SET(m, 1), SET(m, 0)},
      {"N 0", Cause::kDimension, SET(n, 1), SET(n, 0)},
      {"K 0", Cause::kDimension, SET(k, 1), SET(k, 0)},
      {"M great", Cause::kDimension,
       [](Command& c) { c.m = kMaxDim, c.d_sample_stride = ~0u, c.d_base = kFar; },
       [](Command& c) { c.m = kMaxDim + 1, c.d_sample_stride = ~0u; }},
      {"K great", Cause::kDimension, Nothing(), SET(k, 0x80000001)},
      {"samples 0", Cause::kSamples, SET(samples, 1), SET(samples, 0)},
      {"samples 9", Cause::kSamples, SET(samples, 8), SET(samples, 9)},
      {"A samples 0", Cause::kSamples, SET(a_samples, 1), SET(a_samples, 0)},
      {"A samples 15", Cause::kSamples, SET(a_samples, 8), SET(a_samples, 15)},
      {"samples of INT4", Cause::kSamples, [](Command& c) { c.samples = 1, c.d_format = 0; },
       SET(d_format, 0)},
      {"multiplier 0", Cause::kScale, SET(scale_mul, 1), SET(scale_mul, 0)},
      {"multiplier of LOG4", Cause::kScale, Nothing(), SET(scale_mul, 2)},
      {"shift high", Cause::kScale, SET(scale_shift, 63), SET(scale_shift, 64)},
      {"shift low", Cause::kScale, SET(scale_shift, 0xe0), SET(scale_shift, 0xdf)},
      {"column 8", Cause::kIndex, SET(col0, 16), SET(col0, 8)},
      {"last column", Cause::kIndex, [](Command& c) { c.n = 16, c.col0 = (1u << 28) - 16; },
       SET(col0, (1u << 28) - 16)},
      {"overflow", Cause::kOverflow, Nothing(), SET(k, 69905 / 2 + 1)},
      {"panel of A", Cause::kBuffer,
       [](Command& c) { c.k = 1024, c.a_stride = 512, c.d_base = kFar; }, SET(k, 1025)},
      {"resident A", Cause::kBuffer,
       [](Command& c) {
         c.m = 1024, c.a_resident = 1, c.d_sample_stride = 1 << 20, c.d_base = kFar;
       },
       [](Command& c) { c.m = 1025, c.a_resident = 1; }},
      {"block 0", Cause::kBuffer, SET(block, 1), SET(block, 0)},
      {"block", Cause::kBuffer, SET(block, 128), SET(block, 129)},
      {"base of C", Cause::kAlignment, SET(c_base, 0x3004), SET(c_base, 0x3002)},
      {"row stride of C", Cause::kAlignment, SET(c_row_stride, 0), SET(c_row_stride, 81)},
      {"column stride of C", Cause::kAlignment,
       [](Command& c) { c.c_row_stride = 4, c.c_col_stride = 0; }, SET(c_col_stride, 8)},
      {"base of D", Cause::kAlignment, SET(d_base, 0x4004), SET(d_base, 0x4001), LegalInt32},
      {"stride of D", Cause::kAlignment, SET(d_stride, 84), SET(d_stride, 82), LegalInt32},
      {"row of A", Cause::kStride, SET(a_stride, 15), SET(a_stride, 14)},
      {"row of A transposed", Cause::kStride,
       [](Command& c) { c.a_transposed = 1, c.a_stride = 5; },
       [](Command& c) { c.a_transposed = 1, c.a_stride = 4; }},
      {"row of B", Cause::kStride, SET(b_stride, 10), SET(b_stride, 9)},
      {"row of B transposed", Cause::kStride,
       [](Command& c) { c.b_transposed = 1, c.b_stride = 15; },
       [](Command& c) { c.b_transposed = 1, c.b_stride = 14; }},
      {"row of the mask", Cause::kStride, SET(mask_stride, 10), SET(mask_stride, 9)},
      {"row of the mask transposed", Cause::kStride,
       [](Command& c) { c.mask_transposed = 1, c.mask_stride = 5; },
       [](Command& c) { c.mask_transposed = 1, c.mask_stride = 4; }},
      {"row of D", Cause::kStride, Nothing(), SET(d_stride, 9)},
      {"row of D, M = 1", Cause::kStride, SET(m, 1), [](Command& c) { c.m = 1, c.d_stride = 9; }},
      {"row of D transposed", Cause::kStride,
       [](Command& c) { c.d_transposed = 1, c.d_stride = 5; },
       [](Command& c) { c.d_transposed = 1, c.d_stride = 4; }},
      {"row of INT32 D", Cause::kStride, Nothing(), SET(d_stride, 76), LegalInt32},
      {"samples of D", Cause::kStride, Nothing(), SET(d_sample_stride, 99)},
      {"end of A", Cause::kAddress, SET(a_base, kEnd - 300), SET(a_base, kEnd - 299)},
      {"A far out", Cause::kAddress, Nothing(), SET(a_base, ~uint64_t{0})},
      {"end of B", Cause::kAddress, SET(b_base, kEnd - 300), SET(b_base, kEnd - 299)},
      {"end of C", Cause::kAddress, SET(c_base, kEnd - 800), SET(c_base, kEnd - 796)},
      {"end of a column of C", Cause::kAddress,
       [](Command& c) { c.c_row_stride = 4, c.c_col_stride = 0, c.c_base = kEnd - 40; },
       [](Command& c) { c.c_row_stride = 4, c.c_col_stride = 0, c.c_base = kEnd - 36; }},
      {"end of the mask", Cause::kAddress, SET(mask_base, kEnd - 100), SET(mask_base, kEnd - 99)},
      {"end of D", Cause::kAddress, SET(d_base, kEnd - 300), SET(d_base, kEnd - 299)},
      {"D behind A", Cause::kOverlap, SET(d_base, 0x1000 + 300), SET(d_base, 0x1000 + 299)},
      {"D before A", Cause::kOverlap, SET(d_base, 0x1000 - 300), SET(d_base, 0x1000 - 299)},
      {"D behind B", Cause::kOverlap, SET(d_base, 0x2000 + 300), SET(d_base, 0x2000 + 299)},
      {"D before C", Cause::kOverlap, SET(d_base, 0x3000 - 300), SET(d_base, 0x3000 - 299)},
      {"D behind C", Cause::kOverlap, SET(d_base, 0x3000 + 800), SET(d_base, 0x3000 + 799)},
      {"D on the mask", Cause::kOverlap, SET(d_base, 0x5000 + 100), SET(d_base, 0x5000 + 99)},
      {"D on the ring", Cause::kOverlap, SET(d_base, 0x10000 + 8 * 128),
       SET(d_base, 0x10000 + 8 * 128 - 1)},
      {"D on the records", Cause::kOverlap, SET(d_base, 0x20000 + 8 * 256),
       SET(d_base, 0x20000 + 8 * 256 - 1)},
      {"D on C", Cause::kOverlap, SET(d_base, 0x3000),
       [](Command& c) { c.d_base = 0x3000, c.d_stride = 84; }, LegalInt32},
      {"D on C, other orientation", Cause::kOverlap,
       [](Command& c) {
         c.d_base = 0x3000, c.d_transposed = 1, c.d_stride = c.c_col_stride = 40,
         c.c_row_stride = 4;
       },
       [](Command& c) { c.d_base = 0x3000, c.d_transposed = 1, c.d_stride = 80; }, LegalInt32},
  };
  return rules;
}

TEST(CommandRulesModel, EveryRuleHoldsOnBothSidesOfItsLimit) {
  for (const Rule& rule : Rules()) {
    SCOPED_TRACE(rule.name);
    Command command = rule.base();
    rule.legal(command);
    EXPECT_STREQ(CauseName(Check(command)), "None");
    command = rule.base();
    rule.illegal(command);
    EXPECT_STREQ(CauseName(Check(command)), CauseName(rule.cause));
  }
}

TEST(CommandRulesModel, EveryCauseOfACommandHasARule) {
  for (int cause = 1; cause <= static_cast<int>(Cause::kOverlap); ++cause) {
    bool found = false;
    for (const Rule& rule : Rules()) found |= static_cast<int>(rule.cause) == cause;
    EXPECT_TRUE(found) << CauseName(static_cast<Cause>(cause));
  }
}

// The second change must not undo the first: pairs that touch the same members do, so only pairs
// in which each violation alone stays visible are taken; the count says that most are.
TEST(CommandRulesModel, TheLowestOfSeveralCausesIsReported) {
  int pairs = 0;
  for (const Rule& low : Rules()) {
    for (const Rule& high : Rules()) {
      if (low.cause >= high.cause || low.base != Legal || high.base != Legal) continue;
      Command first = Legal();
      low.illegal(first);
      const Command alone = first;
      high.illegal(first);
      Command again = first;
      low.illegal(again);
      if (again != first || alone == first) continue;
      EXPECT_STREQ(CauseName(Check(first)), CauseName(low.cause)) << low.name << ", " << high.name;
      ++pairs;
    }
  }
  EXPECT_GT(pairs, 900);
}

TEST(CommandRulesModel, DisabledOperandsAreNotLookedAt) {
  Command command = Legal();
  command.c_enable = command.mask_enable = 0;
  command.c_base = 0x4001;
  command.c_row_stride = command.c_col_stride = 7;
  command.mask_base = 0x4000;
  command.mask_stride = 0;
  EXPECT_EQ(Check(command), Cause::kNone);
  command = LegalInt32();
  command.scale_mul = 0;
  command.scale_shift = 0x80;
  EXPECT_EQ(Check(command), Cause::kNone) << "INT32 ignores the scale";
}

TEST(CommandRulesModel, TheGreatestDepthIsThatOfTheAccumulator) {
  EXPECT_EQ(ProductLimit(0, 0, 24), 131071u);
  EXPECT_EQ(ProductLimit(0, 1, 24), 69905u);
  EXPECT_EQ(ProductLimit(2, 0, 24), 16383u);
  EXPECT_EQ(ProductLimit(2, 1, 24), 8738u);
}

TEST(CommandRulesModel, RingRegistersAreChecked) {
  const auto check = [](uint64_t ring, uint64_t records, uint32_t size) {
    return Rings{ring, records, size}.Check(kShape) == Cause::kNone;
  };
  EXPECT_TRUE(check(0x80, 0x100, 1));
  EXPECT_TRUE(check(0, 0, 32768));
  EXPECT_FALSE(check(0, 0, 65536));
  EXPECT_FALSE(check(0, 0, 0));
  EXPECT_FALSE(check(0, 0, 12));
  EXPECT_FALSE(check(0x40, 0x100, 1));
  EXPECT_FALSE(check(0x80, 0x80, 1));
  EXPECT_TRUE(check(kEnd - 256, kEnd - 512, 2));
  EXPECT_FALSE(check(kEnd - 128, 0, 2));
  EXPECT_FALSE(check(0, kEnd - 256, 2));
}

TEST(CommandRulesModel, EveryCauseHasANameAndALine) {
  for (int i = 0; i <= 15; ++i) {
    const auto cause = static_cast<Cause>(i);
    EXPECT_STRNE(CauseName(cause), "unknown");
    EXPECT_EQ(CauseText(cause).find('\n'), std::string::npos);
  }
  EXPECT_STREQ(CauseName(static_cast<Cause>(16)), "unknown");
}

}  // namespace
}  // namespace tetralog
