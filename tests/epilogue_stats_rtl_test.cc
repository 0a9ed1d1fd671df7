// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// epilogue_stats.sv against the model's statistics, command after command. The sums are checked at
// the ends of the range of z (which run carries and borrows through every segment within a few
// beats) and on seeded random z of all magnitudes, small and wide beats mixed, with gaps. The same
// source runs on gate-level netlists, of LANES lanes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "Vepilogue_stats.h"
#include "model/epilogue_stats.h"

#ifndef SUITE
#define SUITE EpilogueStatsRtl
#endif

namespace tetralog {
namespace {

#ifndef LANES
#define LANES 4
#endif
constexpr int kLanes = LANES;
constexpr uint32_t kAll = (1U << kLanes) - 1;
constexpr int64_t kWide = 1 << 16;  // from this |z| on a beat takes four cycles

class SUITE : public ::testing::Test {
 protected:
  SUITE() {
    unit_->rst_ni = 0;
    Clock();
    unit_->rst_ni = 1;
    Clock();  // clears
  }

  // One beat of z; returns the cycles it took.
  int AddBeat(const std::vector<int32_t>& z, uint32_t wrapped) {
    bool wide = false;
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto bits = static_cast<uint32_t>(z[lane]);
      const uint32_t magnitude = z[lane] < 0 ? 0 - bits : bits;
      // An array of words or, with few lanes, a number.
      std::memcpy(reinterpret_cast<uint32_t*>(&unit_->magnitude_i) + lane, &magnitude,
                  sizeof magnitude);
      wide = wide || magnitude >= kWide;
      model_.AddElement(z[lane], (wrapped >> lane & 1) != 0);
    }
    unit_->wrapped_i = wrapped;
    unit_->wide_i = wide;
    unit_->z_valid_i = 1;
    int cycles = 0;
    for (bool taken = false; !taken; ++cycles) {
      unit_->clk_i = 0;
      unit_->eval();
      taken = unit_->z_ready_o;
      Clock();
    }
    unit_->z_valid_i = 0;
    return cycles;
  }

  void AddOutputs(int sample, uint32_t zero, uint32_t clipped, bool last) {
    for (int lane = 0; lane < kLanes; ++lane) {
      model_.AddOutput(sample, (zero >> lane & 1) != 0, (clipped >> lane & 1) != 0);
    }
    unit_->out_valid_i = 1;
    unit_->out_last_i = last;
    unit_->out_sample_i = sample;
    unit_->out_zero_i = zero;
    unit_->out_clipped_i = clipped;
    Clock();
    unit_->out_valid_i = 0;
  }

  // Ends the command, compares what is published and takes it.
  void Finish(int wait) {
    Clock();
    AddOutputs(0, 0, 0, true);
    for (int i = 0; i < 3; ++i) {
      ASSERT_FALSE(unit_->stats_valid_o);
      Clock();
    }
    for (int i = 0; i <= wait; ++i) {
      ASSERT_TRUE(unit_->stats_valid_o) << "four cycles after the last output";
      ExpectPublished();
      unit_->stats_ready_i = i == wait;
      Clock();
    }
    unit_->stats_ready_i = 0;
    ASSERT_FALSE(unit_->stats_valid_o);
    Clock();  // clears
    model_ = {};
  }

  void Clock() {
    unit_->clk_i = 0;
    unit_->eval();
    unit_->clk_i = 1;
    unit_->eval();
  }

  // A random bit for every lane.
  uint32_t LaneBits() { return static_cast<uint32_t>(generator_() >> (64 - kLanes)); }

  std::mt19937_64 generator_{20230501};

