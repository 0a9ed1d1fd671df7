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

// A port costs more to write than a struct to compare, so channels that stand still are left out.
void TetralogCore::WriteOutputs() {
  if (out_.irq != driven_.irq) irq_o.write(out_.irq);

  const AxiLiteSlave &lite = out_.lite, &was = driven_.lite;
  if (lite.aw_ready != was.aw_ready) s_axil_awready_o.write(lite.aw_ready);
  if (lite.w_ready != was.w_ready) s_axil_wready_o.write(lite.w_ready);
  if (lite.b_valid != was.b_valid) s_axil_bvalid_o.write(lite.b_valid);
  if (lite.b_resp != was.b_resp) s_axil_bresp_o.write(lite.b_resp);
  if (lite.ar_ready != was.ar_ready) s_axil_arready_o.write(lite.ar_ready);
  if (lite.r_valid != was.r_valid) s_axil_rvalid_o.write(lite.r_valid);
  if (lite.r_data != was.r_data) s_axil_rdata_o.write(lite.r_data);
  if (lite.r_resp != was.r_resp) s_axil_rresp_o.write(lite.r_resp);

  const AxiMaster& axi = out_.axi;
  if (!(axi.aw == driven_.axi.aw)) {
    m_axi_awvalid_o.write(axi.aw.valid);
    m_axi_awid_o.write(axi.aw.id);
    m_axi_awaddr_o.write(axi.aw.addr);
    m_axi_awlen_o.write(axi.aw.len);
    m_axi_awsize_o.write(axi.aw.size);
    m_axi_awburst_o.write(axi.aw.burst);
    m_axi_awlock_o.write(axi.aw.lock);
    m_axi_awcache_o.write(axi.aw.cache);
    m_axi_awprot_o.write(axi.aw.prot);
    m_axi_awqos_o.write(axi.aw.qos);
  }
  if (!(axi.ar == driven_.axi.ar)) {
    m_axi_arvalid_o.write(axi.ar.valid);
    m_axi_arid_o.write(axi.ar.id);
    m_axi_araddr_o.write(axi.ar.addr);
    m_axi_arlen_o.write(axi.ar.len);
    m_axi_arsize_o.write(axi.ar.size);
    m_axi_arburst_o.write(axi.ar.burst);
    m_axi_arlock_o.write(axi.ar.lock);
    m_axi_arcache_o.write(axi.ar.cache);
    m_axi_arprot_o.write(axi.ar.prot);
    m_axi_arqos_o.write(axi.ar.qos);
  }
  if (!(axi.w == driven_.axi.w)) {
    m_axi_wvalid_o.write(axi.w.valid);
    m_axi_wdata_o.write(ToBits(axi.w.data));
    m_axi_wstrb_o.write(axi.w.strb);
    m_axi_wlast_o.write(axi.w.last);
  }
  if (axi.b_ready != driven_.axi.b_ready) m_axi_bready_o.write(axi.b_ready);
  if (axi.r_ready != driven_.axi.r_ready) m_axi_rready_o.write(axi.r_ready);
  driven_ = out_;
}

}  // namespace tetralog::systemc
