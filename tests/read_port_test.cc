// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// read_port.sv before a memory of noise and beside its cycle model: random bursts of the ring and
// segments of four streams, every side stalled in turn, beats of different IDs interleaved, errors,
// halts and resets. The units inside have tests of their own; here every output is compared with
// the model in every cycle, and every byte that comes out with the memory, so that a stream that is
// joined to another's request, ID or words is seen.
#include "model/cycle/read_port.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <random>

#include "Vread_port_128.h"
#include "Vread_port_64.h"
#include "tests/read_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

template <typename S>
class ReadPortRtl : public ::testing::Test {
 protected:
  using Model = cycle::ReadPort;
  static constexpr uint32_t kStreams = Model::kStreams, kAddrWidth = 40;

  void Run(uint32_t seed) {
    rng_.seed(seed);
    lockstep_.set_seed(seed);
    Reset();
    for (uint32_t i = 0; i < kLockstepCycles && !lockstep_.differs() && !HasFailure(); ++i) {
      if (i % 256 == 0) {
        stalls_.Draw(rng_);
        error_every_ = rng_() % 4 == 0 ? 500 : 0;
      }
      in_.halt = in_.halt || rng_() % 4096 == 0;
      if (rng_() % (lost_ ? 256 : 4096) == 0) Reset();
      Drive();
      ClockAll(seed);
    }
    if (!lockstep_.differs()) {
      EXPECT_GT(words_, kLockstepCycles / 40) << "seed " << seed;
      EXPECT_GT(ring_beats_, kLockstepCycles / 200) << "seed " << seed;
    }
  }

 private:
  void Reset() {
    in_.halt = false;
    in_.ring_req_valid = false;
    in_.seg_valid = 0;
    in_.r = &r_;
    r_.valid = false;
    failed_ = lost_ = false;
    bursts_.Clear();
    ring_.clear();
    for (auto& segments : segments_) segments.clear();
    done_ = {};
    Apply();
    ResetUnit(unit_);
    lockstep_.Reset();
  }

  void Drive() {
    if (!in_.ring_req_valid && rng_() % 64 == 0) {
      in_.ring_req_valid = true;
      in_.ring_req_addr = uint64_t{rng_()} * S::kBytes;
      in_.ring_req_len = static_cast<uint8_t>(rng_() % 16);
    }
    for (uint32_t s = 0; s < kStreams; ++s) {
      if ((in_.seg_valid >> s & 1) != 0 || stalls_(0, rng_)) continue;
      in_.seg_valid |= 1U << s;
      uint64_t addr = uint64_t{rng_()} << 6 | rng_() % 64;
      if (rng_() % 2 == 0) addr |= 15 * S::kBytes;
      const uint32_t longest = rng_() % 16 == 0 ? 1024 : 60;
      in_.segment[s] = {.addr = addr, .bytes = static_cast<uint32_t>(rng_() % longest + 1)};
    }
    in_.a_first = rng_() % 2;
    in_.ring_beat_ready = !stalls_(1, rng_);
    in_.ar_ready = !stalls_(2, rng_);
    if (!r_.valid && !bursts_.empty() && !stalls_(3, rng_)) OfferBeat();
    Apply();
    Settle(unit_);
  }

  void OfferBeat() {
    r_ = {};
    const uint64_t addr = bursts_.Offer(rng_, S::kBytes, &r_);
    const bool bad = error_every_ != 0 && rng_() % error_every_ == 0;
    failed_ = failed_ || bad;
    r_.resp = bad ? 2 : 0;
    for (uint32_t i = 0; i < S::kBytes; ++i)
      r_.data[i / 8] |= uint64_t{NoiseByte(addr + i)} << (8 * (i % 8));
  }

  void Apply() {
    unit_.halt_i = in_.halt;
    unit_.a_first_i = in_.a_first;
    unit_.ring_req_valid_i = in_.ring_req_valid;
    unit_.ring_req_addr_i = in_.ring_req_addr;
    unit_.ring_req_len_i = in_.ring_req_len;
    unit_.ring_beat_ready_i = in_.ring_beat_ready;
    unit_.seg_valid_i = in_.seg_valid;
    for (uint32_t s = 0; s < kStreams; ++s) {
      SetPortBits(unit_.seg_addr_i, s * kAddrWidth, kAddrWidth, in_.segment[s].addr);
      SetPortBits(unit_.seg_last_i, s * 16, 16, in_.segment[s].bytes - 1);
    }
    unit_.m_axi_arready_i = in_.ar_ready;
    unit_.m_axi_rvalid_i = r_.valid;
    unit_.m_axi_rid_i = r_.id;
    unit_.m_axi_rresp_i = r_.resp;
    unit_.m_axi_rlast_i = r_.last;
    SetPortAxiWord(unit_.m_axi_rdata_i, r_.data);
  }

