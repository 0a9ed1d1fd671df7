// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of feeder beside the RTL at two shapes: random commands one after the other,
// operands that are asked for and loaded at random, an array that pauses, resets in the middle. All
// outputs but operands in every cycle, with and without data. A third model skips what is countdown
// while the others step, whose outputs must not change meanwhile, and must be where they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "Vfeeder_4x8x2.h"
#include "Vfeeder_8x4x4.h"
#include "model/cycle/feeder.h"
#include "tests/operand_cycle_testing.h"

namespace tetralog::cycle {
namespace {

using testing::Signals;

template <typename Unit>
Signals Outputs(const Unit& u) {
  const bool valid = u.op_valid_o, ends = valid && u.op_last_o, reads = u.rd_en_o;
  return {{"busy_o", u.busy_o},
          {"a_first_o", u.a_first_o},
          {"a_release_o", u.a_release_o},
          {"b_release_o", u.b_release_o},
          {"b_panel_words_o", u.b_release_o ? u.b_panel_words_o : 0U},
          {"op_valid_o", valid},
          {"op_last_o", ends},
          {"op_k_valid_o", valid ? u.op_k_valid_o : 0U},
          {"tile_rows_o", valid ? u.tile_rows_o : 0U},
          {"tile_cols_o", valid ? u.tile_cols_o : 0U},
          {"tile_m0_o", valid ? u.tile_m0_o : 0U},
          {"tile_n0_o", valid ? u.tile_n0_o : 0U},
          {"tile_last_o", valid && u.tile_last_o},
          {"stall_operand_o", u.stall_operand_o},
          {"rd_en_o", reads},
          {"a_addr_o", reads ? u.a_addr_o : 0U},
          {"a_group_o", reads ? u.a_group_o : 0U},
          {"b_addr_o", reads ? u.b_addr_o : 0U},
          {"b_group_o", reads ? u.b_group_o : 0U},
          {"beat_o", valid ? u.beat_o : 0U}};
}

constexpr size_t kTiming = 14;  // signals that matter without data

struct Asked {
  uint16_t a = 0, b = 0;
};

Signals Outputs(const Feeder& f, const Feeder::Inputs& in, const Asked& asked,
                size_t signals = SIZE_MAX) {
  const bool fire = f.fire(in), valid = f.op_valid(), reads = f.rd_en(fire);
  Signals all = {{"busy", f.busy()},
                 {"a_first", f.a_first(asked.a, asked.b)},
                 {"a_release", f.a_release(fire)},
                 {"b_release", f.b_release(fire)},
                 {"b_panel_words", f.b_release(fire) ? f.b_panel_words() : 0},
                 {"op_valid", valid},
                 {"op_last", valid && f.op_last()},
                 {"op_k_valid", valid ? (uint64_t{1} << f.op_k_valid()) - 1 : 0},
                 {"tile_rows", valid ? f.tile_rows() : 0},
                 {"tile_cols", valid ? f.tile_cols() : 0},
                 {"tile_m0", valid ? f.tile_m0() : 0},
                 {"tile_n0", valid ? f.tile_n0() : 0},
                 {"tile_last", valid && f.tile_last()},
                 {"stall_operand", f.stall_operand(in)},
                 {"rd_en", reads},
                 {"a_addr", reads ? f.a_addr() : 0},
                 {"a_group", reads ? f.a_group() : 0},
                 {"b_addr", reads ? f.b_addr() : 0},
                 {"b_group", reads ? f.b_group() : 0},
                 {"beat", valid ? f.beat() : 0}};
  all.resize(std::min(all.size(), signals));
  return all;
}

template <typename Unit>
class Bench {
 public:
  Bench(const MachineShape& shape, uint32_t seed)
      : shape_(shape),
        rng_(seed),
        check_(seed),
        model_(shape, true),
        timing_(shape, false),
        skipping_(shape, false) {
    Reset();
  }

