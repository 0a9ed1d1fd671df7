// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A signal for every port of the SystemC module but its clock, for benches.

#pragma once

#include <systemc>

#include "model/systemc/tetralog_core.h"

namespace tetralog::systemc {

struct CoreSignals {
  template <typename T>
  using Signal = sc_core::sc_signal<T>;
  template <int width>
  using Bits = TetralogCore::Bits<width>;

  Signal<bool> rst_ni, irq_o;
  Signal<bool> s_axil_awvalid_i, s_axil_awready_o, s_axil_wvalid_i, s_axil_wready_o,
      s_axil_bvalid_o, s_axil_bready_i, s_axil_arvalid_i, s_axil_arready_o, s_axil_rvalid_o,
      s_axil_rready_i;
  Signal<Bits<12>> s_axil_awaddr_i, s_axil_araddr_i;
  Signal<Bits<32>> s_axil_wdata_i, s_axil_rdata_o;
  Signal<Bits<4>> s_axil_wstrb_i;
  Signal<Bits<2>> s_axil_bresp_o, s_axil_rresp_o;

  Signal<bool> m_axi_awvalid_o, m_axi_awready_i, m_axi_awlock_o, m_axi_wvalid_o, m_axi_wready_i,
      m_axi_wlast_o, m_axi_bvalid_i, m_axi_bready_o, m_axi_arvalid_o, m_axi_arready_i,
      m_axi_arlock_o, m_axi_rvalid_i, m_axi_rready_o, m_axi_rlast_i;
  Signal<Bits<64>> m_axi_awaddr_o, m_axi_araddr_o;
  Signal<Bits<8>> m_axi_awlen_o, m_axi_arlen_o;
  Signal<Bits<3>> m_axi_awid_o, m_axi_awsize_o, m_axi_awprot_o, m_axi_bid_i, m_axi_arid_o,
      m_axi_arsize_o, m_axi_arprot_o, m_axi_rid_i;
  Signal<Bits<2>> m_axi_awburst_o, m_axi_arburst_o, m_axi_bresp_i, m_axi_rresp_i;
  Signal<Bits<4>> m_axi_awcache_o, m_axi_awqos_o, m_axi_arcache_o, m_axi_arqos_o;
  Signal<TetralogCore::Word> m_axi_wdata_o, m_axi_rdata_i;
  Signal<Bits<16>> m_axi_wstrb_o;

  void Bind(TetralogCore& core);
};

}  // namespace tetralog::systemc
