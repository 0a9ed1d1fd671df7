// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of control_registers in lockstep with the RTL, in two builds: all outputs in
// every cycle, with random traffic, events and stalls, quiet stretches, and hard resets in the
// middle. Counters that were skipped over in quiet stretches show when they are read.
#include <gtest/gtest.h>

#include <cstdint>

#include "model/cycle/control_registers.h"
#include "tests/control_registers_testing.h"
#include "tests/unit_lockstep.h"

namespace tetralog {
namespace {

using cycle::ControlRegisters;

template <class V>
ControlRegisters::Inputs InputsOf(const V& rtl) {
  ControlRegisters::Inputs in;
  in.lite.aw_valid = rtl.s_axil_awvalid_i;
  in.lite.w_valid = rtl.s_axil_wvalid_i;
  in.lite.b_ready = rtl.s_axil_bready_i;
  in.lite.ar_valid = rtl.s_axil_arvalid_i;
  in.lite.r_ready = rtl.s_axil_rready_i;
  in.lite.aw_addr = rtl.s_axil_awaddr_i;
  in.lite.ar_addr = rtl.s_axil_araddr_i;
  in.lite.w_strb = rtl.s_axil_wstrb_i;
  in.lite.w_data = rtl.s_axil_wdata_i;
  in.soft_reset_done = rtl.soft_reset_done_i;
  in.busy = rtl.busy_i;
  in.error = rtl.error_i;
  in.error_cause = rtl.error_cause_i;
  in.completion = rtl.completion_i;
  in.head = rtl.head_i;
  in.error_index = rtl.error_index_i;
  in.count_busy = rtl.count_busy_i;
  in.count_active = rtl.count_active_i;
  in.count_stall_operand = rtl.count_stall_operand_i;
  in.count_stall_drain = rtl.count_stall_drain_i;
  in.count_stall_addend = rtl.count_stall_addend_i;
  in.count_stall_write = rtl.count_stall_write_i;
  in.count_read = rtl.count_read_i;
  in.count_write_bytes = rtl.count_write_bytes_i;
  in.count_products = rtl.count_products_i;
  in.count_gated = rtl.count_gated_i;
  return in;
}

template <class V>
void Compare(OutputCheck& check, const V& rtl, const ControlRegisters& model) {
  const AxiLiteSlave& lite = model.lite();
  check("awready", rtl.s_axil_awready_o, lite.aw_ready);
  check("wready", rtl.s_axil_wready_o, lite.w_ready);
  check("bvalid", rtl.s_axil_bvalid_o, lite.b_valid);
  check("arready", rtl.s_axil_arready_o, lite.ar_ready);
  check("rvalid", rtl.s_axil_rvalid_o, lite.r_valid);
  check("bresp", rtl.s_axil_bresp_o, lite.b_resp);
  check("rresp", rtl.s_axil_rresp_o, lite.r_resp);
  check("rdata", rtl.s_axil_rdata_o, lite.r_data);
  check("irq", rtl.irq_o, model.irq());
  check("enable", rtl.enable_o, model.enable());
  check("soft_reset", rtl.soft_reset_o, model.soft_reset());
  check("ring_base", rtl.ring_base_o, model.ring_base());
  check("ring_size", rtl.ring_size_o, model.ring_size());
  check("record_base", rtl.record_base_o, model.record_base());
  check("tail", rtl.tail_o, model.tail());
}

// A master with a write and a read always under way; what it offers stays until it is taken.
struct Held {
  bool aw = false, w = false, ar = false;  // offered and not taken in the last cycle
};

template <class V>
void DrivePort(V& rtl, std::mt19937& rng, const Held& held, uint32_t stall, bool quiet,
               bool clear) {
  const auto raise = [&] { return !quiet && rng() % 8 >= stall; };
  if (!held.aw) {
    rtl.s_axil_awvalid_i = raise();
    if (!quiet) rtl.s_axil_awaddr_i = RandomOffset(rng);
  }
  if (!held.w) {
    rtl.s_axil_wvalid_i = raise();
    if (!quiet) {
      rtl.s_axil_wdata_i = Word(rng);
      if (!clear || rng() % 8 != 0) rtl.s_axil_wdata_i &= ~(1U << kControlClearCounters);
      rtl.s_axil_wstrb_i = rng() & 0xf;
    }
  }
  if (!held.ar) {
    rtl.s_axil_arvalid_i = raise();
    if (!quiet) rtl.s_axil_araddr_i = RandomOffset(rng);
  }
  rtl.s_axil_bready_i = quiet || rng() % 8 >= stall;
  rtl.s_axil_rready_i = quiet || rng() % 8 >= stall;
}

// `clears`: counters are cleared now and then, by software and by hard resets.
template <class V>
void RunTraffic(uint64_t cycles, uint32_t stall, bool clears) {
  UnitLockstep<ControlRegisters> lockstep(kSeed, ControlRegisters(kBuild<V>));
  std::mt19937 rng(kSeed);
  V rtl;
  Events events;
  Held held;
  const auto edge = [&] {
    rtl.clk_i = 1;
    rtl.eval();
    rtl.clk_i = 0;
    rtl.eval();
  };
  for (uint64_t cycle = 0; cycle < cycles && !lockstep.differs(); ++cycle) {
    const bool reset = cycle < 2 || (clears && rng() % 1000 == 0);
    const bool quiet = cycle % 1024 < 256;
    if (!quiet) events = RandomEvents<V>(rng, lockstep.model().soft_reset());
    if (quiet) events.completion = events.done = false;
    if (!clears && !quiet && rng() % 4 != 0) events.count[kCounterProducts] = 1 << 16;
    DriveEvents(rtl, events);
    DrivePort(rtl, rng, held, stall, quiet, clears);
    if (reset) rtl.s_axil_awvalid_i = rtl.s_axil_wvalid_i = rtl.s_axil_arvalid_i = 0;
    rtl.rst_ni = !reset;
    rtl.eval();
    if (reset) {
      lockstep.Reset();
    } else {
      lockstep.Cycle(InputsOf(rtl), [&](OutputCheck& check, const ControlRegisters& model) {
        Compare(check, rtl, model);
      });
    }
    held = {.aw = rtl.s_axil_awvalid_i && !rtl.s_axil_awready_o,
            .w = rtl.s_axil_wvalid_i && !rtl.s_axil_wready_o,
            .ar = rtl.s_axil_arvalid_i && !rtl.s_axil_arready_o};
    edge();
  }
  EXPECT_GT(lockstep.skipped(), cycles / 8);
}

TEST(ControlRegistersCycle, MatchesTheRtlInEveryCycle) {
  for (const uint32_t stall : {0, 5}) {
    RunTraffic<Vcontrol_registers>(40000, stall, true);
    RunTraffic<Vcontrol_registers_wide>(40000, stall, true);
  }
}

TEST(ControlRegistersCycle, MatchesTheRtlWhenCountersPass32Bits) {
  RunTraffic<Vcontrol_registers_wide>(200000, 2, false);
}

}  // namespace
}  // namespace tetralog
