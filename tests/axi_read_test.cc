// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// axi_read.sv between five streams and a memory that answers as AXI allows: bursts of different IDs
// in any order and interleaved beat by beat, those of one ID in order. Each stream asks for bursts
// of noise at random; whatever the stalls, every address must go out once, with its stream's ID and
// in the stream's order, and every stream must receive exactly its beats. The order of streams,
// halts, error responses and the limit of outstanding beats have tests of their own. That waiting
// addresses and beats stay as they are is asserted in the module and checked here again for the AXI
// side.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "Vaxi_read_64.h"
#include "tests/read_testing.h"
#ifndef GATES
#include "Vaxi_read_128.h"
#endif

namespace tetralog {
namespace {

constexpr int kStreams = 5, kAddrWidth = 40;

struct Burst {
  uint64_t addr;
  uint32_t beats;
};

template <typename UnitType, int kWordBytes>
struct Shape {
  using Unit = UnitType;
  static constexpr uint64_t kBytes = kWordBytes;
};

template <typename S>
class AxiReadRtl : public ::testing::Test {
 protected:
  static constexpr uint64_t kBytes = S::kBytes;

  AxiReadRtl() {
    unit_.req_valid_i = unit_.beat_ready_i = unit_.halt_i = unit_.urgent_i = 0;
    unit_.m_axi_arready_i = unit_.m_axi_rvalid_i = 0;
    unit_.m_axi_rid_i = unit_.m_axi_rresp_i = unit_.m_axi_rlast_i = 0;
    ResetUnit(unit_);
  }

  // In sixteenths of the cycles.
  uint32_t stall_req_ = 0, stall_beat_ = 0, stall_ar_ = 0, stall_r_ = 0;
  uint64_t latency_ = 5;
  bool memory_answers_ = true;
  uint64_t bad_word_ = ~uint64_t{0};  // address whose beat has an error response
  uint32_t bad_response_ = 2;

  std::array<std::deque<Burst>, kStreams> to_request_;     // queued by the test
  std::array<std::deque<uint64_t>, kStreams> to_receive_;  // word addresses granted, not delivered
  std::array<std::deque<uint32_t>, kStreams> bursts_;      // beats of them to come
  std::vector<int> ids_;                                   // of the addresses that went out
  std::array<uint64_t, kStreams> delivered_ = {};
  uint64_t r_beats_ = 0, counted_beats_ = 0;
  std::mt19937 rng_{1};
  uint64_t cycle_ = 0;
  typename S::Unit unit_;

  void QueueRandom(int stream, int bursts) {
    for (int i = 0; i < bursts; ++i) {
      const uint64_t word = (uint64_t{rng_()} << 4) & ((uint64_t{1} << 36) - 1);
      to_request_[stream].push_back(
          {word * kBytes % (uint64_t{1} << kAddrWidth), static_cast<uint32_t>(rng_() % 16 + 1)});
    }
  }

  bool Idle() const {
    bool idle = pending_.empty() && !unit_.busy_o;
    for (int s = 0; s < kStreams; ++s) idle = idle && to_request_[s].empty();
    return idle;
  }

  void Cycle() {
    for (int s = 0; s < kStreams; ++s) {
      const uint32_t bit = 1U << s;
      if ((unit_.req_valid_i & bit) == 0 && !to_request_[s].empty() && !Stalls(rng_, stall_req_)) {
        unit_.req_valid_i |= bit;
        SetPortBits(unit_.req_addr_i, s * kAddrWidth, kAddrWidth, to_request_[s].front().addr);
        SetPortBits(unit_.req_len_i, s * 8, 8, to_request_[s].front().beats - 1);
      }
      if (Stalls(rng_, stall_beat_)) {
        unit_.beat_ready_i &= ~bit;
      } else {
        unit_.beat_ready_i |= bit;
      }
    }
    unit_.m_axi_arready_i = !Stalls(rng_, stall_ar_);
    if (!unit_.m_axi_rvalid_i && memory_answers_ && !Stalls(rng_, stall_r_)) OfferBeat();
    Settle(unit_);
    Check();
    const bool r_taken = unit_.m_axi_rvalid_i && unit_.m_axi_rready_o;
    const uint32_t granted = unit_.req_valid_i & unit_.req_ready_o;
    Clock(unit_);
    for (int s = 0; s < kStreams; ++s) {
      if ((granted >> s & 1) == 0) continue;
      const Burst burst = to_request_[s].front();
      for (uint32_t i = 0; i < burst.beats; ++i) to_receive_[s].push_back(burst.addr + i * kBytes);
      granted_[s].push_back(burst);
      bursts_[s].push_back(burst.beats);
      to_request_[s].pop_front();
    }
    unit_.req_valid_i &= ~granted;
    if (r_taken) unit_.m_axi_rvalid_i = 0;
    ++cycle_;
  }

