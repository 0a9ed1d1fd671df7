// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A Verilated loader (or its control) and its cycle model in lockstep: random commands with every
// orientation and kind of stride, one after the other as soon as the unit is free, their segments
// served with noise at a random latency, each side stalled in turn, and resets in the middle.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>

#include "model/machine_shape.h"
#include "tests/loader_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {

// What the environment drives in a cycle.
struct LoaderDrive {
  bool start = false;
  LoaderCommand command;  // the last begun; block_cols as the unit takes it
  bool one_line = false;  // of the command; line_stride is 0 where the unit derives it from that
  bool seg_ready = false;
  bool word_valid = false, word_last = false;
  AxiWord word{};
  bool beat_ready = false;
};

// Traits: Unit, Model, kShape, kOneLine (the unit can do that), static MakeModel(shape, data),
// BeatTaken(unit), and what is the unit's own: Drive(Unit&, drive), Inputs(in, unit, drive) (fields
// of a command with start only), Compare(check, unit, model).
template <typename Traits>
class LoaderLockstep {
 public:
  static constexpr LoaderShape kShape = Traits::kShape;
  static constexpr MachineShape Machine() {
    return {.rows = kShape.rows,
            .cols = kShape.cols,
            .lanes = kShape.lanes,
            .axi_data = 8 * kShape.word_bytes};
  }

  void Run(uint32_t seed) {
    rng_.seed(seed);
    lockstep_.set_seed(seed);
    Reset();
    uint64_t beats = 0;
    for (now_ = 0; now_ < kLockstepCycles && !lockstep_.differs(); ++now_) {
      if (now_ % 512 == 0) {
        stalls_.Draw(rng_);
        latency_ = rng_() % 40 + 1;
      }
      if (rng_() % 2048 == 0) Reset();
      Drive();
      beats += Traits::BeatTaken(unit_);
      ClockAll();
    }
    if (!lockstep_.differs()) EXPECT_GT(beats, kLockstepCycles / 20) << "seed " << seed;
  }

 private:
  using Model = typename Traits::Model;

  struct Word {
    uint64_t time;
    bool last;
  };

  void Reset() {
    drive_.start = drive_.seg_ready = drive_.word_valid = drive_.beat_ready = false;
    words_.clear();
    Apply();
    ResetUnit(unit_);
    lockstep_.Reset();
  }

  void Drive() {
    drive_.start = !unit_.busy_o && rng_() % 4 == 0;
    if (drive_.start) DrawCommand();
    drive_.seg_ready = !stalls_(0, rng_);
    drive_.word_valid = !words_.empty() && words_.front().time <= now_ && !stalls_(1, rng_);
    drive_.word_last = drive_.word_valid && words_.front().last;
    drive_.word = RandomAxiWord(rng_);
    if (rng_() % 2 == 0) drive_.word[0] &= drive_.word[1] & rng_();  // more codes that are zero
    drive_.beat_ready = !stalls_(2, rng_);
    Apply();
    Settle(unit_);
  }

  void Apply() {
    unit_.start_i = drive_.start;
    unit_.base_i = drive_.command.base;
    unit_.m_i = drive_.command.m;
    unit_.n_i = drive_.command.n;
    unit_.block_cols_i = drive_.command.block_cols;
    unit_.seg_ready_i = drive_.seg_ready;
    unit_.word_valid_i = drive_.word_valid;
    unit_.word_last_i = drive_.word_last;
    Traits::Drive(unit_, drive_);
  }
  typename Model::Inputs Inputs() const {
    typename Model::Inputs in;
    if (drive_.start) {
      in.start = true;
      in.base = drive_.command.base;
      in.m = drive_.command.m;
      in.n = drive_.command.n;
      in.block_cols = drive_.command.block_cols;
    }
    in.seg_ready = drive_.seg_ready;
    in.word_valid = drive_.word_valid;
    in.word_last = drive_.word_last;
    Traits::Inputs(in, unit_, drive_);
    return in;
  }
  void Compare(OutputCheck& check, const Model& model) const {
    check("busy", unit_.busy_o, model.busy());
    check("seg_valid", unit_.seg_valid_o, model.seg_valid());
    if (unit_.seg_valid_o) {
      check("seg_addr", unit_.seg_addr_o, model.seg_addr());
      check("seg_bytes", unit_.seg_last_o + 1U, model.seg_bytes());
    }
    Traits::Compare(check, unit_, model);
  }

  void DrawCommand() {
    LoaderCommand& c = drive_.command;
    const uint32_t tiles = rng_() % 4 == 0 ? 6 : 2;
    c.by_cols = rng_() % 2 != 0;
    c.m = rng_() % (tiles * kShape.rows) + 1;
    c.n = rng_() % (tiles * kShape.cols) + 1;
    c.block_cols = kShape.grid().Block((rng_() % 3 + 1) * kShape.cols);
    drive_.one_line = Traits::kOneLine && rng_() % 4 == 0;
    const uint32_t kinds[] = {4, 8, 4 * (c.by_cols ? c.m : c.n), static_cast<uint32_t>(rng_())};
    c.line_stride = drive_.one_line ? 0 : kinds[rng_() % 4] & ~3U;
    if (c.line_stride == 0 && !drive_.one_line) c.line_stride = 64;
    if (c.line_stride == 4 && Traits::kOneLine) c.by_cols = false;  // it is both
    c.base = (uint64_t{rng_()} << 8 | rng_() % 64 * 4) & 0xffffffffff;
  }

  void ClockAll() {
    if (drive_.word_valid) words_.pop_front();
    if (unit_.seg_valid_o && drive_.seg_ready) {
      const uint32_t count = (unit_.seg_last_o + kShape.word_bytes) / kShape.word_bytes;
      for (uint32_t i = 1; i <= count; ++i) words_.push_back({now_ + latency_, i == count});
    }
    lockstep_.Cycle(Inputs(), [&](OutputCheck& check, const Model& m) { Compare(check, m); });
    Clock(unit_);
    drive_.start = false;
    Apply();
    Settle(unit_);
  }

  typename Traits::Unit unit_;
  UnitLockstep<Model> lockstep_{0, Traits::MakeModel(Machine(), true),
                                Traits::MakeModel(Machine(), false)};
  LoaderDrive drive_;
  std::deque<Word> words_;  // that are due
  uint64_t now_ = 0, latency_ = 1;
  RandomStalls<3> stalls_;
  std::mt19937 rng_;
};

}  // namespace tetralog
