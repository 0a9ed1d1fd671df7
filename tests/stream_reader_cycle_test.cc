// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of stream_reader in lockstep with the RTL: random segments of four streams around
// bursts' boundaries, of every offset, with each side stalled in turn, beats that stop coming as
// they do under a halt, and resets in the middle. All outputs are compared in every cycle, for a
// model with data and for one without.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <random>

#include "Vstream_reader_128.h"
#include "Vstream_reader_64_4.h"
#include "model/cycle/stream_reader.h"
#include "tests/read_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

template <typename UnitType, int kWordBytes, int kSegments>
struct Shape {
  using Unit = UnitType;
  static constexpr uint32_t kBytes = kWordBytes, kBursts = kSegments;
};

template <typename S>
class StreamReaderCycle : public ::testing::Test {
 protected:
  using Model = cycle::StreamReader;
  static constexpr uint32_t kStreams = Model::kStreams, kAddrWidth = 40;
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
  struct Beat {
    uint64_t time;
    bool last;
  };

  void Reset() {
    in_ = {};
    in_.beat_data = &beat_;
    for (auto& beats : beats_) beats.clear();
    halted_ = false;
    Apply();
    ResetUnit(unit_);
    lockstep_.Reset();
  }

  void Drive() {
    for (uint32_t s = 0; s < kStreams; ++s) {
      if ((in_.seg_valid >> s & 1) != 0 || stalls_(0, rng_)) continue;
      in_.seg_valid |= 1U << s;
      // Half of the segments begin shortly before a multiple of 16 words.
      uint64_t addr = (uint64_t{rng_()} << 8 | rng_() % 256) & 0xffffffffff;
      if (rng_() % 2 == 0) addr |= 15 * S::kBytes;
      if (rng_() % 64 == 0) addr |= 0xffffffff00;  // the next burst is at address 0
      const uint32_t longest = rng_() % 64 == 0 ? 2000 : rng_() % 4 == 0 ? 300 : 40;
      in_.segment[s] = {.addr = addr, .bytes = static_cast<uint32_t>(rng_() % longest + 1)};
    }
    in_.req_ready = 0;
    const uint32_t asking = lockstep_.model().req_valid();
    if (asking != 0 && !stalls_(1, rng_)) {
      while ((in_.req_ready & asking) == 0) in_.req_ready = 1U << rng_() % kStreams;
    }
    in_.next = 0;
    if (halted_) {
      in_.beat_valid = 0;
    } else if ((in_.beat_valid == 0 || lockstep_.model().beat_ready()) && !stalls_(2, rng_)) {
      const uint32_t s = rng_() % kStreams;
      if (!beats_[s].empty() && beats_[s].front().time <= now_) {
        in_.next = 1U << s;
        in_.next_last = beats_[s].front().last;
      }
    }
    if (in_.beat_valid == 0) beat_ = RandomAxiWord(rng_);
    Apply();
    Settle(unit_);
  }

  void Apply() {
    unit_.seg_valid_i = in_.seg_valid;
    for (uint32_t s = 0; s < kStreams; ++s) {
      SetPortBits(unit_.seg_addr_i, s * kAddrWidth, kAddrWidth, in_.segment[s].addr);
      SetPortBits(unit_.seg_last_i, s * 16, 16, in_.segment[s].bytes - 1);
    }
    unit_.req_ready_i = in_.req_ready;
    unit_.next_i = in_.next;
    unit_.next_last_i = in_.next_last;
    unit_.beat_valid_i = in_.beat_valid;
    unit_.beat_last_i = in_.beat_last;
    SetPortAxiWord(unit_.beat_data_i, beat_);
  }

  void Compare(OutputCheck& check, const Model& model) const {
    check("seg_ready", unit_.seg_ready_o, model.seg_ready(in_.req_ready));
    check("req_valid", unit_.req_valid_o, model.req_valid());
    for (uint32_t s = 0; s < kStreams; ++s) {
      if ((unit_.req_valid_o >> s & 1) == 0) continue;
      check("req_addr", PortBits(unit_.req_addr_o, s * kAddrWidth, kAddrWidth), model.req_addr(s));
      check("req_len", PortBits(unit_.req_len_o, s * 8, 8), model.req_len(s));
    }
    check("beat_ready", unit_.beat_ready_o, model.beat_ready());
    check("word_valid", unit_.word_valid_o, model.word_valid());
    if (unit_.word_valid_o) {
      check("word_last", unit_.word_last_o, model.word_last());
      check.DataWord("word_data", PortAxiWord(unit_.word_data_o), model.word_data(), S::kBytes);
    }
  }

  void ClockAll(uint64_t cycle) {
    now_ = cycle;
    for (uint32_t s = 0; s < kStreams; ++s) {
      if ((unit_.req_valid_o & unit_.req_ready_i) >> s != 1) continue;
      const uint64_t len = PortBits(unit_.req_len_o, s * 8, 8);
      for (uint64_t i = 0; i <= len; ++i) beats_[s].push_back({cycle + 1 + rng_() % 20, i == len});
    }
    const uint32_t seg_taken = unit_.seg_valid_i & unit_.seg_ready_o;
    const bool beat_taken = unit_.beat_valid_i && unit_.beat_ready_o;
    words_ += unit_.word_valid_o != 0;
    lockstep_.Cycle(in_, [&](OutputCheck& check, const Model& m) { Compare(check, m); });
    Clock(unit_);
    in_.seg_valid &= ~seg_taken;
    if (beat_taken) in_.beat_valid = 0;
    if (in_.next == 0) return;
    for (uint32_t s = 0; s < kStreams; ++s) {
      if ((in_.next >> s & 1) != 0) beats_[s].pop_front();
    }
    in_.beat_valid = in_.next;
    in_.beat_last = in_.next_last;
    beat_ = RandomAxiWord(rng_);
  }

  typename S::Unit unit_;
  UnitLockstep<Model> lockstep_{0, Model(kMachine, S::kBursts, true),
                                Model(kMachine, S::kBursts, false)};
  Model::Inputs in_;
  AxiWord beat_{};
  bool halted_ = false;
  std::array<std::deque<Beat>, kStreams> beats_;  // when they may come
  uint64_t now_ = 0, words_ = 0;
  RandomStalls<3> stalls_;
  std::mt19937 rng_;
};

using Shapes =
    ::testing::Types<Shape<Vstream_reader_128, 16, 32>, Shape<Vstream_reader_64_4, 8, 4>>;
TYPED_TEST_SUITE(StreamReaderCycle, Shapes);

TYPED_TEST(StreamReaderCycle, EqualsTheRtlInEveryCycle) {
  for (uint32_t seed = 1; seed <= 2 && !this->HasFailure(); ++seed) this->Run(seed);
}

}  // namespace
}  // namespace tetralog
