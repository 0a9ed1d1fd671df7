// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A test bench of epilogue.sv: makes random commands with their results by the model, offers the
// streams with stalls, and compares what comes out beat for beat.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "model/epilogue_lane.h"
#include "model/random_source.h"
#include "verilated.h"

namespace tetralog {

constexpr int kAccWidth = 24;

// Sets and gets `width` <= 32 bits at `low` of a port of any width.
template <typename Port>
void SetBits(Port& port, int low, int width, uint32_t value) {
  const Port mask = static_cast<Port>(((uint64_t{1} << width) - 1) << low);
  port = static_cast<Port>((port & ~mask) | (static_cast<Port>(uint64_t{value} << low) & mask));
}
template <std::size_t kWords>
void SetBits(VlWide<kWords>& port, int low, int width, uint32_t value) {
  for (int bit = 0; bit < width; ++bit) {
    const uint32_t mask = 1U << ((low + bit) % 32);
    uint32_t& word = port[(low + bit) / 32];
    word = (value >> bit & 1) != 0 ? word | mask : word & ~mask;
  }
}
template <typename Port>
uint32_t Word(const Port& port, int index) {
  return static_cast<uint32_t>(uint64_t{port} >> (32 * index));
}
template <std::size_t kWords>
uint32_t Word(const VlWide<kWords>& port, int index) {
  return port[index];
}

struct Settings {
  EpilogueConfig config;
  int samples = 1;
  uint8_t sample0 = 0;
  uint64_t seed = 0;
};

struct AccBeat {
  Settings settings;
  std::vector<int32_t> acc;
  uint32_t lanes = 0;
  uint32_t row = 0;
  uint32_t column = 0;
  bool last = false;
};

struct OutBeat {
  std::vector<uint32_t> data;  // the words of d_data_o
  uint32_t lanes = 0;
  int sample = 0;
  bool last = false;
  bool operator==(const OutBeat&) const = default;
};

// Beats still to be given and results still to come.
struct Traffic {
  std::deque<AccBeat> acc;
  std::deque<std::vector<int32_t>> c;
  std::deque<std::vector<uint8_t>> mask;
  std::deque<OutBeat> out;
  std::deque<EpilogueStats> stats;
};

// How often, in sixteenths, a stream waits in a cycle.
struct Stalls {
  int inputs = 0;
  int outputs = 0;
};

template <typename Unit, int kLanes>
class Bench {
 public:
  explicit Bench(uint32_t seed) : generator_(seed) {
    unit_->rst_ni = 0;
    Edge();
    unit_->rst_ni = 1;
    Edge();
  }

  std::mt19937_64& generator() { return generator_; }
  Traffic& traffic() { return traffic_; }
  uint64_t cycles() const { return cycles_; }
  void set_stats_ready(bool ready) { take_stats_ = ready; }

  Settings RandomSettings() {
    Settings s;
    s.config.d_format = static_cast<Format>(Random(4));
    s.config.rounding = static_cast<Rounding>(Random(2));
    s.config.scale_mul = s.config.d_format == Format::kLog4 ? 1 : static_cast<int>(Random(255)) + 1;
    s.config.scale_shift = static_cast<int>(Random(24)) - 4;
    s.config.c_enable = Random(2) != 0;
    s.config.mask_enable = Random(2) != 0;
    s.samples = s.config.d_format == Format::kLog4 ? static_cast<int>(Random(8)) + 1 : 1;
    s.sample0 = static_cast<uint8_t>(Random(256));
    s.seed = generator_();
    return s;
  }

