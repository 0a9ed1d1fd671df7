// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/systemc/tetralog_core.h"

namespace tetralog::systemc {

TetralogCore::Word ToBits(const AxiWord& word) {
  TetralogCore::Word bits;
  for (int i = 0; i < 4; ++i)
    bits.set_word(i, static_cast<sc_dt::sc_digit>(word[i / 2] >> 32 * (i % 2)));
  return bits;
}

AxiWord ToWord(const TetralogCore::Word& bits) {
  return {bits.get_word(0) | uint64_t{bits.get_word(1)} << 32,
          bits.get_word(2) | uint64_t{bits.get_word(3)} << 32};
}

TetralogCore::TetralogCore(sc_core::sc_module_name name, const MachineShape& shape)
    : sc_core::sc_module(name), core_(shape) {
  SC_HAS_PROCESS(TetralogCore);
  SC_METHOD(Edge);
  sensitive << clk_i.pos() << rst_ni.neg();
}

// Called at the start of simulation as well.
void TetralogCore::Edge() {
  if (!rst_ni.read()) {
    if (!reset_done_) core_.Reset();
    reset_done_ = true;
  } else if (clk_i.posedge()) {
    reset_done_ = false;
    ReadInputs();
    core_.Clock(in_);
  }
  core_.Outputs(out_);
  WriteOutputs();
}

void TetralogCore::ReadInputs() {
  AxiLiteMaster& lite = in_.lite;
  lite.aw_valid = s_axil_awvalid_i.read();
  lite.aw_addr = static_cast<uint16_t>(s_axil_awaddr_i.read());
  lite.w_valid = s_axil_wvalid_i.read();
  lite.w_data = static_cast<uint32_t>(s_axil_wdata_i.read());
  lite.w_strb = static_cast<uint8_t>(s_axil_wstrb_i.read());
  lite.b_ready = s_axil_bready_i.read();
  lite.ar_valid = s_axil_arvalid_i.read();
  lite.ar_addr = static_cast<uint16_t>(s_axil_araddr_i.read());
  lite.r_ready = s_axil_rready_i.read();

  AxiSlave& axi = in_.axi;
  axi.aw_ready = m_axi_awready_i.read();
  axi.w_ready = m_axi_wready_i.read();
  axi.b.valid = m_axi_bvalid_i.read();
  axi.b.id = static_cast<uint8_t>(m_axi_bid_i.read());
  axi.b.resp = static_cast<uint8_t>(m_axi_bresp_i.read());
  axi.ar_ready = m_axi_arready_i.read();
  axi.r.valid = m_axi_rvalid_i.read();
  axi.r.id = static_cast<uint8_t>(m_axi_rid_i.read());
  axi.r.resp = static_cast<uint8_t>(m_axi_rresp_i.read());
  axi.r.last = m_axi_rlast_i.read();
  if (axi.r.valid) axi.r.data = ToWord(m_axi_rdata_i.read());
}

// A port costs more to write than a value to compare, so what stands still is left out.
void TetralogCore::WriteOutputs() {
  const auto drive = [](auto& port, auto value, auto before) {
    if (value != before) port.write(value);
  };
  drive(irq_o, out_.irq, driven_.irq);

  const AxiLiteSlave &lite = out_.lite, &was = driven_.lite;
  drive(s_axil_awready_o, lite.aw_ready, was.aw_ready);
  drive(s_axil_wready_o, lite.w_ready, was.w_ready);
  drive(s_axil_bvalid_o, lite.b_valid, was.b_valid);
  drive(s_axil_bresp_o, lite.b_resp, was.b_resp);
  drive(s_axil_arready_o, lite.ar_ready, was.ar_ready);
  drive(s_axil_rvalid_o, lite.r_valid, was.r_valid);
  drive(s_axil_rdata_o, lite.r_data, was.r_data);
  drive(s_axil_rresp_o, lite.r_resp, was.r_resp);

  const AxiMaster& axi = out_.axi;
  if (!(axi.aw == driven_.axi.aw)) {
    drive(m_axi_awvalid_o, axi.aw.valid, driven_.axi.aw.valid);
    drive(m_axi_awid_o, axi.aw.id, driven_.axi.aw.id);
    drive(m_axi_awaddr_o, axi.aw.addr, driven_.axi.aw.addr);
    drive(m_axi_awlen_o, axi.aw.len, driven_.axi.aw.len);
    drive(m_axi_awsize_o, axi.aw.size, driven_.axi.aw.size);
    drive(m_axi_awburst_o, axi.aw.burst, driven_.axi.aw.burst);
    drive(m_axi_awlock_o, axi.aw.lock, driven_.axi.aw.lock);
    drive(m_axi_awcache_o, axi.aw.cache, driven_.axi.aw.cache);
    drive(m_axi_awprot_o, axi.aw.prot, driven_.axi.aw.prot);
    drive(m_axi_awqos_o, axi.aw.qos, driven_.axi.aw.qos);
  }
  if (!(axi.ar == driven_.axi.ar)) {
    drive(m_axi_arvalid_o, axi.ar.valid, driven_.axi.ar.valid);
    drive(m_axi_arid_o, axi.ar.id, driven_.axi.ar.id);
    drive(m_axi_araddr_o, axi.ar.addr, driven_.axi.ar.addr);
    drive(m_axi_arlen_o, axi.ar.len, driven_.axi.ar.len);
    drive(m_axi_arsize_o, axi.ar.size, driven_.axi.ar.size);
    drive(m_axi_arburst_o, axi.ar.burst, driven_.axi.ar.burst);
    drive(m_axi_arlock_o, axi.ar.lock, driven_.axi.ar.lock);
    drive(m_axi_arcache_o, axi.ar.cache, driven_.axi.ar.cache);
    drive(m_axi_arprot_o, axi.ar.prot, driven_.axi.ar.prot);
    drive(m_axi_arqos_o, axi.ar.qos, driven_.axi.ar.qos);
  }
  if (!(axi.w == driven_.axi.w)) {
    drive(m_axi_wvalid_o, axi.w.valid, driven_.axi.w.valid);
    m_axi_wdata_o.write(ToBits(axi.w.data));
    drive(m_axi_wstrb_o, axi.w.strb, driven_.axi.w.strb);
    drive(m_axi_wlast_o, axi.w.last, driven_.axi.w.last);
  }
  drive(m_axi_bready_o, axi.b_ready, driven_.axi.b_ready);
  drive(m_axi_rready_o, axi.r_ready, driven_.axi.r_ready);
  driven_ = out_;
}

}  // namespace tetralog::systemc
