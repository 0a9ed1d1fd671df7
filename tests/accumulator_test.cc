// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Sums of random beats against plain integers, with the adder outside played by the test: sums of
// every length, captured after their last beat while the next one starts. Carries into the high
// segment come at random and in runs that pass through all of it. Every sequence runs with all
// clocks in every cycle, and again without the pulses that change nothing: those of the low segment
// in beats of zero (some of them, drawn at random), those of the high one without a carry or a
// first beat. ACC_WIDTH, ACC_LOW and SUITE choose the build. A failure prints the seed; it is
// always the same.

#include <gtest/gtest.h>

#include <random>

#include "Vaccumulator.h"

namespace tetralog {
namespace {

constexpr unsigned kWidth = ACC_WIDTH;
constexpr unsigned kLow = ACC_LOW;
constexpr uint64_t kMask = (uint64_t{1} << kWidth) - 1;
constexpr uint32_t kSeed = 1;

class Bench {
 public:
  explicit Bench(bool gated) : gated_(gated), unit_(&context_) { context_.randReset(2); }

  // A cycle in which `beat` is added. After `last` the sum is captured in the middle of the next
  // cycle.
  void Beat(uint32_t beat, bool first, bool last) {
    const bool low = !gated_ || first || beat != 0 || random_() % 4 == 0;
    unit_.first_i = first;
    unit_.eval();
    const bool high = !gated_ || first || unit_.carry_o;
    unit_.sum_i = unit_.base_o + beat;
    // The capture clock pulses in the second half of the cycle.
    unit_.clk_i = 0;
    unit_.low_clk_i = !low;
    unit_.high_clk_i = !high;
    unit_.capture_clk_i = capture_;
    unit_.eval();
    if (capture_) {
      EXPECT_EQ(unit_.shadow_o, sum_ & kMask) << "seed " << kSeed << " captured sum";
      shadow_ = unit_.shadow_o;
      ++captured_;
    } else if (captured_ > 0) {
      EXPECT_EQ(unit_.shadow_o, shadow_) << "seed " << kSeed << " held sum";
    }
    unit_.clk_i = 1;
    unit_.low_clk_i = 1;
    unit_.high_clk_i = 1;
    unit_.capture_clk_i = 0;
    unit_.eval();
    sum_ = (first ? 0 : sum_) + beat;
    capture_ = last;
  }

  int captured() const { return captured_; }

 private:
  bool gated_;
  std::mt19937 random_{kSeed};
  VerilatedContext context_;
  Vaccumulator unit_;
  uint64_t sum_ = 0;
  bool capture_ = false;
  uint64_t shadow_ = 0;
  int captured_ = 0;
};

void CaptureEveryBeat(bool gated) {
  Bench bench(gated);
  std::mt19937 random(kSeed);
  constexpr uint32_t kMost = (1u << kLow) - 1;
  for (int tile = 0; tile < 2000; ++tile) {
    if (::testing::Test::HasFailure()) return;
    const int beats = 1 + static_cast<int>(random() % (tile % 10 == 0 ? 400 : 8));
    const uint32_t kind = random() % 4;
    for (int i = 0; i < beats; ++i) {
      const uint32_t beat = kind == 0                        ? kMost
                            : kind == 1                      ? random() & kMost
                            : kind == 2 && random() % 2 == 0 ? kMost
                            : kind == 2                      ? 0
                                                             : random() % 4;
      bench.Beat(beat, i == 0, i + 1 == beats);
    }
    for (uint32_t idle = random() % 3; idle > 0; --idle) bench.Beat(0, false, false);
  }
  bench.Beat(0, false, false);
  EXPECT_EQ(bench.captured(), 2000);
}

TEST(SUITE, CapturesTheSumOfEveryBeat) { CaptureEveryBeat(false); }

TEST(SUITE, CapturesTheSameWithoutTheClocksThatChangeNothing) { CaptureEveryBeat(true); }

// Long enough to pass the end of the high segment, where there is one: the sum is modulo 2^Width.
TEST(SUITE, WrapsAtItsWidth) {
  Bench bench(true);
  const uint64_t beats = std::min<uint64_t>((uint64_t{1} << (kWidth - kLow)) + 3, 20000);
  for (uint64_t i = 0; i < beats; ++i) {
    bench.Beat((1u << kLow) - 1, i == 0, i + 1 == beats);
  }
  bench.Beat(0, false, false);
  EXPECT_EQ(bench.captured(), 1);
}

}  // namespace
}  // namespace tetralog
