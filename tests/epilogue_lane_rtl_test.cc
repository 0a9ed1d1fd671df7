// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// epilogue_lane.sv against the model, element by element through the pipeline, with a new
// configuration for every element. z, m, n and r are too wide to walk, so the corners of each (all
// powers of two and their neighbours, the ends of m, every n) are crossed, and seeded random
// elements of all magnitudes follow. The same source runs on the gate-level netlist.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "Vepilogue_lane.h"
#include "model/epilogue_lane.h"

#ifndef SUITE
#define SUITE EpilogueLaneRtl
#endif

namespace tetralog {
namespace {

constexpr int kAccWidth = 24;

struct Element {
  EpilogueConfig config;
  int32_t acc = 0;
  int32_t c = 0;
  uint8_t mask = 0;
  bool valid = true;
  uint32_t random = 0;
};

class SUITE : public ::testing::Test {
 protected:
  // Feeds one element in and checks what leaves stages 2 and 4.
  void Push(const Element& element) {
    pipe_.push_front(element);
    Drive();
    lane_->accept_i = 1;
    lane_->advance_i = 1;
    Clock();
    if (pipe_.size() < 2) return;
    const Element& second = pipe_[1];
    const WrappedSum sum = AddC(second.config, second.acc, second.c);
    const uint32_t magnitude = Magnitude(ExpectedZ(second));
    ASSERT_EQ(lane_->magnitude_o, magnitude) << Describe(second);
    ASSERT_EQ(lane_->wide_o, magnitude >> 16 != 0) << Describe(second);
    ASSERT_EQ(lane_->wrapped_o, second.valid && sum.wrapped) << Describe(second);
    if (pipe_.size() < 4) return;
    const Element& done = pipe_.back();
    LaneOutput want = ScaleAndRound(done.config, ExpectedZ(done),
                                    static_cast<uint16_t>(done.random << (16 - kRandomBits)));
    ASSERT_EQ(lane_->result_o, want.data) << Describe(done);
    ASSERT_EQ(lane_->clipped_o, want.clipped) << Describe(done);
    pipe_.pop_back();
  }

  // A cycle in which nothing may move although the inputs change.
  void Stall(const Element& other) {
    const uint32_t magnitude = lane_->magnitude_o;
    const uint32_t result = lane_->result_o;
    SetStage1(other);
    lane_->accept_i = 0;
    lane_->advance_i = 0;
    Clock();
    ASSERT_EQ(lane_->magnitude_o, magnitude);
    ASSERT_EQ(lane_->result_o, result);
  }

  Element RandomElement() {
    const auto bits = [this](int count) { return generator_() >> (64 - count); };
    Element e;
    e.config.d_format = static_cast<Format>(bits(2));
    e.config.rounding = static_cast<Rounding>(bits(1));
    e.config.scale_mul =
        e.config.d_format == Format::kLog4 ? 1 : static_cast<int>(generator_() % 255) + 1;
    const int width = static_cast<int>(generator_() % 32) + 1;  // of z
    e.config.scale_shift = static_cast<int>(generator_() % 96) - 32;
    if (bits(2) != 0) {  // mostly near the shift that puts y into the range
      e.config.scale_shift = std::max(-32, width - 4 + static_cast<int>(bits(3)) - 2);
    }
    e.config.c_enable = bits(2) != 0;
    e.config.mask_enable = bits(2) == 0;
    e.acc = static_cast<int32_t>(bits(kAccWidth)) >> bits(4);
    e.acc -= static_cast<int32_t>((e.acc & (1 << (kAccWidth - 1))) != 0) << kAccWidth;
    if (bits(1) != 0) e.acc = -e.acc - 1;
    e.c = static_cast<int32_t>(bits(32)) >> (32 - width);
    e.mask = static_cast<uint8_t>(bits(1) != 0 ? bits(4) : 0);
    e.valid = bits(4) != 0;
    e.random = static_cast<uint32_t>(bits(kRandomBits));
    return e;
  }

  std::mt19937_64 generator_{20230501};

 private:
  static uint32_t Magnitude(int32_t z) {
    const auto bits = static_cast<uint32_t>(z);
    return z < 0 ? 0 - bits : bits;
  }

  static int32_t ExpectedZ(const Element& e) {
    return e.valid ? Mask(e.config, AddC(e.config, e.acc, e.c).z, e.mask) : 0;
  }

  static std::string Describe(const Element& e) {
    std::ostringstream text;
    text << "acc " << e.acc << " C " << e.c << (e.config.c_enable ? " on" : " off") << " mask "
         << int{e.mask} << (e.config.mask_enable ? " on" : " off") << " valid " << e.valid
         << " format " << static_cast<int>(e.config.d_format) << " rounding "
         << static_cast<int>(e.config.rounding) << " m " << e.config.scale_mul << " n "
         << e.config.scale_shift << " r " << e.random;
    return text.str();
  }

