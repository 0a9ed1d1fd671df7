// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of control_registers in lockstep with the RTL, in two builds: all outputs in
// every cycle, with random traffic, events and stalls, quiet stretches, and hard resets in the
// middle. Skipping is compared with stepping.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "model/cycle/control_registers.h"
#include "tests/control_registers_testing.h"
#include "tests/cycle_unit_testing.h"

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

// All outputs are registers: what the RTL shows behind an edge is what it shows before the next.
template <class V>
void Compare(Lockstep& lockstep, const V& rtl, const ControlRegisters& model) {
  const AxiLiteSlave& lite = model.lite();
  lockstep.Same("awready", rtl.s_axil_awready_o, lite.aw_ready);
  lockstep.Same("wready", rtl.s_axil_wready_o, lite.w_ready);
  lockstep.Same("bvalid", rtl.s_axil_bvalid_o, lite.b_valid);
  lockstep.Same("arready", rtl.s_axil_arready_o, lite.ar_ready);
  lockstep.Same("rvalid", rtl.s_axil_rvalid_o, lite.r_valid);
  if (lite.b_valid) lockstep.Same("bresp", rtl.s_axil_bresp_o, lite.b_resp);
  if (lite.r_valid) lockstep.Same("rresp", rtl.s_axil_rresp_o, lite.r_resp);
  if (lite.r_valid) lockstep.Same("rdata", rtl.s_axil_rdata_o, lite.r_data);
  lockstep.Same("irq", rtl.irq_o, model.irq());
  lockstep.Same("enable", rtl.enable_o, model.enable());
  lockstep.Same("soft_reset", rtl.soft_reset_o, model.soft_reset());
  lockstep.Same("ring_base", rtl.ring_base_o, model.ring_base());
  lockstep.Same("ring_size", rtl.ring_size_o, model.ring_size());
  lockstep.Same("record_base", rtl.record_base_o, model.record_base());
  lockstep.Same("tail", rtl.tail_o, model.tail());
}

template <class V>
void RunTraffic(uint32_t stall) {
  Lockstep lockstep("seed " + std::to_string(kSeed) + ", stalls " + std::to_string(stall) +
                    "; control_registers_cycle_test");
  Bench<V> bench;
  bench.stall_valid = bench.stall_ready = stall;
  ControlRegisters model(kBuild<V>);
  bool reset = true;  // the bench's reset ends with a cycle without it
  for (; lockstep.cycle < 20000 && !lockstep.differs(); ++lockstep.cycle) {
    if (!reset) {
      const bool quiet = lockstep.cycle % 1024 < 256;
      if (!quiet) RandomCycle(bench);
      if (quiet) bench.in.completion = bench.in.done = false;
      bench.Tick();
    }
    const ControlRegisters::Inputs in = InputsOf(bench.unit());
    if (reset) model.Reset();
    const bool active = model.Clock(in);
    Compare(lockstep, bench.unit(), model);
    if (active && lockstep.cycle % 1024 == 255)
      lockstep.Same("activity in a quiet stretch", 0, active);
    reset = bench.rng() % 1000 == 0;
    if (reset) bench.Reset();
  }
}

TEST(ControlRegistersCycle, MatchesTheRtlInEveryCycle) {
  for (const uint32_t stall : {0, 5}) {
    RunTraffic<Vcontrol_registers>(stall);
    RunTraffic<Vcontrol_registers_wide>(stall);
  }
}

TEST(ControlRegistersCycle, SkippingIsStepping) {
  const MachineShape shape = kBuild<Vcontrol_registers_wide>;
  ControlRegisters stepped(shape), skipped(shape);
  std::mt19937 rng(kSeed);
  ControlRegisters::Inputs in;
  for (int i = 0; i < 1000; ++i) {
    in.error = rng() & 1;
    in.count_busy = rng() & 1;
    in.count_active = rng() & 1;
    in.count_stall_operand = rng() & 1;
    in.count_stall_drain = rng() & 1;
    in.count_stall_addend = rng() & 1;
    in.count_stall_write = rng() & 1;
    in.count_read = rng() & 1;
    in.count_write_bytes = Word(rng) % 9;
    in.count_products = Word(rng) % 65537;
    in.count_gated = Word(rng) % 65537;
    while (skipped.Clock(in)) stepped.Clock(in);
    stepped.Clock(in);
    const uint64_t cycles = rng() % 500;
    ASSERT_LE(cycles, skipped.Countdown());
    skipped.Skip(cycles, in);
    for (uint64_t c = 0; c < cycles; ++c) ASSERT_FALSE(stepped.Clock(in));
    for (unsigned c = 0; c < kCounters; ++c)
      ASSERT_EQ(skipped.counter(c), stepped.counter(c)) << "counter " << c << ", step " << i;
  }
}

}  // namespace
}  // namespace tetralog
