// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of the core as a SystemC module with the ports of rtl/tetralog_core.sv.
//
// All outputs come from registers: they change after the rising edge of clk_i and when rst_ni
// falls, never with an input. Reset is asynchronous. Inputs are those just before the edge, as in
// any module that is clocked.
//
// The shape is chosen when the module is made; ports have the widths of the widest: of a bus of 64
// bits the upper half of data and strobes is 0 or ignored, of addresses what is beyond axi_addr.
//
// Debian's SystemC 2.3.4 is built as C++17: C++20 users define SC_CPLUSPLUS=201703L, which the
// CMake target does for them.

#pragma once

#include <systemc>

#include "model/core_pins.h"
#include "model/cycle/tetralog_core.h"
#include "model/machine_shape.h"

namespace tetralog::systemc {

class TetralogCore : public sc_core::sc_module {
 public:
  template <typename T>
  using In = sc_core::sc_in<T>;
  template <typename T>
  using Out = sc_core::sc_out<T>;
  template <int width>
  using Bits = sc_dt::sc_uint<width>;
  using Word = sc_dt::sc_bv<128>;  // of the bus

  In<bool> clk_i{"clk_i"};
  In<bool> rst_ni{"rst_ni"};
  Out<bool> irq_o{"irq_o"};

  In<bool> s_axil_awvalid_i{"s_axil_awvalid_i"};
  Out<bool> s_axil_awready_o{"s_axil_awready_o"};
  In<Bits<12>> s_axil_awaddr_i{"s_axil_awaddr_i"};
  In<bool> s_axil_wvalid_i{"s_axil_wvalid_i"};
  Out<bool> s_axil_wready_o{"s_axil_wready_o"};
  In<Bits<32>> s_axil_wdata_i{"s_axil_wdata_i"};
  In<Bits<4>> s_axil_wstrb_i{"s_axil_wstrb_i"};
  Out<bool> s_axil_bvalid_o{"s_axil_bvalid_o"};
  In<bool> s_axil_bready_i{"s_axil_bready_i"};
  Out<Bits<2>> s_axil_bresp_o{"s_axil_bresp_o"};
  In<bool> s_axil_arvalid_i{"s_axil_arvalid_i"};
  Out<bool> s_axil_arready_o{"s_axil_arready_o"};
  In<Bits<12>> s_axil_araddr_i{"s_axil_araddr_i"};
  Out<bool> s_axil_rvalid_o{"s_axil_rvalid_o"};
  In<bool> s_axil_rready_i{"s_axil_rready_i"};
  Out<Bits<32>> s_axil_rdata_o{"s_axil_rdata_o"};
  Out<Bits<2>> s_axil_rresp_o{"s_axil_rresp_o"};

  Out<bool> m_axi_awvalid_o{"m_axi_awvalid_o"};
  In<bool> m_axi_awready_i{"m_axi_awready_i"};
  Out<Bits<3>> m_axi_awid_o{"m_axi_awid_o"};
  Out<Bits<64>> m_axi_awaddr_o{"m_axi_awaddr_o"};
  Out<Bits<8>> m_axi_awlen_o{"m_axi_awlen_o"};
  Out<Bits<3>> m_axi_awsize_o{"m_axi_awsize_o"};
  Out<Bits<2>> m_axi_awburst_o{"m_axi_awburst_o"};
  Out<bool> m_axi_awlock_o{"m_axi_awlock_o"};
  Out<Bits<4>> m_axi_awcache_o{"m_axi_awcache_o"};
  Out<Bits<3>> m_axi_awprot_o{"m_axi_awprot_o"};
  Out<Bits<4>> m_axi_awqos_o{"m_axi_awqos_o"};
  Out<bool> m_axi_wvalid_o{"m_axi_wvalid_o"};
  In<bool> m_axi_wready_i{"m_axi_wready_i"};
  Out<Word> m_axi_wdata_o{"m_axi_wdata_o"};
  Out<Bits<16>> m_axi_wstrb_o{"m_axi_wstrb_o"};
  Out<bool> m_axi_wlast_o{"m_axi_wlast_o"};
  In<bool> m_axi_bvalid_i{"m_axi_bvalid_i"};
  Out<bool> m_axi_bready_o{"m_axi_bready_o"};
  In<Bits<3>> m_axi_bid_i{"m_axi_bid_i"};
  In<Bits<2>> m_axi_bresp_i{"m_axi_bresp_i"};
  Out<bool> m_axi_arvalid_o{"m_axi_arvalid_o"};
  In<bool> m_axi_arready_i{"m_axi_arready_i"};
  Out<Bits<3>> m_axi_arid_o{"m_axi_arid_o"};
  Out<Bits<64>> m_axi_araddr_o{"m_axi_araddr_o"};
  Out<Bits<8>> m_axi_arlen_o{"m_axi_arlen_o"};
  Out<Bits<3>> m_axi_arsize_o{"m_axi_arsize_o"};
  Out<Bits<2>> m_axi_arburst_o{"m_axi_arburst_o"};
  Out<bool> m_axi_arlock_o{"m_axi_arlock_o"};
  Out<Bits<4>> m_axi_arcache_o{"m_axi_arcache_o"};
  Out<Bits<3>> m_axi_arprot_o{"m_axi_arprot_o"};
  Out<Bits<4>> m_axi_arqos_o{"m_axi_arqos_o"};
  In<bool> m_axi_rvalid_i{"m_axi_rvalid_i"};
  Out<bool> m_axi_rready_o{"m_axi_rready_o"};
  In<Bits<3>> m_axi_rid_i{"m_axi_rid_i"};
  In<Word> m_axi_rdata_i{"m_axi_rdata_i"};
  In<Bits<2>> m_axi_rresp_i{"m_axi_rresp_i"};
  In<bool> m_axi_rlast_i{"m_axi_rlast_i"};

  // std::invalid_argument for a shape that the RTL refuses.
  TetralogCore(sc_core::sc_module_name name, const MachineShape& shape);

  const MachineShape& shape() const { return core_.shape(); }

 private:
  void Edge();
  void ReadInputs();
  void WriteOutputs();

  cycle::TetralogCore core_;
  CoreInputs in_;
  CoreOutputs out_;
  CoreOutputs driven_;  // what the ports have been given
  bool reset_done_ = false;
};

// Words of the bus as SystemC and as the model has them.
TetralogCore::Word ToBits(const AxiWord& word);
AxiWord ToWord(const TetralogCore::Word& bits);

}  // namespace tetralog::systemc
