// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc_core.h"

#include <cstdlib>
#include <stdexcept>

#include "model/systemc/core_signals.h"
#include "model/systemc/tetralog_core.h"

// The library of SystemC asks for it; programs of this project have a main() of their own.
extern "C" int sc_main(int, char*[]) { return 0; }

namespace tetralog {
namespace {

// A simulation's context, current while this lives.
class Current {
 public:
  explicit Current(sc_core::sc_simcontext* context)
      : before_(sc_core::sc_curr_simcontext), default_(sc_core::sc_default_global_context) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context;
  }
  ~Current() {
    sc_core::sc_curr_simcontext = before_;
    sc_core::sc_default_global_context = default_;
  }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  sc_core::sc_simcontext *before_, *default_;
};

// SystemC greets on standard error unless told not to.
sc_core::sc_simcontext* NewContext() {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  return new sc_core::sc_simcontext;
}

}  // namespace

// The module with a signal at every port.
class SystemcCore::Simulation {
 public:
  explicit Simulation(const MachineShape& shape) : context_(NewContext()) {
    const Current current(context_.get());
    bench_ = std::make_unique<Bench>(shape);
  }
  ~Simulation() {
    const Current current(context_.get());
    bench_.reset();
    context_.reset();
  }

  void Reset() {
    const Current current(context_.get());
    bench_->rst_ni.write(false);
    for (int half = 0; half < 4; ++half) Half(half % 2 != 0);
    bench_->rst_ni.write(true);
  }

  void Cycle(const CoreInputs& in, CoreOutputs& out) {
    const Current current(context_.get());
    bench_->Drive(in);
    Half(false);
    bench_->Sample(out);
    Half(true);
  }

 private:
  struct Bench : systemc::CoreSignals {
    explicit Bench(const MachineShape& shape) : core("core", shape) {
      core.clk_i(clk_i);
      Bind(core);
    }
    void Drive(const CoreInputs& in);
    void Sample(CoreOutputs& out) const;

    Signal<bool> clk_i;
    systemc::TetralogCore core;
    CoreInputs driven;  // what the signals were given
  };

  // Half a period of the clock at this level.
  void Half(bool clock) {
    bench_->clk_i.write(clock);
    sc_core::sc_start(1, sc_core::SC_NS);
  }

  std::unique_ptr<sc_core::sc_simcontext> context_;
  std::unique_ptr<Bench> bench_;
};

void SystemcCore::Simulation::Bench::Drive(const CoreInputs& in) {
  // Most inputs stand still, and to compare costs less than to write.
  const auto drive = [](auto& signal, auto& was, auto value) {
    if (value != was) signal.write(was = value);
  };
  const AxiLiteMaster& lite = in.lite;
  AxiLiteMaster& lite_was = driven.lite;
  drive(s_axil_awvalid_i, lite_was.aw_valid, lite.aw_valid);
  drive(s_axil_awaddr_i, lite_was.aw_addr, lite.aw_addr);
  drive(s_axil_wvalid_i, lite_was.w_valid, lite.w_valid);
  drive(s_axil_wdata_i, lite_was.w_data, lite.w_data);
  drive(s_axil_wstrb_i, lite_was.w_strb, lite.w_strb);
  drive(s_axil_bready_i, lite_was.b_ready, lite.b_ready);
  drive(s_axil_arvalid_i, lite_was.ar_valid, lite.ar_valid);
  drive(s_axil_araddr_i, lite_was.ar_addr, lite.ar_addr);
  drive(s_axil_rready_i, lite_was.r_ready, lite.r_ready);
  const AxiSlave& axi = in.axi;
  AxiSlave& axi_was = driven.axi;
  drive(m_axi_awready_i, axi_was.aw_ready, axi.aw_ready);
  drive(m_axi_wready_i, axi_was.w_ready, axi.w_ready);
  drive(m_axi_bvalid_i, axi_was.b.valid, axi.b.valid);
  drive(m_axi_bid_i, axi_was.b.id, axi.b.id);
  drive(m_axi_bresp_i, axi_was.b.resp, axi.b.resp);
  drive(m_axi_arready_i, axi_was.ar_ready, axi.ar_ready);
  drive(m_axi_rvalid_i, axi_was.r.valid, axi.r.valid);
  drive(m_axi_rid_i, axi_was.r.id, axi.r.id);
  drive(m_axi_rresp_i, axi_was.r.resp, axi.r.resp);
  drive(m_axi_rlast_i, axi_was.r.last, axi.r.last);
  if (axi.r.valid) m_axi_rdata_i.write(systemc::ToBits(axi.r.data));
}

void SystemcCore::Simulation::Bench::Sample(CoreOutputs& out) const {
  const auto byte = [](const auto& signal) { return static_cast<uint8_t>(signal.read()); };
  out.irq = irq_o.read();
  AxiLiteSlave& lite = out.lite;
  lite.aw_ready = s_axil_awready_o.read();
  lite.w_ready = s_axil_wready_o.read();
  lite.b_valid = s_axil_bvalid_o.read();
  lite.b_resp = byte(s_axil_bresp_o);
  lite.ar_ready = s_axil_arready_o.read();
  lite.r_valid = s_axil_rvalid_o.read();
  lite.r_data = static_cast<uint32_t>(s_axil_rdata_o.read());
  lite.r_resp = byte(s_axil_rresp_o);
  AxiAddress &aw = out.axi.aw, &ar = out.axi.ar;
  aw.valid = m_axi_awvalid_o.read();
  aw.id = byte(m_axi_awid_o);
  aw.addr = m_axi_awaddr_o.read();
  aw.len = byte(m_axi_awlen_o);
  aw.size = byte(m_axi_awsize_o);
  aw.burst = byte(m_axi_awburst_o);
  aw.lock = m_axi_awlock_o.read();
  aw.cache = byte(m_axi_awcache_o);
  aw.prot = byte(m_axi_awprot_o);
  aw.qos = byte(m_axi_awqos_o);
  ar.valid = m_axi_arvalid_o.read();
  ar.id = byte(m_axi_arid_o);
  ar.addr = m_axi_araddr_o.read();
  ar.len = byte(m_axi_arlen_o);
  ar.size = byte(m_axi_arsize_o);
  ar.burst = byte(m_axi_arburst_o);
  ar.lock = m_axi_arlock_o.read();
  ar.cache = byte(m_axi_arcache_o);
  ar.prot = byte(m_axi_arprot_o);
  ar.qos = byte(m_axi_arqos_o);
  AxiWriteData& w = out.axi.w;
  w.valid = m_axi_wvalid_o.read();
  w.data = systemc::ToWord(m_axi_wdata_o.read());
  w.strb = static_cast<uint16_t>(m_axi_wstrb_o.read());
  w.last = m_axi_wlast_o.read();
  out.axi.b_ready = m_axi_bready_o.read();
  out.axi.r_ready = m_axi_rready_o.read();
}

SystemcCore::SystemcCore(const MachineShape& shape)
    : shape_(shape), simulation_(std::make_unique<Simulation>(shape)) {
  Reset();
}
SystemcCore::~SystemcCore() = default;
void SystemcCore::Reset() { simulation_->Reset(); }
void SystemcCore::Cycle(const CoreInputs& in, CoreOutputs& out) { simulation_->Cycle(in, out); }
void SystemcCore::Trace(const std::string&) {
  throw std::invalid_argument("the cycle model has no waveform; use the level rtl");
}

}  // namespace tetralog