  void Compare(OutputCheck& check, const Model& model) const {
    const Model::Granted granted =
        model.granted(in_.ring_req_valid, in_.a_first, in_.halt, in_.ar_ready);
    check("ring_req_ready", unit_.ring_req_ready_o, granted.ring);
    check("seg_ready", unit_.seg_ready_o, granted.seg_ready);
    check("ring_beat_valid", unit_.ring_beat_valid_o, model.ring_beat_valid(in_.halt));
    check("word_valid", unit_.word_valid_o, model.word_valid());
    if (unit_.word_valid_o) {
      check("word_last", unit_.word_last_o, model.word_last());
      check.DataWord("word_data", PortAxiWord(unit_.word_data_o), model.word_data(), S::kBytes);
    }
    check("front_error", unit_.front_error_o, model.front_error());
    check("back_error", unit_.back_error_o, model.back_error());
    check("busy", unit_.busy_o, model.busy());
    check("beat", unit_.beat_o, model.beat(r_.valid));
    check("rready", unit_.m_axi_rready_o, model.r_ready());
    check("arvalid", unit_.m_axi_arvalid_o, model.ar().valid);
    check("arid", unit_.m_axi_arid_o, model.ar().id);
    check("araddr", unit_.m_axi_araddr_o, model.ar().addr);
    check("arlen", unit_.m_axi_arlen_o, model.ar().len);
  }

  void ClockAll(uint32_t seed) {
    // Beats are lost from a halt or an error on, until the reset.
    lost_ = lost_ || in_.halt || failed_;
    if (!lost_ && unit_.ring_beat_valid_o && unit_.ring_beat_ready_i) TakeRingBeat(seed);
    if (!lost_ && unit_.word_valid_o) TakeWord(seed);
    bursts_.Accept(unit_);
    const bool ring_taken = in_.ring_req_valid && unit_.ring_req_ready_o;
    const uint32_t seg_taken = in_.seg_valid & unit_.seg_ready_o;
    const bool r_taken = r_.valid && unit_.m_axi_rready_o;
    if (ring_taken) {
      for (uint32_t i = 0; i <= in_.ring_req_len; ++i)
        ring_.push_back(in_.ring_req_addr + i * S::kBytes);
    }
    for (uint32_t s = 0; s < kStreams; ++s)
      if ((seg_taken >> s & 1) != 0) segments_[s].push_back(in_.segment[s]);
    lockstep_.Cycle(in_, [&](OutputCheck& check, const Model& m) { Compare(check, m); });
    Clock(unit_);
    if (ring_taken) in_.ring_req_valid = false;
    in_.seg_valid &= ~seg_taken;
    if (r_taken) r_.valid = false;
  }

  void TakeRingBeat(uint32_t seed) {
    ASSERT_FALSE(ring_.empty()) << "a beat of the ring too much, seed " << seed;
    for (uint32_t i = 0; i < S::kBytes; ++i)
      ASSERT_EQ(PortBits(unit_.ring_beat_data_o, 8 * i, 8), NoiseByte(ring_.front() + i))
          << "ring, address " << ring_.front() << ", seed " << seed;
    ring_.pop_front();
    ++ring_beats_;
  }

  void TakeWord(uint32_t seed) {
    uint32_t s = 0;
    while ((unit_.word_valid_o >> s & 1) == 0) ++s;
    ASSERT_FALSE(segments_[s].empty()) << "a word too much for stream " << s << ", seed " << seed;
    const Model::Segment& segment = segments_[s].front();
    for (uint32_t i = 0; i < S::kBytes && done_[s] < segment.bytes; ++i, ++done_[s])
      ASSERT_EQ(PortBits(unit_.word_data_o, 8 * i, 8), NoiseByte(segment.addr + done_[s]))
          << "stream " << s << ", byte " << done_[s] << ", seed " << seed;
    ++words_;
    if (done_[s] < segment.bytes) return;
    done_[s] = 0;
    segments_[s].pop_front();
  }

  typename S::Unit unit_;
  UnitLockstep<Model> lockstep_{0, Model(MachineShape{.axi_data = 8 * S::kBytes}, true)};
  Model::Inputs in_;
  AxiReadData r_;
  ReadBursts bursts_;
  std::deque<uint64_t> ring_;  // addresses of beats to come
  std::array<std::deque<Model::Segment>, kStreams> segments_;
  std::array<uint32_t, kStreams> done_{};  // bytes of the first of them
  bool failed_ = false, lost_ = false;
  uint64_t words_ = 0, ring_beats_ = 0;
  uint32_t error_every_ = 0;  // so many beats, or never
  RandomStalls<4> stalls_;
  std::mt19937 rng_;
};

using Shapes = ::testing::Types<BusShape<Vread_port_128, 16>, BusShape<Vread_port_64, 8>>;
TYPED_TEST_SUITE(ReadPortRtl, Shapes);

TYPED_TEST(ReadPortRtl, DeliversTheRingAndEveryStreamAsTheModelInEveryCycle) {
  for (uint32_t seed = 1; seed <= 3 && !this->HasFailure(); ++seed) this->Run(seed);
}

}  // namespace
}  // namespace tetralog