  void RunToIdle() {
    for (int i = 0; i < 200000; ++i) {
      Cycle();
      if (Idle() || this->HasFatalFailure()) break;
    }
    ASSERT_TRUE(Idle()) << "still busy";
    ASSERT_EQ(r_beats_, counted_beats_);
  }

 private:
  struct Pending {
    int id;
    uint64_t addr, time;
    uint32_t left;
  };

  // A beat of any burst that is the oldest of its ID.
  void OfferBeat() {
    std::vector<size_t> choices;
    std::array<bool, kStreams> seen = {};
    for (size_t i = 0; i < pending_.size(); ++i) {
      if (!seen[pending_[i].id] && pending_[i].time <= cycle_) choices.push_back(i);
      seen[pending_[i].id] = true;
    }
    if (choices.empty()) return;
    const size_t choice = choices[rng_() % choices.size()];
    Pending& burst = pending_[choice];
    unit_.m_axi_rvalid_i = 1;
    unit_.m_axi_rid_i = burst.id;
    unit_.m_axi_rlast_i = burst.left == 1;
    unit_.m_axi_rresp_i = burst.addr == bad_word_ ? bad_response_ : 0;
    for (uint64_t i = 0; i < kBytes / 4; ++i) {
      SetPortWord(unit_.m_axi_rdata_i, i, NoiseWord(burst.addr + 4 * i));
    }
    burst.addr += kBytes;
    if (--burst.left == 0) pending_.erase(pending_.begin() + choice);
  }

  void Check() {
    const uint64_t ar[3] = {unit_.m_axi_arid_o, unit_.m_axi_araddr_o, unit_.m_axi_arlen_o};
    if (ar_waits_) {
      ASSERT_TRUE(unit_.m_axi_arvalid_o && std::equal(ar, ar + 3, ar_)) << "AR changed";
    }
    std::copy(ar, ar + 3, ar_);
    ar_waits_ = unit_.m_axi_arvalid_o && !unit_.m_axi_arready_i;
    if (unit_.m_axi_arvalid_o && unit_.m_axi_arready_i) {
      ASSERT_LT(ar[0], uint64_t{kStreams});
      ASSERT_FALSE(granted_[ar[0]].empty());
      const Burst burst = granted_[ar[0]].front();
      granted_[ar[0]].pop_front();
      ASSERT_EQ(ar[1], burst.addr);
      ASSERT_EQ(ar[2] + 1, burst.beats);
      ASSERT_EQ(1U << unit_.m_axi_arsize_o, kBytes);
      ASSERT_EQ(unit_.m_axi_arburst_o, 1U);
      ASSERT_EQ(unit_.m_axi_arcache_o, 3U);
      ASSERT_EQ(unit_.m_axi_arprot_o | unit_.m_axi_arlock_o | unit_.m_axi_arqos_o, 0U);
      pending_.push_back({static_cast<int>(ar[0]), burst.addr, cycle_ + latency_, burst.beats});
      ids_.push_back(static_cast<int>(ar[0]));
    }
    ASSERT_LE(__builtin_popcount(unit_.beat_valid_o), 1);
    // A beat is announced in the cycle before it is there first, and the last of a burst is marked.
    ASSERT_EQ(unit_.beat_valid_o & ~(next_ | beat_waits_), 0U) << "a beat that was not announced";
    if (unit_.beat_valid_o) ASSERT_EQ(unit_.beat_last_o, next_last_);
    beat_waits_ = unit_.beat_valid_o & ~unit_.beat_ready_i;
    next_ = unit_.next_o;
    if (next_) next_last_ = unit_.next_last_o;
    const uint32_t taken = unit_.beat_valid_o & unit_.beat_ready_i;
    for (int s = 0; s < kStreams; ++s) {
      if ((taken >> s & 1) == 0) continue;
      ASSERT_FALSE(to_receive_[s].empty()) << "stream " << s;
      const uint64_t addr = to_receive_[s].front();
      to_receive_[s].pop_front();
      ASSERT_FALSE(addr == bad_word_ && bad_response_ >= 2) << "a bad beat was delivered";
      for (uint64_t i = 0; i < kBytes / 4; ++i) {
        ASSERT_EQ(PortWord(unit_.beat_data_o, i), NoiseWord(addr + 4 * i)) << "stream " << s;
      }
      bursts_[s].front() -= 1;
      ASSERT_EQ(unit_.beat_last_o, bursts_[s].front() == 0) << "stream " << s;
      if (unit_.beat_last_o) bursts_[s].pop_front();
      ++delivered_[s];
    }
    r_beats_ += unit_.m_axi_rvalid_i && unit_.m_axi_rready_o;
    counted_beats_ += unit_.beat_o;
  }

