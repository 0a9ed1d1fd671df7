// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// sample_counts.sv against plain counters, command after command: one sample counted without a
// pause (where carries into the high bits come as close as they can), all samples in turn, random
// samples with pauses. Counts are of 9 bits here, so that they wrap too. The same source runs on
// the netlist.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include "Vsample_counts.h"

#ifndef SUITE
#define SUITE SampleCountsRtl
#endif

namespace tetralog {
namespace {

constexpr uint64_t kWrap = 1 << 9;

class SUITE : public ::testing::Test {
 protected:
  SUITE() { Finish(); }

  void Count(unsigned sample, unsigned inc) {
    unit_.valid_i = 1;
    unit_.sample_i = sample;
    unit_.inc_i = inc;
    counts_[sample] = (counts_[sample] + inc) % kWrap;
    Clock();
    unit_.valid_i = 0;
  }

  void Clock() {
    unit_.clk_i = 0;
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
  }

  void Expect() {
    for (int i = 0; i < 2; ++i) Clock();
    for (unsigned s = 0; s < 8; ++s) {
      ASSERT_EQ(unit_.counts_o[2 * s], counts_[s]) << "sample " << s;
      ASSERT_EQ(unit_.counts_o[2 * s + 1], 0U) << "sample " << s;
    }
  }

  void Finish() {
    unit_.clear_i = 1;
    Clock();
    unit_.clear_i = 0;
    counts_ = {};
    ASSERT_NO_FATAL_FAILURE(Expect());
  }

 private:
  Vsample_counts unit_;
  std::array<uint64_t, 8> counts_{};
};

TEST_F(SUITE, CountsOneSampleWithoutAPause) {
  for (unsigned inc = 1; inc < 8; ++inc) {
    for (unsigned sample = 0; sample < 8; ++sample) {
      for (unsigned i = 0; i < 300 + inc; ++i) Count(sample, inc);
      ASSERT_NO_FATAL_FAILURE(Expect());
      ASSERT_NO_FATAL_FAILURE(Finish());
    }
  }
}

TEST_F(SUITE, CountsRandomSamplesApart) {
  std::mt19937 random(1);
  for (int command = 0; command < 200; ++command) {
    SCOPED_TRACE("seed 1, command " + std::to_string(command));
    const unsigned samples = random() % 8 + 1;
    for (unsigned i = 0; i < 500; ++i) {
      Count(command % 2 == 0 ? i % samples : random() % 8, random() % 8);
      if (i % 64 == 63) ASSERT_NO_FATAL_FAILURE(Expect());
      while (command % 3 == 0 && random() % 4 == 0) Clock();
    }
    ASSERT_NO_FATAL_FAILURE(Expect());
    ASSERT_NO_FATAL_FAILURE(Finish());
  }
}

}  // namespace
}  // namespace tetralog
