// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The Verilated core behind the Core interface. V is a class that Verilator made from
// rtl/tetralog_core.sv, or of its netlist, with the parameters of `shape`. A failed assertion,
// which Verilator prints with its place, throws MachineError.

#pragma once

#include <verilated.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "sim/core.h"
#include "sim/machine.h"
#include "sim/verilated_wave.h"

namespace tetralog {

// A word of the bus as Verilator has it: an integer up to 64 bits, 32-bit words beyond.
template <typename Port>
void SetAxiWord(Port& port, const AxiWord& word) {
  if constexpr (std::is_integral_v<Port>) {
    port = word[0];
  } else {
    for (int i = 0; i < 4; ++i) port[i] = static_cast<uint32_t>(word[i / 2] >> (32 * (i % 2)));
  }
}

template <typename Port>
AxiWord GetAxiWord(const Port& port) {
  if constexpr (std::is_integral_v<Port>) {
    return {port, 0};
  } else {
    return {port[0] | uint64_t{port[1]} << 32, port[2] | uint64_t{port[3]} << 32};
  }
}

template <typename V>
class VerilatedCore : public Core {
 public:
  // `seed` fills what reset leaves undefined.
  VerilatedCore(const MachineShape& shape, uint64_t seed, std::string level = "rtl")
      : level_(std::move(level)), shape_(shape), context_(std::make_unique<VerilatedContext>()) {
    context_->randReset(2);
    context_->randSeed(static_cast<int>(seed & 0x7fffffff) + 1);
    context_->traceEverOn(true);
    context_->fatalOnError(false);
    top_ = std::make_unique<V>(context_.get());
    Reset();
  }
  ~VerilatedCore() override {
    wave_.Abandon();
    top_->final();
    // The runtime takes the model out of the thread's current context, which may be another
    // core's.
    Verilated::threadContextp(context_.get());
    top_.reset();
    Verilated::threadContextp(Verilated::defaultContextp());
  }

  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return shape_; }

  void Reset() override {
    const CoreInputs in;
    CoreOutputs out;
    top_->rst_ni = 0;
    // The first clock edge meets what the registers hold from power-up.
    context_->assertOn(false);
    Cycle(in, out);
    context_->assertOn(true);
    for (int i = 0; i < 4; ++i) Cycle(in, out);
    top_->rst_ni = 1;
  }

  void Trace(const std::string& path) override {
    wave_.Close();
    if (path.empty()) return;
    if constexpr (requires(VerilatedFstC * fst) { top_->trace(fst, 99); }) {
      wave_.Open(*top_, path);
    } else {
      throw std::invalid_argument(
          "this build of the core has no waveform; use the one of the tool");
    }
  }

  void Cycle(const CoreInputs& in, CoreOutputs& out) override {
    Drive(in);
    top_->clk_i = 0;
    Eval();
    Sample(out);
    top_->clk_i = 1;
    Eval();
  }

 private:
  void Eval() {
    // Where a failed assertion is noted: the context of the thread, which may be another core's.
    Verilated::threadContextp(context_.get());
    top_->eval();
    if (context_->gotError()) throw MachineError("an assertion of the core failed, see above");
    if (wave_.IsOpen()) wave_.Dump(context_->time());
    context_->timeInc(1);
  }

  void Drive(const CoreInputs& in) {
    top_->s_axil_awvalid_i = in.lite.aw_valid;
    top_->s_axil_awaddr_i = in.lite.aw_addr;
    top_->s_axil_wvalid_i = in.lite.w_valid;
    top_->s_axil_wdata_i = in.lite.w_data;
    top_->s_axil_wstrb_i = in.lite.w_strb;
    top_->s_axil_bready_i = in.lite.b_ready;
    top_->s_axil_arvalid_i = in.lite.ar_valid;
    top_->s_axil_araddr_i = in.lite.ar_addr;
    top_->s_axil_rready_i = in.lite.r_ready;

    top_->m_axi_awready_i = in.axi.aw_ready;
    top_->m_axi_wready_i = in.axi.w_ready;
    top_->m_axi_bvalid_i = in.axi.b.valid;
    top_->m_axi_bid_i = in.axi.b.id;
    top_->m_axi_bresp_i = in.axi.b.resp;
    top_->m_axi_arready_i = in.axi.ar_ready;
    top_->m_axi_rvalid_i = in.axi.r.valid;
    top_->m_axi_rid_i = in.axi.r.id;
    top_->m_axi_rresp_i = in.axi.r.resp;
    top_->m_axi_rlast_i = in.axi.r.last;
    SetAxiWord(top_->m_axi_rdata_i, in.axi.r.data);
  }

  void Sample(CoreOutputs& out) {
    out.lite.aw_ready = top_->s_axil_awready_o;
    out.lite.w_ready = top_->s_axil_wready_o;
    out.lite.b_valid = top_->s_axil_bvalid_o;
    out.lite.b_resp = top_->s_axil_bresp_o;
    out.lite.ar_ready = top_->s_axil_arready_o;
    out.lite.r_valid = top_->s_axil_rvalid_o;
    out.lite.r_resp = top_->s_axil_rresp_o;
    out.lite.r_data = top_->s_axil_rdata_o;

    AxiAddress& aw = out.axi.aw;
    aw.valid = top_->m_axi_awvalid_o;
    aw.id = top_->m_axi_awid_o;
    aw.addr = top_->m_axi_awaddr_o;
    aw.len = top_->m_axi_awlen_o;
    aw.size = top_->m_axi_awsize_o;
    aw.burst = top_->m_axi_awburst_o;
    aw.lock = top_->m_axi_awlock_o;
    aw.cache = top_->m_axi_awcache_o;
    aw.prot = top_->m_axi_awprot_o;
    aw.qos = top_->m_axi_awqos_o;
    AxiAddress& ar = out.axi.ar;
    ar.valid = top_->m_axi_arvalid_o;
    ar.id = top_->m_axi_arid_o;
    ar.addr = top_->m_axi_araddr_o;
    ar.len = top_->m_axi_arlen_o;
    ar.size = top_->m_axi_arsize_o;
    ar.burst = top_->m_axi_arburst_o;
    ar.lock = top_->m_axi_arlock_o;
    ar.cache = top_->m_axi_arcache_o;
    ar.prot = top_->m_axi_arprot_o;
    ar.qos = top_->m_axi_arqos_o;
    out.axi.w.valid = top_->m_axi_wvalid_o;
    out.axi.w.last = top_->m_axi_wlast_o;
    out.axi.w.strb = top_->m_axi_wstrb_o;
    out.axi.w.data = GetAxiWord(top_->m_axi_wdata_o);
    out.axi.b_ready = top_->m_axi_bready_o;
    out.axi.r_ready = top_->m_axi_rready_o;
    out.irq = top_->irq_o;
  }

  const std::string level_;
  MachineShape shape_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<V> top_;
  VerilatedWave wave_;
};

}  // namespace tetralog