  std::deque<Pending> pending_;
  std::array<std::deque<Burst>, kStreams> granted_;  // not yet seen on AR
  uint32_t next_ = 0, beat_waits_ = 0;               // streams whose beat was announced, waits
  bool next_last_ = false;
  bool ar_waits_ = false;
  uint64_t ar_[3] = {};
};

#ifdef GATES  // of the smallest shape
using Shapes = ::testing::Types<Shape<Vaxi_read_64, 8>>;
#else
using Shapes = ::testing::Types<Shape<Vaxi_read_128, 16>, Shape<Vaxi_read_64, 8>>;
#endif
TYPED_TEST_SUITE(AxiReadRtl, Shapes);

TYPED_TEST(AxiReadRtl, DeliversEveryBeatToItsStreamUnderStallsOfEveryPort) {
  const uint32_t patterns[][4] = {{0, 0, 0, 0},  {12, 0, 0, 0}, {0, 12, 0, 0},
                                  {0, 0, 12, 0}, {0, 0, 0, 12}, {4, 4, 4, 4}};
  for (const auto& p : patterns) {
    SCOPED_TRACE(::testing::Message()
                 << "stalls " << p[0] << " " << p[1] << " " << p[2] << " " << p[3] << ", seed 1");
    this->stall_req_ = p[0];
    this->stall_beat_ = p[1];
    this->stall_ar_ = p[2];
    this->stall_r_ = p[3];
    this->latency_ = this->rng_() % 40;
    for (int s = 0; s < kStreams; ++s) this->QueueRandom(s, 60);
    this->RunToIdle();
    ASSERT_FALSE(this->HasFatalFailure());
    for (int s = 0; s < kStreams; ++s) ASSERT_TRUE(this->to_receive_[s].empty());
  }
  EXPECT_EQ(this->ids_.size(), 6U * 5 * 60);
  EXPECT_EQ(this->unit_.error_o, 0U);
}

TYPED_TEST(AxiReadRtl, TakesAnAddressAndABeatACycle) {
  for (int i = 0; i < 200; ++i) this->to_request_[3].push_back({static_cast<uint64_t>(i) * 64, 1});
  this->latency_ = 1;
  this->RunToIdle();
  EXPECT_LE(this->cycle_, 200U + 6);
}

// Every stream asks for single beats all the time.
TYPED_TEST(AxiReadRtl, ServesTheFirstStreamThenUrgentOnesThenTheHighest) {
  for (uint32_t urgent = 0; urgent < 1U << kStreams; ++urgent) {
    for (uint32_t asking = 1; asking < 1U << kStreams; ++asking) {
      this->unit_.urgent_i = urgent;
      this->ids_.clear();
      // Requests are all there before the first is granted.
      this->unit_.halt_i = 1;
      for (int s = 0; s < kStreams; ++s)
        if (asking >> s & 1) this->to_request_[s].assign(2, {uint64_t{64} * s, 1});
      this->Cycle();
      this->unit_.halt_i = 0;
      this->RunToIdle();
      std::vector<int> order;
      if (asking & 1) order.insert(order.end(), 2, 0);
      for (const bool first : {true, false})
        for (int s = kStreams - 1; s > 0; --s)
          if ((asking >> s & 1) && (urgent >> s & 1) == first) order.insert(order.end(), 2, s);
      ASSERT_EQ(this->ids_, order) << "asking " << asking << ", urgent " << urgent;
    }
  }
}

TYPED_TEST(AxiReadRtl, ComesToRestWhenHalted) {
  for (uint32_t wait = 0; wait < 40; ++wait) {
    SCOPED_TRACE(::testing::Message() << "halt after " << wait << " cycles, seed 1");
    for (int s = 0; s < kStreams; ++s) this->QueueRandom(s, 20);
    this->stall_ar_ = wait % 3 == 0 ? 12 : 0;
    this->stall_beat_ = 8;
    for (uint32_t i = 0; i < wait; ++i) this->Cycle();
    const auto delivered = this->delivered_;
    const size_t waiting = this->unit_.m_axi_arvalid_o ? 1 : 0;
    const size_t ids = this->ids_.size();
    this->unit_.halt_i = 1;
    for (int i = 0; i < 2000 && this->unit_.busy_o; ++i) this->Cycle();
    ASSERT_FALSE(this->HasFatalFailure());
    ASSERT_FALSE(this->unit_.busy_o || this->unit_.m_axi_arvalid_o || this->unit_.m_axi_rvalid_i);
    EXPECT_EQ(this->ids_.size(), ids + waiting);
    EXPECT_EQ(this->delivered_, delivered);
    // The streams forget what was swallowed and go on.
    for (int s = 0; s < kStreams; ++s) {
      this->to_request_[s].clear();
      this->to_receive_[s].clear();
      this->bursts_[s].clear();
    }
    this->unit_.req_valid_i = 0;
    this->unit_.halt_i = 0;
    this->RunToIdle();
  }
}

TYPED_TEST(AxiReadRtl, KeepsBadBeatsFromAFailedStreamAndServesTheOthers) {
  for (uint32_t response : {2U, 3U}) {
    for (int bad = 0; bad < kStreams; ++bad) {
      SCOPED_TRACE(::testing::Message() << "response " << response << " to stream " << bad);
      ResetUnit(this->unit_);
      this->stall_beat_ = this->stall_r_ = 4;
      for (int s = 0; s < kStreams; ++s) this->QueueRandom(s, 30);
      this->to_request_[bad][10].beats = 7;
      this->bad_word_ = this->to_request_[bad][10].addr + 3 * this->kBytes;
      this->bad_response_ = response;
      uint64_t expected = this->delivered_[bad] + 3;
      for (int i = 0; i < 10; ++i) expected += this->to_request_[bad][i].beats;
      for (int i = 0; i < 5000; ++i) this->Cycle();
      for (int s = 0; s < kStreams; ++s) this->QueueRandom(s, 1);
      for (int i = 0; i < 200; ++i) this->Cycle();
      ASSERT_FALSE(this->HasFatalFailure());
      EXPECT_EQ(this->unit_.error_o, 1U << bad);
      EXPECT_FALSE(this->unit_.busy_o);
      EXPECT_EQ(this->delivered_[bad], expected);
      EXPECT_FALSE(this->to_request_[bad].empty()) << "requests went on";
      for (int s = 0; s < kStreams; ++s) {
        if (s == bad) continue;
        EXPECT_TRUE(this->to_request_[s].empty() && this->to_receive_[s].empty()) << s;
      }
      this->to_request_[bad].clear();
      this->to_receive_[bad].clear();
      this->bursts_[bad].clear();
      this->unit_.req_valid_i = 0;
    }
  }
}

TYPED_TEST(AxiReadRtl, TakesAnExclusiveOkayForNoError) {
  this->QueueRandom(2, 1);
  this->bad_word_ = this->to_request_[2][0].addr;
  this->bad_response_ = 1;
  this->RunToIdle();
  EXPECT_TRUE(this->to_receive_[2].empty());
  EXPECT_EQ(this->unit_.error_o, 0U);
}

TYPED_TEST(AxiReadRtl, AsksNoFurtherAheadThanItsLimit) {
  this->memory_answers_ = false;
  for (int i = 0; i < 200; ++i) this->to_request_[3].push_back({static_cast<uint64_t>(i) * 64, 1});
  for (int i = 0; i < 300; ++i) this->Cycle();
  EXPECT_EQ(this->ids_.size(), 64U);
  this->memory_answers_ = true;
  this->RunToIdle();
  EXPECT_EQ(this->ids_.size(), 200U);
  EXPECT_TRUE(this->to_receive_[3].empty());
}

}  // namespace
}  // namespace tetralog
