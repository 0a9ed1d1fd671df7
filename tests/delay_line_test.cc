// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// delay_line.sv at depth 0 (a wire), 1 and 5: a random sequence must come out unchanged, Depth
// cycles later. The line has no other state, so one long sequence covers it.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "Vdelay_line_0.h"
#include "Vdelay_line_1.h"
#include "Vdelay_line_5.h"

namespace tetralog {
namespace {

template <typename Unit>
void ExpectDelay(size_t depth) {
  Unit unit;
  std::mt19937 rng(1);
  std::vector<uint8_t> sent;
  for (size_t cycle = 0; cycle < 100; ++cycle) {
    sent.push_back(static_cast<uint8_t>(rng() & 0x7f));
    unit.d_i = sent.back();
    unit.clk_i = 0;
    unit.eval();
    if (cycle >= depth) {
      ASSERT_EQ(int{unit.q_o}, int{sent[cycle - depth]}) << "cycle " << cycle;
    }
    unit.clk_i = 1;
    unit.eval();
  }
}

TEST(DelayLineRtl, OfDepthZeroIsAWire) { ExpectDelay<Vdelay_line_0>(0); }
TEST(DelayLineRtl, OfDepthOneDelaysByACycle) { ExpectDelay<Vdelay_line_1>(1); }
TEST(DelayLineRtl, OfDepthFiveDelaysByFiveCycles) { ExpectDelay<Vdelay_line_5>(5); }

}  // namespace
}  // namespace tetralog
