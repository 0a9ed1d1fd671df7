// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/systemc/core_signals.h"

namespace tetralog::systemc {

void CoreSignals::Bind(TetralogCore& core) {
#define BIND(pin) core.pin(pin)
  BIND(rst_ni);
  BIND(irq_o);
  BIND(s_axil_awvalid_i);
  BIND(s_axil_awready_o);
  BIND(s_axil_awaddr_i);
  BIND(s_axil_wvalid_i);
  BIND(s_axil_wready_o);
  BIND(s_axil_wdata_i);
  BIND(s_axil_wstrb_i);
  BIND(s_axil_bvalid_o);
  BIND(s_axil_bready_i);
  BIND(s_axil_bresp_o);
  BIND(s_axil_arvalid_i);
  BIND(s_axil_arready_o);
  BIND(s_axil_araddr_i);
  BIND(s_axil_rvalid_o);
  BIND(s_axil_rready_i);
  BIND(s_axil_rdata_o);
  BIND(s_axil_rresp_o);
  BIND(m_axi_awvalid_o);
  BIND(m_axi_awready_i);
  BIND(m_axi_awid_o);
  BIND(m_axi_awaddr_o);
  BIND(m_axi_awlen_o);
  BIND(m_axi_awsize_o);
  BIND(m_axi_awburst_o);
  BIND(m_axi_awlock_o);
  BIND(m_axi_awcache_o);
  BIND(m_axi_awprot_o);
  BIND(m_axi_awqos_o);
  BIND(m_axi_wvalid_o);
  BIND(m_axi_wready_i);
  BIND(m_axi_wdata_o);
  BIND(m_axi_wstrb_o);
  BIND(m_axi_wlast_o);
  BIND(m_axi_bvalid_i);
  BIND(m_axi_bready_o);
  BIND(m_axi_bid_i);
  BIND(m_axi_bresp_i);
  BIND(m_axi_arvalid_o);
  BIND(m_axi_arready_i);
  BIND(m_axi_arid_o);
  BIND(m_axi_araddr_o);
  BIND(m_axi_arlen_o);
  BIND(m_axi_arsize_o);
  BIND(m_axi_arburst_o);
  BIND(m_axi_arlock_o);
  BIND(m_axi_arcache_o);
  BIND(m_axi_arprot_o);
  BIND(m_axi_arqos_o);
  BIND(m_axi_rvalid_i);
  BIND(m_axi_rready_o);
  BIND(m_axi_rid_i);
  BIND(m_axi_rdata_i);
  BIND(m_axi_rresp_i);
  BIND(m_axi_rlast_i);
#undef BIND
}

}  // namespace tetralog::systemc