  // Queues a command of rows x columns elements whose z have up to `width` bits.
  void AddCommand(const Settings& settings, int rows, int columns, int width) {
    const EpilogueConfig& config = settings.config;
    const auto row0 = static_cast<uint32_t>(generator_());
    const uint32_t column0 = static_cast<uint32_t>(Random(1 << 23)) * 16;
    EpilogueStats stats;
    for (int row = 0; row < rows; ++row) {
      for (int first = 0; first < columns; first += kLanes) {
        const bool last = row == rows - 1 && first + kLanes >= columns;
        AccBeat beat{settings, std::vector<int32_t>(kLanes), 0, row0 + row, column0 + first, last};
        std::vector<int32_t> c(kLanes);
        std::vector<uint8_t> mask(kLanes);
        std::vector<int32_t> z(kLanes);
        for (int lane = 0; lane < kLanes; ++lane) {
          beat.acc[lane] = Value(std::min(width, kAccWidth));
          c[lane] = Value(width);
          mask[lane] = static_cast<uint8_t>(Random(2) * Random(16));
          if (first + lane >= columns) continue;
          beat.lanes |= 1U << lane;
          z[lane] = AccumulatorToZ(config, beat.acc[lane], c[lane], mask[lane], stats);
        }
        for (int sample = 0; sample < settings.samples; ++sample) {
          OutBeat out{std::vector<uint32_t>(kLanes), beat.lanes, sample,
                      last && sample == settings.samples - 1};
          for (int lane = 0; lane < kLanes; ++lane) {
            if ((beat.lanes >> lane & 1) == 0) continue;
            const auto number = static_cast<uint8_t>(settings.sample0 + sample);
            const uint16_t word = RandomWord(settings.seed, number, beat.row, beat.column + lane);
            const uint32_t data = EmitSample(config, z[lane], word, sample, stats);
            if (config.d_format == Format::kInt32) {
              out.data[lane] = data;
            } else {
              out.data[lane / 8] |= data << (4 * (lane % 8));
            }
          }
          traffic_.out.push_back(out);
        }
        traffic_.acc.push_back(beat);
        if (config.c_enable) traffic_.c.push_back(c);
        if (config.mask_enable) traffic_.mask.push_back(mask);
      }
    }
    traffic_.stats.push_back(stats);
  }

  // One clock cycle: offers, takes and compares.
  void Cycle(const Stalls& stalls) {
    // What was offered and not taken stays offered.
    acc_offered_ = !traffic_.acc.empty() && (acc_offered_ || !Stalled(stalls.inputs));
    c_offered_ = !traffic_.c.empty() && (c_offered_ || !Stalled(stalls.inputs));
    mask_offered_ = !traffic_.mask.empty() && (mask_offered_ || !Stalled(stalls.inputs));
    OfferAcc();
    OfferC();
    OfferMask();
    unit_->d_ready_i = !Stalled(stalls.outputs);
    unit_->stats_ready_i = take_stats_ && !Stalled(stalls.outputs);
    unit_->clk_i = 0;
    unit_->eval();

    if (unit_->d_valid_o && unit_->d_ready_i) TakeOutput();
    if (unit_->stats_valid_o && unit_->stats_ready_i) TakeStats();
    if (acc_offered_ && unit_->acc_ready_o) {
      traffic_.acc.pop_front();
      acc_offered_ = false;
    }
    ASSERT_TRUE(c_offered_ || !unit_->c_ready_o || !unit_->c_valid_i);
    if (c_offered_ && unit_->c_ready_o) {
      traffic_.c.pop_front();
      c_offered_ = false;
    }
    if (mask_offered_ && unit_->mask_ready_o) {
      traffic_.mask.pop_front();
      mask_offered_ = false;
    }
    unit_->clk_i = 1;
    unit_->eval();
    ++cycles_;
  }

  // Runs until nothing is left to come.
  void Run(const Stalls& stalls) {
    uint64_t idle = 0;
    while (!traffic_.out.empty() || !traffic_.stats.empty()) {
      const std::size_t left = traffic_.out.size() + traffic_.stats.size() + traffic_.acc.size();
      Cycle(stalls);
      if (::testing::Test::HasFailure()) return;
      const std::size_t now = traffic_.out.size() + traffic_.stats.size() + traffic_.acc.size();
      idle = now == left ? idle + 1 : 0;
      ASSERT_LT(idle, 1000U) << "the epilogue hangs with " << traffic_.out.size()
                             << " outputs to come";
    }
    EXPECT_TRUE(traffic_.acc.empty());
    EXPECT_TRUE(traffic_.c.empty());
    EXPECT_TRUE(traffic_.mask.empty());
  }

 private:
  uint64_t Random(uint64_t bound) { return (generator_() >> 32) % bound; }
  bool Stalled(int sixteenths) { return static_cast<int>(generator_() >> 60) < sixteenths; }

  int32_t Value(int width) {
    const int bits = static_cast<int>(Random(width + 1));
    return bits == 0 ? 0 : static_cast<int32_t>(generator_() >> 32) >> (32 - bits);
  }

