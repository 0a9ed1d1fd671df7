// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of operand_loader beside the RTL at three shapes: random loads one after the
// other, all sides pausing at random, memory slower than segments are counted now and then, panels
// released late or soon, resets in the middle. All outputs in every cycle, those of a segment or
// word while it is valid.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>

#include "Voperand_loader_r16_w128.h"
#include "Voperand_loader_r32_w64.h"
#include "Voperand_loader_r4_w64.h"
#include "model/cycle/operand_loader.h"
#include "tests/operand_testing.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog::cycle {
namespace {

template <typename Unit>
void Compare(OutputCheck& check, const Unit& rtl, const OperandLoader& model, uint32_t count_mask) {
  check("busy", rtl.busy_o, model.busy());
  // The RTL counts modulo what a feeder can tell apart.
  check("asked_next", rtl.asked_next_o, model.asked_next() & count_mask);
  check("asked", rtl.asked_o, model.asked() & count_mask);
  check("loaded", rtl.loaded_o, model.loaded() & count_mask);
  check("seg_valid", rtl.seg_valid_o, model.seg_valid());
  if (rtl.seg_valid_o) {
    check("seg_addr", rtl.seg_addr_o, model.seg_addr());
    check("seg_bytes", rtl.seg_last_o + 1U, model.seg_bytes());
  }
  // Words are always taken, and written where the model says in the cycle in which they come.
  check("wr_valid", rtl.wr_valid_o, rtl.word_valid_i);
  if (!rtl.wr_valid_o) return;
  check("wr_across", rtl.wr_across_o, model.wr_across());
  check("wr_bank", rtl.wr_bank_o, model.wr_bank());
  check("wr_addr", rtl.wr_addr_o, model.wr_addr());
  if (rtl.wr_across_o) check("wr_nibble", rtl.wr_nibble_o, model.wr_nibble());
}

template <typename Unit>
class Bench {
 public:
  Bench(const MachineShape& shape, uint32_t seed)
      : shape_(ShapeOf(shape, Operand::kA)),
        rng_(seed),
        lockstep_(seed, OperandLoader(shape, Operand::kA)) {
    Reset();
  }

  void Run(uint32_t cycles) {
    for (uint32_t cycle = 0; cycle < cycles && !lockstep_.differs(); ++cycle) {
      if (rng_() % 3000 == 0) Reset();
      if (rng_() % 300 == 0) DrawPauses();
      Drive(cycle);
      Settle(rtl_);
      if (model_.seg_valid() && in_.seg_ready) {
        const uint32_t bytes = 2 * shape_.word_codes / 4;
        memory_.push_back({cycle + latency_, (model_.seg_bytes() + bytes - 1) / bytes});
      }
      lockstep_.Cycle(in_, [&](OutputCheck& check, const OperandLoader& m) {
        Compare(check, rtl_, m, shape_.count_mask());
      });
      Clock(rtl_);
    }
    EXPECT_GT(loads_, 5U);
    EXPECT_GT(releases_, 20U);
  }

 private:
  struct Segment {
    uint32_t ready_at, words;
  };
  struct Panel {
    uint32_t loaded;  // tile rows when it is complete
    uint32_t words;
  };

  void Reset() {
    rtl_.start_i = rtl_.release_i = rtl_.word_valid_i = 0;
    ResetUnit(rtl_);
    lockstep_.Reset();
    memory_.clear();
    panels_.clear();
    tiles_ = 0;
    DrawPauses();
  }

  void DrawPauses() {
    constexpr uint32_t kPauses[] = {0, 0, 4, 14};  // in sixteenths of the cycles
    seg_pause_ = kPauses[rng_() % 4];
    word_pause_ = kPauses[rng_() % 4];
    release_pause_ = kPauses[rng_() % 4];
    latency_ = rng_() % 4 == 0 ? 400 : 1 + rng_() % 40;
  }
  bool Pauses(uint32_t sixteenths) { return rng_() % 16 < sixteenths; }