  void Run(uint32_t cycles) {
    for (uint32_t cycle = 0; cycle < cycles && !check_.failed(); ++cycle) {
      if (rng_() % 2000 == 0) Reset();
      if (hold_ == 0) Draw();
      Drive();
      rtl_.eval();
      const Signals rtl = Outputs(rtl_);
      check_.Expect(rtl, Outputs(model_, in_, asked_));
      check_.Expect(rtl, Outputs(timing_, in_, asked_, kTiming), "model without data");
      if (hold_ == 0) check_.Expect(rtl, Outputs(skipping_, in_, asked_), "model that skips");
      Edge();
      check_.NextCycle();
    }
    EXPECT_GT(commands_, 20U);
    EXPECT_GT(skipped_, 500U);
  }

 private:
  void Reset() {
    rtl_.start_i = 0;
    testing::ResetUnit(rtl_);
    model_.Reset();
    timing_.Reset();
    skipping_.Reset();
    in_ = {};
    asked_ = {};
    a_total_ = b_total_ = 0;
    hold_ = 0;
    tile_begins_ = true;
  }

  void DrawCommand() {
    const uint32_t word = shape_.word_codes();
    Feeder::Feed f;
    f.m = testing::DrawSize(word, 60, rng_);
    f.n = testing::DrawSize(word, 100, rng_);
    f.a_samples = rng_() % 3 ? 1 : 1 + rng_() % 8;
    const uint32_t depth = std::min(shape_.depth_a / f.a_samples, shape_.depth_b);
    f.k = testing::DrawSize(word, depth * word, rng_);
    const uint32_t words = (f.k + word - 1) / word;
    f.panel_words = f.a_samples * words;
    f.block_cols = (1 + rng_() % (shape_.depth_b / words)) * shape_.panel_b();
    const uint32_t panels = (f.m + shape_.panel_a() - 1) / shape_.panel_a();
    f.a_resident = panels * f.panel_words <= shape_.depth_a && rng_() % 2;
    feed_ = f;
    const uint32_t blocks = (f.n + f.block_cols - 1) / f.block_cols;
    a_total_ += (f.m + shape_.rows - 1) / shape_.rows * (f.a_resident ? 1 : blocks);
    b_total_ += (f.n + shape_.cols - 1) / shape_.cols;
    ++commands_;
  }

  // What was asked for and loaded grows, by tile rows or several at once, up to what the command
  // needs; how fast changes from time to time.
  void Draw() {
    in_.start = !model_.busy() && rng_() % 4 == 0;
    if (in_.start) DrawCommand();
    if (rng_() % 100 == 0) load_pause_ = rng_() % 3 * rng_() % 32;
    if (rng_() % 100 == 0) ready_pause_ = rng_() % 2 * rng_() % 8;
    Grow(asked_.a, a_total_);
    Grow(asked_.b, b_total_);
    Grow(in_.a_loaded, asked_.a);
    Grow(in_.b_loaded, asked_.b);
    in_.op_ready = rng_() % 8 >= ready_pause_;
  }
  void Grow(uint16_t& count, uint16_t limit) {
    const uint16_t most = limit - count;
    if (most > 0 && rng_() % 32 >= load_pause_) count += 1 + rng_() % std::min<uint32_t>(most, 4);
  }

  void Drive() {
    rtl_.start_i = in_.start;
    rtl_.cmd_m_i = feed_.m;
    rtl_.cmd_n_i = feed_.n;
    rtl_.cmd_k_i = feed_.k;
    rtl_.cmd_block_cols_i = feed_.block_cols;
    rtl_.cmd_a_samples_i = feed_.a_samples;
    rtl_.cmd_a_resident_i = feed_.a_resident;
    rtl_.cmd_panel_words_i = feed_.panel_words;
    rtl_.a_asked_i = asked_.a;
    rtl_.b_asked_i = asked_.b;
    rtl_.a_loaded_i = in_.a_loaded;
    rtl_.b_loaded_i = in_.b_loaded;
    rtl_.op_ready_i = in_.op_ready;
    in_.feed = &feed_;
  }

