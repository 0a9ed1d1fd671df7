// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// operand_path.sv beside its cycle model at two shapes: random commands, the next one loading while
// one is fed, with C and mask or without, words of random codes that come late and in any order of
// streams, an engine that pauses at random, resets in the middle. The units inside have tests of
// their own; here every output is compared in every cycle, and the sum of the products of the beats
// of each tile with what the model finds in its buffers, so that an operand that goes to the wrong
// buffer, tile or count is seen.
#include "model/cycle/operand_path.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <vector>

#include "Voperand_path_4x8x2.h"
#include "Voperand_path_8x4x4.h"
#include "tests/operand_testing.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog::cycle {
namespace {

template <typename Unit>
class Bench {
 public:
  Bench(const MachineShape& shape, uint32_t seed)
      : shape_(shape),
        rng_(seed),
        lockstep_(seed, OperandPath(shape, true), OperandPath(shape, false)),
        sums_(size_t{shape.rows} * shape.cols) {
    Reset();
  }

  void Run(uint32_t cycles) {
    for (uint32_t cycle = 0; cycle < cycles && !lockstep_.differs(); ++cycle) {
      if (rng_() % 4000 == 0) Reset();
      if (rng_() % 300 == 0) DrawPauses();
      Drive(cycle);
      Settle(rtl_);
      Edge(cycle);
    }
    EXPECT_GT(commands_, 8U);
    EXPECT_GT(tiles_, 50U);
  }

 private:
  struct Segment {
    uint32_t ready_at, words;
  };

  void Reset() {
    rtl_.load_start_i = rtl_.back_start_i = rtl_.word_valid_i = rtl_.seg_ready_i = 0;
    ResetUnit(rtl_);
    lockstep_.Reset();
    for (auto& segments : memory_) segments.clear();
    loaded_ = false;
    std::fill(sums_.begin(), sums_.end(), 0);
    DrawPauses();
  }

  void DrawPauses() {
    constexpr uint32_t kPauses[] = {0, 0, 4, 12};  // in sixteenths of the cycles
    for (uint32_t& pause : pauses_) pause = kPauses[rng_() % 4];
    latency_ = 1 + rng_() % 40;
  }
  bool Pauses(int side) { return rng_() % 16 < pauses_[side]; }

  Command DrawCommand() {
    const uint32_t word = shape_.word_codes();
    Command c;
    c.m = testing::DrawSize(word, 40, rng_);
    c.n = testing::DrawSize(word, 60, rng_);
    c.a_samples = rng_() % 3 ? 1 : 1 + rng_() % 8;
    const uint32_t depth = std::min(shape_.depth_a / c.a_samples, shape_.depth_b);
    c.k = testing::DrawSize(word, depth * word, rng_);
    const uint32_t words = (c.k + word - 1) / word;
    c.block = static_cast<uint16_t>(1 + rng_() % (shape_.depth_b / words));
    const uint32_t panels = (c.m + shape_.panel_a() - 1) / shape_.panel_a();
    c.a_resident = panels * c.a_samples * words <= shape_.depth_a && rng_() % 2;
    c.a_transposed = rng_() % 2;
    c.b_transposed = rng_() % 2;
    c.c_enable = rng_() % 2;
    c.mask_enable = rng_() % 2;
    c.mask_transposed = rng_() % 2;
    c.a_format = c.b_format = static_cast<uint8_t>(Format::kInt4);
    c.a_base = rng_();
    c.b_base = rng_();
    c.mask_base = rng_();
    c.c_base = rng_() & ~3U;
    c.a_stride = rng_() % 5000;
    c.a_sample_stride = rng_() % 5000;
    c.b_stride = rng_() % 5000;
    c.mask_stride = rng_() % 5000;
    const uint32_t line = rng_() % 4 ? rng_() % 5000 & ~3U : 0;
    const bool by_cols = rng_() % 2;
    c.c_row_stride = by_cols ? 4 : line;
    c.c_col_stride = by_cols ? line : 4;
    return c;
  }