 private:
  void ExpectPublished() {
    EpilogueStats got;
    got.max_abs = unit_->max_abs_o;
    got.sum_abs = unit_->sum_abs_o;
    for (int word = 2; word >= 0; --word) {
      got.sum_squares = got.sum_squares << 32 | unit_->sum_squares_o[word];
    }
    got.wraps = unit_->wraps_o;
    for (int s = 0; s < 8; ++s) {
      got.zeros[s] = uint64_t{unit_->zeros_o[2 * s + 1]} << 32 | unit_->zeros_o[2 * s];
      got.clipped[s] = uint64_t{unit_->clipped_o[2 * s + 1]} << 32 | unit_->clipped_o[2 * s];
    }
    EXPECT_EQ(got.max_abs, model_.max_abs);
    EXPECT_EQ(got.sum_abs, model_.sum_abs);
    EXPECT_EQ(static_cast<uint64_t>(got.sum_squares >> 64),
              static_cast<uint64_t>(model_.sum_squares >> 64));
    EXPECT_EQ(static_cast<uint64_t>(got.sum_squares), static_cast<uint64_t>(model_.sum_squares));
    EXPECT_EQ(got.wraps, model_.wraps);
    EXPECT_EQ(got.zeros, model_.zeros);
    EXPECT_EQ(got.clipped, model_.clipped);
  }

  std::unique_ptr<Vepilogue_stats> unit_ = std::make_unique<Vepilogue_stats>();
  EpilogueStats model_;
};

TEST_F(SUITE, SumsTheEndsOfTheRangeExactly) {
  const int32_t ends[] = {INT32_MIN, INT32_MAX, INT32_MIN + 1, -65535, -65536, -65537, 65535, 65536,
                          -1,        1,         0x7fff0000,    0x10001};
  for (int32_t z : ends) {
    for (int beats : {1, 2, 3, 20, 300}) {
      for (int i = 0; i < beats; ++i) AddBeat(std::vector(kLanes, z), 0);
      ASSERT_NO_FATAL_FAILURE(Finish(0)) << "z " << z << " beats " << beats;
      ASSERT_FALSE(HasFailure()) << "z " << z << " beats " << beats;
    }
  }
}

TEST_F(SUITE, EqualsTheModelOnRandomCommands) {
  SCOPED_TRACE("std::mt19937_64 seed 20230501");
  for (int command = 0; command < 1200 / std::max(kLanes, 4); ++command) {
    const int width = command % 33;  // greatest width of z in this command
    const int beats = static_cast<int>(generator_() % 200) + 1;
    for (int beat = 0; beat < beats; ++beat) {
      std::vector<int32_t> z(kLanes);
      for (int32_t& value : z) {
        const int bits = width == 0 ? 0 : static_cast<int>(generator_() % (width + 1));
        value = bits == 0 ? 0 : static_cast<int32_t>(generator_()) >> (32 - bits);
      }
      AddBeat(z, LaneBits() & LaneBits());
      while (generator_() >> 62 == 0) Clock();
      const uint32_t zero = LaneBits();
      AddOutputs(static_cast<int>(generator_() >> 61), zero, LaneBits() & ~zero, false);
    }
    ASSERT_NO_FATAL_FAILURE(Finish(static_cast<int>(generator_() % 3)));
    ASSERT_FALSE(HasFailure()) << "command " << command;
  }
}

TEST_F(SUITE, TakesABeatACycleAndFourCyclesFromTwoToTheSixteenthOn) {
  for (int64_t z : {int64_t{0}, int64_t{1}, kWide - 1, kWide, int64_t{INT32_MAX}}) {
    for (int lane = 0; lane < kLanes; ++lane) {
      for (int64_t sign : {-1, 1}) {
        std::vector<int32_t> beat(kLanes, 5);
        beat[lane] = static_cast<int32_t>(sign * z);
        EXPECT_EQ(AddBeat(beat, 0), z < kWide ? 1 : 4) << "z " << sign * z << " lane " << lane;
      }
    }
  }
  Finish(0);
}

TEST_F(SUITE, CountsOutputsOfEverySampleApart) {
  AddBeat(std::vector(kLanes, 0), 0);
  Clock();
  for (int sample = 0; sample < 8; ++sample) {
    for (int i = 0; i <= sample; ++i) AddOutputs(sample, kAll >> 1, kAll ^ kAll >> 1, false);
  }
  Finish(0);
}

}  // namespace
}  // namespace tetralog