  // What the model names as the operands of a tile must be where the RTL began to read it, and of
  // the size that the RTL gives with its last beat.
  void Edge() {
    if (rtl_.rd_en_o && tile_begins_) {
      tile_ = {rtl_.a_addr_o, rtl_.b_addr_o, rtl_.a_group_o, rtl_.b_group_o};
      tile_begins_ = false;
    }
    const bool done = model_.tile_done(model_.fire(in_));
    tile_begins_ = tile_begins_ || done;
    const TileOperands t = model_.tile_operands();
    testing::ClockUnit(rtl_);
    if (done) {
      check_.Expect({{"first a_addr_o", tile_.a_addr},
                     {"first b_addr_o", tile_.b_addr},
                     {"a_group_o", tile_.a_group},
                     {"b_group_o", tile_.b_group},
                     {"tile_rows_o", rtl_.tile_rows_o},
                     {"tile_cols_o", rtl_.tile_cols_o},
                     {"op_last_o", rtl_.op_valid_o && rtl_.op_last_o},
                     {"cmd_k_i", feed_.k},
                     {"cmd_a_samples_i", feed_.a_samples}},
                    {{"a_addr", t.a_addr},
                     {"b_addr", t.b_addr},
                     {"a_group", t.a_group},
                     {"b_group", t.b_group},
                     {"rows", t.rows},
                     {"cols", t.cols},
                     {"tile_done", done},
                     {"k", t.k},
                     {"samples", t.samples}},
                    "model's tile_operands");
    }
    ClockModels();
  }

  void ClockModels() {
    const auto timing = [&](const Feeder& f) { return Outputs(f, in_, asked_, kTiming); };
    if (!model_.Clock(in_)) {
      check_.ExpectIdle(model_, in_, [&](const Feeder& f) { return Outputs(f, in_, asked_); });
    }
    const bool active = timing_.Clock(in_);
    if (!active && timing_.Countdown() == UINT64_MAX) {
      check_.ExpectIdle(timing_, in_, timing);
    } else if (!active) {
      Feeder again = timing_;
      again.Clock(in_);
      check_.Expect(timing(timing_), timing(again), "model clocked again");
    }
    EXPECT_EQ(active, timing_.Countdown() == 0);
    if (hold_ > 0) {
      check_.Expect(held_, timing(timing_), "uneventful cycle of the model");
      --hold_;
      return;
    }
    skipping_.Clock(in_);
    const uint64_t countdown = skipping_.Countdown();
    EXPECT_EQ(countdown, timing_.Countdown());
    if (countdown == 0 || rng_() % 4 == 0) return;
    hold_ = 1 + rng_() % std::min<uint64_t>(countdown, 20);
    if (countdown != UINT64_MAX) skipped_ += hold_;
    skipping_.Skip(hold_);
    held_ = timing(timing_);
  }

  const MachineShape shape_;
  testing::Rng rng_;
  testing::SideBySide check_;
  Unit rtl_;
  Feeder model_, timing_, skipping_;
  Feeder::Inputs in_;
  Feeder::Feed feed_;
  Asked asked_;
  uint16_t a_total_ = 0, b_total_ = 0;  // tile rows of all commands
  uint32_t load_pause_ = 0, ready_pause_ = 0;
  uint64_t hold_ = 0;  // cycles in which the inputs stay, for the model that skips is ahead
  bool tile_begins_ = true;
  TileOperands tile_;  // what the RTL began to read
  Signals held_;       // the outputs meanwhile
  uint32_t commands_ = 0;
  uint64_t skipped_ = 0;
};

template <typename Unit>
void RunSeeds(const MachineShape& shape) {
  for (uint32_t seed = 1; seed <= 3; ++seed) Bench<Unit>(shape, seed).Run(20000);
}

TEST(FeederCycle, EqualsTheRtlInEveryCycle) {
  RunSeeds<Vfeeder_4x8x2>(
      {.rows = 4, .cols = 8, .dot = 2, .depth_a = 16, .depth_b = 8, .axi_data = 64});
}

TEST(FeederCycle, EqualsTheRtlInEveryCycleAtAnotherShape) {
  RunSeeds<Vfeeder_8x4x4>(
      {.rows = 8, .cols = 4, .dot = 4, .depth_a = 8, .depth_b = 16, .axi_data = 128});
}

}  // namespace
}  // namespace tetralog::cycle