  // Ports of a stream that offers nothing carry noise.
  void OfferAcc() {
    unit_->acc_valid_i = acc_offered_;
    const AccBeat noise{RandomSettings(), std::vector<int32_t>(kLanes, 77), 1, 5, 0, true};
    const AccBeat& beat = acc_offered_ ? traffic_.acc.front() : noise;
    const Settings& s = beat.settings;
    for (int lane = 0; lane < kLanes; ++lane) {
      SetBits(unit_->acc_data_i, kAccWidth * lane, kAccWidth,
              static_cast<uint32_t>(beat.acc[lane]));
    }
    unit_->acc_lane_valid_i = beat.lanes;
    unit_->acc_row_i = beat.row;
    unit_->acc_col_i = beat.column;
    unit_->acc_last_i = beat.last;
    unit_->cfg_d_format_i = static_cast<uint8_t>(s.config.d_format);
    unit_->cfg_rounding_i = static_cast<uint8_t>(s.config.rounding);
    unit_->cfg_scale_mul_i = s.config.scale_mul;
    unit_->cfg_scale_shift_i = static_cast<uint8_t>(s.config.scale_shift) & 0x7f;
    unit_->cfg_c_enable_i = s.config.c_enable;
    unit_->cfg_mask_enable_i = s.config.mask_enable;
    unit_->cfg_samples_i = s.samples;
    unit_->cfg_sample0_i = s.sample0;
    unit_->cfg_seed_i = s.seed;
  }

  void OfferC() {
    unit_->c_valid_i = c_offered_;
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto noise = static_cast<uint32_t>(generator_());
      SetBits(unit_->c_data_i, 32 * lane, 32,
              c_offered_ ? static_cast<uint32_t>(traffic_.c.front()[lane]) : noise);
    }
  }

  void OfferMask() {
    unit_->mask_valid_i = mask_offered_;
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto noise = static_cast<uint32_t>(generator_() >> 60);
      SetBits(unit_->mask_data_i, 4 * lane, 4, mask_offered_ ? traffic_.mask.front()[lane] : noise);
    }
  }

  void TakeOutput() {
    ASSERT_FALSE(traffic_.out.empty()) << "an output that nobody asked for";
    const OutBeat want = traffic_.out.front();
    traffic_.out.pop_front();
    for (int word = 0; word < kLanes; ++word) {
      ASSERT_EQ(Word(unit_->d_data_o, word), want.data[word])
          << "word " << word << " of sample " << want.sample << ", outputs to come "
          << traffic_.out.size();
    }
    ASSERT_EQ(unit_->d_lane_valid_o, want.lanes);
    ASSERT_EQ(unit_->d_sample_o, want.sample);
    ASSERT_EQ(unit_->d_last_o, want.last);
  }

  void TakeStats() {
    ASSERT_FALSE(traffic_.stats.empty()) << "statistics that nobody asked for";
    const EpilogueStats want = traffic_.stats.front();
    traffic_.stats.pop_front();
    ASSERT_EQ(unit_->stats_max_abs_o, want.max_abs);
    ASSERT_EQ(unit_->stats_sum_abs_o, want.sum_abs);
    for (int word = 0; word < 3; ++word) {
      ASSERT_EQ(Word(unit_->stats_sum_squares_o, word),
                static_cast<uint32_t>(want.sum_squares >> (32 * word)));
    }
    ASSERT_EQ(unit_->stats_wraps_o, want.wraps);
    for (int s = 0; s < 8; ++s) {
      ASSERT_EQ(Word(unit_->stats_zeros_o, 2 * s), want.zeros[s]) << "sample " << s;
      ASSERT_EQ(Word(unit_->stats_zeros_o, 2 * s + 1), 0U);
      ASSERT_EQ(Word(unit_->stats_clipped_o, 2 * s), want.clipped[s]) << "sample " << s;
      ASSERT_EQ(Word(unit_->stats_clipped_o, 2 * s + 1), 0U);
    }
  }

  void Edge() {
    unit_->clk_i = 0;
    unit_->eval();
    unit_->clk_i = 1;
    unit_->eval();
  }

  std::unique_ptr<Unit> unit_ = std::make_unique<Unit>();
  std::mt19937_64 generator_;
  Traffic traffic_;
  bool acc_offered_ = false;
  bool c_offered_ = false;
  bool mask_offered_ = false;
  bool take_stats_ = true;
  uint64_t cycles_ = 0;
};

}  // namespace tetralog
