// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of feeder beside the RTL at two shapes: random commands one after the other,
// operands that are asked for and loaded at random, an array that pauses, resets in the middle. All
// outputs but operands in every cycle, with and without data. Inputs stay now and then for as long
// as the model without data counts down, which is when there is something to skip.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>

#include "Vfeeder_4x8x2.h"
#include "Vfeeder_8x4x4.h"
#include "model/cycle/feeder.h"
#include "tests/operand_testing.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog::cycle {
namespace {

template <typename Unit>
void Compare(OutputCheck& check, const Unit& u, const Feeder& f, const Feeder::Inputs& in) {
  const bool fire = f.fire(in);
  check("busy", u.busy_o, f.busy());
  check("a_first", u.a_first_o, f.a_first());
  check("a_release", u.a_release_o, f.a_release());
  check("b_release", u.b_release_o, f.b_release());
  if (u.b_release_o) check("b_panel_words", u.b_panel_words_o, f.b_panel_words());
  check("stall_operand", u.stall_operand_o, f.stall_operand(in));
  check("op_valid", u.op_valid_o, f.op_valid());
  if (u.op_valid_o) {
    check("op_last", u.op_last_o, f.op_last());
    check("op_k_valid", u.op_k_valid_o, (uint64_t{1} << f.op_k_valid()) - 1);
    check("tile_rows", u.tile_rows_o, f.tile_rows());
    check("tile_cols", u.tile_cols_o, f.tile_cols());
    check("tile_m0", u.tile_m0_o, f.tile_m0());
    check("tile_n0", u.tile_n0_o, f.tile_n0());
    check("tile_last", u.tile_last_o, f.tile_last());
    check.Data("beat", u.beat_o, f.beat());
  }
  check.Data("rd_en", u.rd_en_o, f.rd_en(fire));
  if (!u.rd_en_o) return;
  check.Data("a_addr", u.a_addr_o, f.a_addr());
  check.Data("a_group", u.a_group_o, f.a_group());
  check.Data("b_addr", u.b_addr_o, f.b_addr());
  check.Data("b_group", u.b_group_o, f.b_group());
}

// The panels of all commands of an operand, in load order.
struct Panels {
  struct Panel {
    uint32_t tiles;
    uint32_t words;
  };
  uint32_t free;      // words of the buffer
  uint32_t room = 0;  // tile rows of the panels that have their words
  std::deque<Panel> held, waiting;

  // Of a matrix of that many rows.
  void Add(uint32_t rows, uint32_t words, const OperandShape& shape) {
    for (uint32_t row = 0; row < rows; row += shape.panel) {
      const uint32_t tiles = (std::min(shape.panel, rows - row) + shape.rows - 1) / shape.rows;
      waiting.push_back({static_cast<uint32_t>(tiles), words});
    }
  }
  uint32_t Room() {
    for (; !waiting.empty() && waiting.front().words <= free; waiting.pop_front()) {
      free -= waiting.front().words;
      room += waiting.front().tiles;
      held.push_back(waiting.front());
    }
    return room;
  }
  void Release() {
    if (held.empty()) return;
    free += held.front().words;
    held.pop_front();
  }
};

template <typename Unit>
class Bench {
 public:
  Bench(const MachineShape& shape, uint32_t seed)
      : shape_(shape), rng_(seed), lockstep_(seed, Feeder(shape, true), Feeder(shape, false)) {
    Reset();
  }

  void Run(uint32_t cycles) {
    for (uint32_t cycle = 0; cycle < cycles && !lockstep_.differs(); ++cycle) {
      if (rng_() % 2000 == 0) Reset();
      const bool held = hold_ > 0;
      if (held) {
        --hold_;
      } else {
        Draw();
      }
      Drive();
      Settle(rtl_);
      Edge();
      if (!held) Hold();
    }
    EXPECT_GT(commands_, 20U);
    EXPECT_GT(counted_, 500U);
    EXPECT_GE(lockstep_.skipped(), counted_);
  }

 private:
  void Reset() {
    rtl_.start_i = 0;
    ResetUnit(rtl_);
    lockstep_.Reset();
    in_ = {};
    a_ = {.free = shape_.depth_a};
    b_ = {.free = shape_.depth_b};
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
    for (uint32_t i = 0; i < (f.a_resident ? 1 : blocks); ++i)
      a_.Add(f.m, f.panel_words, ShapeOf(shape_, Operand::kA));
    b_.Add(f.n, words, ShapeOf(shape_, Operand::kB));
    ++commands_;
  }

