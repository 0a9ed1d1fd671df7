// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of axi_read in lockstep with the RTL: five streams that ask at random, urgent or
// not, before a memory that answers bursts of different IDs in any order and interleaved, with
// error responses now and then, each side stalled in turn, halts after which the streams go on or
// all is reset, and resets in the middle. All outputs are compared in every cycle.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vaxi_read_128.h"
#include "Vaxi_read_64.h"
#include "model/cycle/axi_read.h"
#include "tests/read_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

template <typename S>
class AxiReadCycle : public ::testing::Test {
 protected:
  using Model = cycle::AxiRead;
  static constexpr int kStreams = Model::kStreams, kAddrWidth = 40;

  void Run(uint32_t seed) {
    rng_.seed(seed);
    lockstep_.set_seed(seed);
    Reset();
    for (uint32_t i = 0; i < kLockstepCycles && !lockstep_.differs(); ++i) {
      if (i % 256 == 0) {
        stalls_.Draw(rng_);
        in_.urgent = rng_() % (1 << kStreams);
        error_every_ = rng_() % 4 == 0 ? 100 : 0;
      }
      // Failed streams and a halt stay until a reset, a halt may end before.
      if (rng_() % (in_.halt ? 128 : 1024) == 0) in_.halt = !in_.halt;
      if (rng_() % (in_.halt || unit_.error_o ? 256 : 2048) == 0) Reset();
      Drive();
      ClockAll();
    }
    if (!lockstep_.differs()) EXPECT_GT(beats_, kLockstepCycles / 20) << "seed " << seed;
  }

 private:
  void Reset() {
    in_.req_valid = 0;
    in_.halt = false;
    r_.valid = false;
    in_.r = &r_;
    bursts_.Clear();
    Apply();
    ResetUnit(unit_);
    lockstep_.Reset();
  }

  void Drive() {
    for (int s = 0; s < kStreams; ++s) {
      const uint32_t bit = 1U << s;
      if ((in_.req_valid & bit) == 0 && !stalls_(0, rng_)) {
        in_.req_valid |= bit;
        in_.req_addr[s] = (uint64_t{rng_()} << 8 | rng_() % 256) & 0xffffffffff;
        in_.req_len[s] = static_cast<uint8_t>(rng_() % 16);
      }
      in_.beat_ready = stalls_(1, rng_) ? in_.beat_ready & ~bit : in_.beat_ready | bit;
    }
    in_.ar_ready = !stalls_(2, rng_);
    if (!r_.valid) {
      r_ = {.data = RandomAxiWord(rng_)};
      if (!bursts_.empty() && !stalls_(3, rng_)) OfferBeat();
    }
    Apply();
    Settle(unit_);
  }

  void OfferBeat() {
    bursts_.Offer(rng_, S::kBytes, &r_);
    const bool bad = error_every_ != 0 && rng_() % error_every_ == 0;
    r_.resp = static_cast<uint8_t>(bad ? 2 + rng_() % 2 : rng_() % 2);
  }

  void Apply() {
    unit_.req_valid_i = in_.req_valid;
    for (int s = 0; s < kStreams; ++s) {
      SetPortBits(unit_.req_addr_i, s * kAddrWidth, kAddrWidth, in_.req_addr[s]);
      SetPortBits(unit_.req_len_i, s * 8, 8, in_.req_len[s]);
    }
    unit_.urgent_i = in_.urgent;
    unit_.beat_ready_i = in_.beat_ready;
    unit_.halt_i = in_.halt;
    unit_.m_axi_arready_i = in_.ar_ready;
    unit_.m_axi_rvalid_i = r_.valid;
    unit_.m_axi_rid_i = r_.id;
    unit_.m_axi_rresp_i = r_.resp;
    unit_.m_axi_rlast_i = r_.last;
    SetPortAxiWord(unit_.m_axi_rdata_i, r_.data);
  }

  void Compare(OutputCheck& check, const Model& model) const {
    check("req_ready", unit_.req_ready_o & in_.req_valid,
          model.req_ready(in_.req_valid, in_.urgent, in_.halt, in_.ar_ready));
    check("beat_valid", unit_.beat_valid_o, model.beat_valid(in_.halt));
    if (unit_.beat_valid_o) {
      check.DataWord("beat_data", PortAxiWord(unit_.beat_data_o), model.beat_data(), S::kBytes);
      check("beat_last", unit_.beat_last_o, model.beat_last());
    }
    const Model::Next next = model.next(in_.beat_ready, in_.halt, r_);
    check("next", unit_.next_o, next.stream);
    if (unit_.next_o) check("next_last", unit_.next_last_o, next.last);
    check("error", unit_.error_o, model.error());
    check("busy", unit_.busy_o, model.busy());
    check("beat", unit_.beat_o, model.beat(r_.valid));
    check("rready", unit_.m_axi_rready_o, model.r_ready());
    const AxiAddress& ar = model.ar();
    check("arvalid", unit_.m_axi_arvalid_o, ar.valid);
    check("arid", unit_.m_axi_arid_o, ar.id);
    check("araddr", unit_.m_axi_araddr_o, ar.addr);
    check("arlen", unit_.m_axi_arlen_o, ar.len);
    check("arsize", unit_.m_axi_arsize_o, ar.size);
    check("arburst", unit_.m_axi_arburst_o, ar.burst);
    check("arlock", unit_.m_axi_arlock_o, ar.lock);
    check("arcache", unit_.m_axi_arcache_o, ar.cache);
    check("arprot", unit_.m_axi_arprot_o, ar.prot);
    check("arqos", unit_.m_axi_arqos_o, ar.qos);
  }

  void ClockAll() {
    const uint32_t granted = in_.req_valid & unit_.req_ready_o;
    const bool r_taken = r_.valid && unit_.m_axi_rready_o;
    bursts_.Accept(unit_);
    beats_ += unit_.beat_valid_o & unit_.beat_ready_i ? 1 : 0;
    lockstep_.Cycle(in_, [&](OutputCheck& check, const Model& m) { Compare(check, m); });
    Clock(unit_);
    in_.req_valid &= ~granted;
    if (r_taken) r_.valid = false;
  }

  typename S::Unit unit_;
  UnitLockstep<Model> lockstep_{0, Model(MachineShape{.axi_data = 8 * S::kBytes})};
  Model::Inputs in_;
  AxiReadData r_;
  ReadBursts bursts_;
  uint64_t beats_ = 0;        // that streams took
  uint32_t error_every_ = 0;  // so many beats, or never
  RandomStalls<4> stalls_;
  std::mt19937 rng_;
};

using Shapes = ::testing::Types<BusShape<Vaxi_read_128, 16>, BusShape<Vaxi_read_64, 8>>;
TYPED_TEST_SUITE(AxiReadCycle, Shapes);

TYPED_TEST(AxiReadCycle, EqualsTheRtlInEveryCycle) {
  for (uint32_t seed = 1; seed <= 3 && !this->HasFailure(); ++seed) this->Run(seed);
}

}  // namespace
}  // namespace tetralog