  void SetStage1(const Element& e) {
    lane_->acc_i = static_cast<uint32_t>(e.acc) & ((1U << kAccWidth) - 1);
    lane_->valid_i = e.valid;
    lane_->c_enable_i = e.config.c_enable;
    lane_->c_i = static_cast<uint32_t>(e.c);
    lane_->mask_enable_i = e.config.mask_enable;
    lane_->mask_i = e.mask;
  }

  void Drive() {
    SetStage1(pipe_[0]);
    if (pipe_.size() > 1) {
      const EpilogueConfig& config = pipe_[1].config;
      const bool is_int32 = config.d_format == Format::kInt32;
      lane_->pass_z_i = is_int32;
      lane_->scale_mul_i = is_int32 ? 1 : config.scale_mul;
    }
    if (pipe_.size() > 3) {
      const EpilogueConfig& config = pipe_[3].config;
      lane_->format_i = static_cast<uint8_t>(config.d_format);
      lane_->stochastic_i = config.rounding == Rounding::kStochastic;
      lane_->scale_shift_i = static_cast<uint8_t>(config.scale_shift) & 0x7f;
      lane_->random_i = pipe_[3].random;
    }
  }

  void Clock() {
    lane_->clk_i = 0;
    lane_->eval();
    lane_->clk_i = 1;
    lane_->eval();
  }

  std::unique_ptr<Vepilogue_lane> lane_ = std::make_unique<Vepilogue_lane>();
  std::deque<Element> pipe_;
};

TEST_F(SUITE, EqualsTheModelOnCornersOfZForEveryShiftAndFormat) {
  std::vector<int64_t> corners = {0};
  for (int bit = 0; bit < 32; ++bit) {
    for (int64_t offset : {-1, 0, 1}) {
      for (int64_t sign : {-1, 1}) corners.push_back(sign * ((int64_t{1} << bit) + offset));
    }
    corners.push_back(int64_t{3} << bit >> 1);  // ties and the middle of an interval
    corners.push_back(-(int64_t{3} << bit >> 1));
  }
  for (int format = 0; format < 4; ++format) {
    const bool scaled = format < 2;
    for (int n = -32; n <= 63; ++n) {
      for (int64_t z : corners) {
        if (z < INT32_MIN || z > INT32_MAX) continue;
        for (int m : scaled ? std::vector<int>{1, 3, 128, 255} : std::vector<int>{1}) {
          Element e;
          e.config.d_format = static_cast<Format>(format);
          e.config.rounding = static_cast<Rounding>(generator_() & 1);
          e.config.scale_mul = m;
          e.config.scale_shift = n;
          e.config.c_enable = true;
          e.c = static_cast<int32_t>(z);
          const uint32_t edges[] = {0, 0x7ff, 0x800, 0xfff};
          const uint64_t pick = generator_();
          e.random = (pick & 4) != 0 ? edges[pick & 3] : static_cast<uint32_t>(pick >> 52);
          ASSERT_NO_FATAL_FAILURE(Push(e));
        }
      }
    }
  }
}

TEST_F(SUITE, EqualsTheModelOnRandomElements) {
  SCOPED_TRACE("std::mt19937_64 seed 20230501");
  for (int i = 0; i < 300000; ++i) ASSERT_NO_FATAL_FAILURE(Push(RandomElement()));
}

TEST_F(SUITE, KeepsEverythingWhileItMayNotAdvance) {
  SCOPED_TRACE("std::mt19937_64 seed 20230501");
  for (int i = 0; i < 20000; ++i) {
    ASSERT_NO_FATAL_FAILURE(Push(RandomElement()));
    while ((generator_() >> 60) < 8) ASSERT_NO_FATAL_FAILURE(Stall(RandomElement()));
  }
}

TEST_F(SUITE, CountsAWrapAlsoWhereTheMaskBlocks) {
  for (int32_t acc : {1, -1, (1 << 23) - 1, -(1 << 23)}) {
    for (int32_t c : {INT32_MAX, INT32_MIN, INT32_MAX - (1 << 23), INT32_MIN + (1 << 23), 0}) {
      for (uint8_t mask : {0, 1, 8}) {
        for (bool valid : {false, true}) {
          Element e;
          e.config.c_enable = true;
          e.config.mask_enable = true;
          e.acc = acc;
          e.c = c;
          e.mask = mask;
          e.valid = valid;
          ASSERT_NO_FATAL_FAILURE(Push(e));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tetralog