  void DrawLoad() {
    OperandLoader::Load l;
    l.across = rng_() % 2;
    l.samples = rng_() % 2 ? 1 : 1 + rng_() % 8;
    const uint32_t most = shape_.depth / l.samples;
    const uint32_t words = rng_() % 4 ? 1 + rng_() % std::min(4U, most) : most;
    l.k = testing::DrawSize(shape_.word_codes, words * shape_.word_codes, rng_);
    l.rows = testing::DrawSize(rng_() % 2 ? shape_.rows : shape_.panel, 3 * shape_.panel + 5, rng_);
    if (l.k > 4 * shape_.word_codes) l.rows = std::min(l.rows, shape_.panel + 3);
    l.base = (uint64_t{rng_()} << 8 | rng_() % 256);
    l.stride = rng_() % 8 ? rng_() % 1000 : rng_();
    l.sample_stride = rng_() % 8 ? rng_() % 10000 : rng_();
    l.repeat_step = 1 + rng_() % 9;
    l.repeat_extent = rng_() % 2 ? l.repeat_step : 1 + rng_() % (3 * l.repeat_step);
    load_ = l;
    ++loads_;
    rtl_.base_i = l.base;
    rtl_.stride_i = l.stride;
    rtl_.sample_stride_i = l.sample_stride;
    rtl_.samples_i = l.samples;
    rtl_.across_i = l.across;
    rtl_.rows_i = l.rows;
    rtl_.k_i = l.k;
    rtl_.repeat_extent_i = l.repeat_extent;
    rtl_.repeat_step_i = l.repeat_step;
    const uint32_t k_words = (l.k + shape_.word_codes - 1) / shape_.word_codes;
    for (uint32_t done = 0; done < l.repeat_extent; done += l.repeat_step) {
      for (uint32_t row = 0; row < l.rows; row += shape_.panel) {
        const uint32_t rows = std::min(shape_.panel, l.rows - row);
        tiles_ += (rows + shape_.rows - 1) / shape_.rows;
        panels_.push_back({tiles_, l.samples * k_words});
      }
    }
  }

  void Drive(uint32_t cycle) {
    in_ = {.load = &load_};
    in_.start = !model_.busy() && rng_() % 8 == 0;
    if (in_.start) DrawLoad();
    in_.seg_ready = !Pauses(seg_pause_);
    in_.word_last = rng_() % 2;
    in_.word_valid = !memory_.empty() && memory_.front().ready_at <= cycle && !Pauses(word_pause_);
    if (in_.word_valid) {
      in_.word_last = --memory_.front().words == 0;
      if (in_.word_last) memory_.pop_front();
    }
    in_.release_words = rng_() % shape_.depth;
    in_.release = !panels_.empty() && !Pauses(release_pause_) &&
                  static_cast<int32_t>(model_.loaded() - panels_.front().loaded) >= 0;
    if (in_.release) {
      in_.release_words = panels_.front().words;
      panels_.pop_front();
      ++releases_;
    }
    rtl_.start_i = in_.start;
    rtl_.seg_ready_i = in_.seg_ready;
    rtl_.word_valid_i = in_.word_valid;
    rtl_.word_last_i = in_.word_last;
    rtl_.release_i = in_.release;
    rtl_.release_words_i = in_.release_words;
  }

  const OperandShape shape_;
  testing::Rng rng_;
  Unit rtl_;
  UnitLockstep<OperandLoader> lockstep_;
  const OperandLoader& model_ = lockstep_.model();
  OperandLoader::Inputs in_;
  OperandLoader::Load load_;
  std::deque<Segment> memory_;
  std::deque<Panel> panels_;  // not yet released
  uint32_t tiles_ = 0;        // of all loads
  uint32_t seg_pause_ = 0, word_pause_ = 0, release_pause_ = 0, latency_ = 1;
  uint32_t loads_ = 0, releases_ = 0;
};

template <typename Unit>
void RunSeeds(uint32_t rows, uint32_t axi_data) {
  const MachineShape shape = {.rows = rows, .depth_a = 32, .axi_data = axi_data, .axi_addr = 40};
  for (uint32_t seed = 1; seed <= 2; ++seed) Bench<Unit>(shape, seed).Run(kLockstepCycles);
}

TEST(OperandLoaderCycle, EqualsTheRtlWithTwoTileRowsAPanel) {
  RunSeeds<Voperand_loader_r16_w128>(16, 128);
}
TEST(OperandLoaderCycle, EqualsTheRtlWithFourTileRowsAPanel) {
  RunSeeds<Voperand_loader_r4_w64>(4, 64);
}
TEST(OperandLoaderCycle, EqualsTheRtlWithTwoWordsAcross) {
  RunSeeds<Voperand_loader_r32_w64>(32, 64);
}

}  // namespace
}  // namespace tetralog::cycle