  // What was asked for and loaded grows, by tile rows or several at once, up to what the buffers
  // hold; how fast changes from time to time.
  void Draw() {
    in_.start = !model_.busy() && rng_() % 4 == 0;
    if (in_.start) DrawCommand();
    if (rng_() % 100 == 0) load_pause_ = rng_() % 3 * rng_() % 32;
    if (rng_() % 100 == 0) ready_pause_ = rng_() % 2 * rng_() % 8;
    Grow(in_.a_asked, a_.Room());
    Grow(in_.b_asked, b_.Room());
    Grow(in_.a_loaded, in_.a_asked);
    Grow(in_.b_loaded, in_.b_asked);
    in_.op_ready = rng_() % 8 >= ready_pause_;
  }
  void Grow(uint32_t& count, uint32_t limit) {
    const uint32_t most = limit - count;
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
    // The count of this cycle comes from one of two ports.
    rtl_.a_ask_i = rng_() & 1;
    rtl_.b_ask_i = rng_() & 1;
    const uint32_t a_mask = ShapeOf(shape_, Operand::kA).count_mask();
    const uint32_t b_mask = ShapeOf(shape_, Operand::kB).count_mask();
    rtl_.a_asked_i = rtl_.a_ask_i ? 0 : in_.a_asked & a_mask;
    rtl_.b_asked_i = rtl_.b_ask_i ? 0 : in_.b_asked & b_mask;
    rtl_.a_asked_next_i = rtl_.a_ask_i ? in_.a_asked & a_mask : 0;
    rtl_.b_asked_next_i = rtl_.b_ask_i ? in_.b_asked & b_mask : 0;
    rtl_.a_loaded_i = in_.a_loaded & a_mask;
    rtl_.b_loaded_i = in_.b_loaded & b_mask;
    rtl_.op_ready_i = in_.op_ready;
    in_.feed = &feed_;
  }

  // What the model names as the operands of a tile must be where the RTL began to read it, and of
  // the size that the RTL gives with its last beat, a cycle later.
  void Edge() {
    if (rtl_.rd_en_o && tile_begins_) {
      tile_ = {rtl_.a_addr_o, rtl_.b_addr_o, rtl_.a_group_o, rtl_.b_group_o};
      tile_begins_ = false;
    }
    const bool done = model_.tile_done(model_.fire(in_));
    tile_begins_ = tile_begins_ || done;
    const TileOperands t = model_.tile_operands();
    lockstep_.Cycle(in_,
                    [&](OutputCheck& check, const Feeder& f) { Compare(check, rtl_, f, in_); });
    if (rtl_.a_release_o) a_.Release();
    if (rtl_.b_release_o) b_.Release();
    Clock(rtl_);
    if (!done) return;
    lockstep_.Expect("tile's a_addr", tile_.a_addr, t.a_addr);
    lockstep_.Expect("tile's b_addr", tile_.b_addr, t.b_addr);
    lockstep_.Expect("tile's a_group", tile_.a_group, t.a_group);
    lockstep_.Expect("tile's b_group", tile_.b_group, t.b_group);
    lockstep_.Expect("tile's rows", rtl_.tile_rows_o, t.rows);
    lockstep_.Expect("tile's cols", rtl_.tile_cols_o, t.cols);
    lockstep_.Expect("tile's last beat", rtl_.op_valid_o && rtl_.op_last_o, 1);
    lockstep_.Expect("tile's k", feed_.k, t.k);
    lockstep_.Expect("tile's samples", feed_.a_samples, t.samples);
  }

  // Inputs that stay for some cycles, so that there is something to skip.
  void Hold() {
    const uint64_t countdown = lockstep_.timing().Countdown();
    if (countdown == 0 || rng_() % 4 == 0) return;
    hold_ = 1 + rng_() % std::min<uint64_t>(countdown, 20);
    if (countdown != UINT64_MAX) counted_ += hold_;
  }

  const MachineShape shape_;
  testing::Rng rng_;
  Unit rtl_;
  UnitLockstep<Feeder> lockstep_;
  const Feeder& model_ = lockstep_.model();
  Feeder::Inputs in_;
  Feeder::Feed feed_;
  Panels a_, b_;
  uint32_t load_pause_ = 0, ready_pause_ = 0;
  uint64_t hold_ = 0;  // cycles in which the inputs stay
  bool tile_begins_ = true;
  TileOperands tile_;  // what the RTL began to read
  uint32_t commands_ = 0;
  uint64_t counted_ = 0;  // cycles held in the middle of tiles
};

template <typename Unit>
void RunSeeds(const MachineShape& shape) {
  for (uint32_t seed = 1; seed <= 3; ++seed) Bench<Unit>(shape, seed).Run(30000);
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