  void Drive(uint32_t cycle) {
    in_ = {.front = &front_, .back = &back_, .panel_words = panel_words_, .word_data = &word_};
    in_.back_start = loaded_ && !model_.busy() && rng_() % 4 == 0;
    if (in_.back_start) {
      back_ = front_;
      in_.panel_words = panel_words_ =
          back_.a_samples * ((back_.k + shape_.word_codes() - 1) / shape_.word_codes());
      loaded_ = false;
    } else if (!loaded_ && !model_.load_busy() && rng_() % 4 == 0) {
      front_ = DrawCommand();
      in_.load_start = loaded_ = true;
      ++commands_;
    }
    for (int s = 0; s < 4; ++s) in_.seg_ready |= Pauses(0) ? 0 : 1U << s;
    const uint32_t s = rng_() % 4;
    if (!memory_[s].empty() && memory_[s].front().ready_at <= cycle && !Pauses(1)) {
      in_.word_valid = 1U << s;
      in_.word_last = --memory_[s].front().words == 0;
      if (in_.word_last) memory_[s].pop_front();
      for (uint64_t& half : word_) half = uint64_t{rng_()} << 32 | rng_();
      if (shape_.axi_data == 64) word_[1] = 0;
    }
    in_.op_ready = !Pauses(2);
    in_.c_ready = model_.addend().c_valid() && !Pauses(3);
    in_.mask_ready = model_.mask().mask_valid() && !Pauses(3);

    rtl_.load_start_i = in_.load_start;
    rtl_.back_start_i = in_.back_start;
    rtl_.panel_words_i = in_.panel_words;
    SetCommand(rtl_.front_i, front_);
    SetCommand(rtl_.back_i, back_);
    rtl_.seg_ready_i = in_.seg_ready;
    rtl_.word_valid_i = in_.word_valid;
    rtl_.word_last_i = in_.word_last;
    SetPortAxiWord(rtl_.word_data_i, word_);
    rtl_.op_ready_i = in_.op_ready;
    rtl_.c_ready_i = in_.c_ready;
    rtl_.mask_ready_i = in_.mask_ready;
  }

  template <typename Port>
  static void SetCommand(Port& port, const Command& command) {
    const auto bytes = command.Pack();
    for (size_t i = 0; i < bytes.size(); ++i)
      SetPortBits(port, static_cast<int>(8 * i), 8, bytes[i]);
  }

  void Compare(OutputCheck& check, const OperandPath& m) const {
    check("load_busy", rtl_.load_busy_o, m.load_busy());
    check("busy", rtl_.busy_o, m.busy());
    check("a_first", rtl_.a_first_o, m.a_first());
    check("seg_valid", rtl_.seg_valid_o, m.seg_valid());
    for (uint32_t s = 0; s < 4; ++s) {
      if ((rtl_.seg_valid_o >> s & 1) == 0) continue;
      check("seg_addr", PortBits(rtl_.seg_addr_o, static_cast<int>(40 * s), 40), m.segment(s).addr);
      check("seg_bytes",
            PortBits(rtl_.seg_last_o, seg_width() * static_cast<int>(s), seg_width()) + 1,
            m.segment(s).bytes);
    }
    check("op_valid", rtl_.op_valid_o, m.beat().op_valid());
    if (rtl_.op_valid_o) {
      check("op_last", rtl_.op_last_o, m.beat().op_last());
      check("tile_rows", rtl_.tile_rows_o, m.beat().tile_rows());
      check("tile_cols", rtl_.tile_cols_o, m.beat().tile_cols());
      check("tile_m0", rtl_.tile_m0_o, m.beat().tile_m0());
      check("tile_n0", rtl_.tile_n0_o, m.beat().tile_n0());
      check("tile_last", rtl_.tile_last_o, m.beat().tile_last());
    }
    check("c_valid", rtl_.c_valid_o, m.addend().c_valid());
    check("mask_valid", rtl_.mask_valid_o, m.mask().mask_valid());
    if (rtl_.c_valid_o && check.data()) {
      for (uint32_t l = 0; l < shape_.lanes; ++l)
        check("c_data", PortBits(rtl_.c_data_o, static_cast<int>(32 * l), 32),
              static_cast<uint32_t>(m.addend().c_data()[l]));
    }
    check("stall_operand", rtl_.stall_operand_o, m.stall_operand(in_));
    check("products", rtl_.products_o, m.products());
    check.Data("gated", rtl_.gated_o, m.gated());
  }

