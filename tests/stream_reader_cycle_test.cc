// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of stream_reader in lockstep with the RTL: random segments around bursts'
// boundaries, of every offset, with each side stalled in turn, beats that stop coming as they do
// under a halt, and resets in the middle. All outputs are compared in every cycle, for a model with
// data and for one without.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>

#include "Vstream_reader_128.h"
#include "Vstream_reader_128_a16.h"
#include "Vstream_reader_128_a4.h"
#include "Vstream_reader_64.h"
#include "model/cycle/stream_reader.h"
#include "tests/read_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

template <typename UnitType, int kWordBytes, int kAlign, int kSegments>
struct Shape {
  using Unit = UnitType;
  static constexpr uint32_t kBytes = kWordBytes, kAligned = kAlign, kBursts = kSegments;
};

template <typename S>
class StreamReaderCycle : public ::testing::Test {
 protected:
  using Model = cycle::StreamReader;
  static constexpr MachineShape kMachine{.axi_data = 8 * S::kBytes};

  void Run(uint32_t seed) {
    rng_.seed(seed);
    lockstep_.set_seed(seed);
    Reset();
    for (uint32_t i = 0; i < kLockstepCycles && !lockstep_.differs(); ++i) {
      if (i % 256 == 0) stalls_.Draw(rng_);
      halted_ = halted_ || rng_() % 2048 == 0;
      if (rng_() % 1024 == 0 || (halted_ && rng_() % 64 == 0)) Reset();
      Drive();
      ClockAll(i);
    }
    if (!lockstep_.differs()) EXPECT_GT(words_, kLockstepCycles / 20) << "seed " << seed;
  }

 private:
  void Reset() {
    in_ = {};
    in_.beat_data = &beat_;
    beats_.clear();
    halted_ = false;
    Apply();
    ResetUnit(unit_);
    lockstep_.Reset();
  }

  void Drive() {
    if (!in_.seg_valid && !stalls_(0, rng_)) {
      in_.seg_valid = true;
      // Half of the segments begin shortly before a multiple of 16 words.
      uint64_t addr = (uint64_t{rng_()} << 8 | rng_() % 256) & 0xffffffffff;
      if (rng_() % 2 == 0) addr |= 15 * S::kBytes;
      if (rng_() % 64 == 0) addr |= 0xffffffff00;  // the next burst is at address 0
      in_.seg_addr = addr / S::kAligned * S::kAligned;
      const uint32_t longest = rng_() % 64 == 0 ? 2000 : rng_() % 4 == 0 ? 300 : 40;
      in_.seg_bytes = rng_() % longest + 1;
    }
    in_.req_ready = !stalls_(1, rng_);
    if (halted_) {
      in_.beat_valid = false;
    } else if (!in_.beat_valid && !beats_.empty() && beats_.front() <= now_ && !stalls_(2, rng_)) {
      in_.beat_valid = true;
    }
    if (fresh_) beat_ = RandomAxiWord(rng_);  // also while there is none
    fresh_ = !in_.beat_valid;
    in_.word_ready = !stalls_(3, rng_);
    Apply();
    Settle(unit_);
  }

  void Apply() {
    unit_.seg_valid_i = in_.seg_valid;
    unit_.seg_addr_i = in_.seg_addr;
    unit_.seg_bytes_i = in_.seg_bytes;
    unit_.req_ready_i = in_.req_ready;
    unit_.beat_valid_i = in_.beat_valid;
    SetPortAxiWord(unit_.beat_data_i, beat_);
    unit_.word_ready_i = in_.word_ready;
  }

  void Compare(OutputCheck& check, const Model& model) const {
    check("seg_ready", unit_.seg_ready_o, model.seg_ready(in_.req_ready));
    check("req_valid", unit_.req_valid_o, model.req_valid());
    if (unit_.req_valid_o) {
      check("req_addr", unit_.req_addr_o, model.req_addr());
      check("req_len", unit_.req_len_o, model.req_len());
    }
    check("beat_ready", unit_.beat_ready_o, model.beat_ready(in_.word_ready));
    check("word_valid", unit_.word_valid_o, model.word_valid(in_.beat_valid));
    if (unit_.word_valid_o) {
      check("word_last", unit_.word_last_o, model.word_last());
      check.DataWord("word_data", PortAxiWord(unit_.word_data_o), model.word_data(beat_),
                     S::kBytes);
    }
  }

  void ClockAll(uint64_t cycle) {
    now_ = cycle;
    if (unit_.req_valid_o && unit_.req_ready_i) {
      for (uint32_t i = 0; i <= unit_.req_len_o; ++i) beats_.push_back(cycle + rng_() % 20);
    }
    const bool seg_taken = unit_.seg_valid_i && unit_.seg_ready_o;
    const bool beat_taken = unit_.beat_valid_i && unit_.beat_ready_o;
    words_ += unit_.word_valid_o && unit_.word_ready_i;
    lockstep_.Cycle(in_, [&](OutputCheck& check, const Model& m) { Compare(check, m); });
    Clock(unit_);
    if (seg_taken) in_.seg_valid = false;
    if (beat_taken) {
      in_.beat_valid = false;
      fresh_ = true;
      beats_.pop_front();
    }
  }

  typename S::Unit unit_;
  UnitLockstep<Model> lockstep_{0, Model(kMachine, S::kBursts, S::kAligned, true),
                                Model(kMachine, S::kBursts, S::kAligned, false)};
  Model::Inputs in_;
  AxiWord beat_{};
  bool fresh_ = true, halted_ = false;
  std::deque<uint64_t> beats_;  // when they may come
  uint64_t now_ = 0, words_ = 0;
  RandomStalls<4> stalls_;
  std::mt19937 rng_;
};

using Shapes =
    ::testing::Types<Shape<Vstream_reader_128, 16, 1, 32>, Shape<Vstream_reader_64, 8, 1, 32>,
                     Shape<Vstream_reader_128_a4, 16, 4, 2>,
                     Shape<Vstream_reader_128_a16, 16, 16, 32>>;
TYPED_TEST_SUITE(StreamReaderCycle, Shapes);

TYPED_TEST(StreamReaderCycle, EqualsTheRtlInEveryCycle) {
  for (uint32_t seed = 1; seed <= 2 && !this->HasFailure(); ++seed) this->Run(seed);
}

}  // namespace
}  // namespace tetralog