  int seg_width() const {
    const uint32_t k_bytes = std::min(shape_.depth_a, shape_.depth_b) * shape_.axi_data / 8;
    const uint32_t line = std::max(4 * std::max(shape_.rows, shape_.cols), shape_.axi_data / 8);
    return std::bit_width(std::max(k_bytes, line) - 1);
  }

  void Edge(uint32_t cycle) {
    for (uint32_t s = 0; s < 4; ++s) {
      if ((rtl_.seg_valid_o & in_.seg_ready & 1U << s) == 0) continue;
      const uint32_t word_bytes = shape_.axi_data / 8;
      memory_[s].push_back(
          {cycle + latency_, (model_.segment(s).bytes + word_bytes - 1) / word_bytes});
    }
    if (rtl_.op_valid_o && in_.op_ready) AddBeat();
    lockstep_.Cycle(in_, [&](OutputCheck& check, const OperandPath& m) { Compare(check, m); });
    Clock(rtl_);
  }

  // The products of a beat, and with the last one of a tile the model's sums.
  void AddBeat() {
    const auto value = [](const auto& port, uint32_t i) {
      const int code = testing::GetNibble(port, i);
      return code < 8 ? code : code - 16;
    };
    const uint32_t dot = shape_.dot;
    for (uint32_t r = 0; r < shape_.rows; ++r)
      for (uint32_t c = 0; c < shape_.cols; ++c)
        for (uint32_t d = 0; d < dot; ++d)
          sums_[r * shape_.cols + c] +=
              value(rtl_.op_a_o, r * dot + d) * value(rtl_.op_b_o, c * dot + d);
    if (!rtl_.op_last_o) return;
    for (uint32_t r = 0; r < rtl_.tile_rows_o; ++r)
      for (uint32_t c = 0; c < rtl_.tile_cols_o; ++c)
        lockstep_.Expect("sum of the tile", static_cast<uint32_t>(sums_[r * shape_.cols + c]),
                         static_cast<uint32_t>(model_.sums()[r * shape_.cols + c]));
    std::fill(sums_.begin(), sums_.end(), 0);
    ++tiles_;
  }

  const MachineShape shape_;
  testing::Rng rng_;
  Unit rtl_;
  UnitLockstep<OperandPath> lockstep_;
  const OperandPath& model_ = lockstep_.model();
  OperandPath::Inputs in_;
  Command front_, back_;
  uint32_t panel_words_ = 1;
  bool loaded_ = false;  // front_ is loaded, or loading, and not fed
  AxiWord word_{};
  std::array<std::deque<Segment>, 4> memory_;
  std::vector<int32_t> sums_;
  std::array<uint32_t, 4> pauses_{};
  uint32_t latency_ = 1, commands_ = 0, tiles_ = 0;
};

template <typename Unit>
void RunSeeds(const MachineShape& shape) {
  for (uint32_t seed = 1; seed <= 2; ++seed) Bench<Unit>(shape, seed).Run(kLockstepCycles);
}

TEST(OperandPathRtl, IsTheModelInEveryCycle) {
  RunSeeds<Voperand_path_4x8x2>({.rows = 4,
                                 .cols = 8,
                                 .dot = 2,
                                 .lanes = 2,
                                 .depth_a = 16,
                                 .depth_b = 8,
                                 .axi_data = 64,
                                 .axi_addr = 40});
}

TEST(OperandPathRtl, IsTheModelInEveryCycleAtAnotherShape) {
  RunSeeds<Voperand_path_8x4x4>({.rows = 8,
                                 .cols = 4,
                                 .dot = 4,
                                 .lanes = 4,
                                 .depth_a = 8,
                                 .depth_b = 16,
                                 .axi_data = 128,
                                 .axi_addr = 40});
}

}  // namespace
}  // namespace tetralog::cycle
