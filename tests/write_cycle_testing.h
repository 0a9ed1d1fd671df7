// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Units with an AXI write port in lockstep with their cycle models, in benches made for the RTL.
#pragma once

#include <cstdint>

#include "model/axi.h"
#include "tests/unit_lockstep.h"
#include "tests/verilated_unit.h"

namespace tetralog {

template <typename Unit>
AxiAddress WriteAddress(const Unit& unit) {
  return {unit.m_axi_awvalid_o != 0, unit.m_axi_awid_o,   unit.m_axi_awlen_o,   unit.m_axi_awsize_o,
          unit.m_axi_awburst_o,      unit.m_axi_awlock_o, unit.m_axi_awcache_o, unit.m_axi_awprot_o,
          unit.m_axi_awqos_o,        unit.m_axi_awaddr_o};
}

template <typename Unit>
AxiWriteData WriteData(const Unit& unit) {
  return {unit.m_axi_wvalid_o != 0, unit.m_axi_wlast_o != 0, unit.m_axi_wstrb_o,
          PortAxiWord(unit.m_axi_wdata_o)};
}

template <typename Unit>
AxiWriteResponse WriteResponse(const Unit& unit) {
  return {unit.m_axi_bvalid_i != 0, unit.m_axi_bid_i, unit.m_axi_bresp_i};
}

// Payloads while their valid is high.
template <typename Unit, typename Model>
void CompareWritePort(OutputCheck& check, const Unit& unit, const Model& model) {
  const AxiAddress rtl_aw = WriteAddress(unit), aw = model.aw();
  check("m_axi_awvalid", rtl_aw.valid, aw.valid);
  if (rtl_aw.valid) {
    check("m_axi_awaddr", rtl_aw.addr, aw.addr);
    check("m_axi_awlen", rtl_aw.len, aw.len);
  }
  check("m_axi_awid", rtl_aw.id, aw.id);
  check("m_axi_awsize", rtl_aw.size, aw.size);
  check("m_axi_awburst", rtl_aw.burst, aw.burst);
  check("m_axi_awlock", rtl_aw.lock, aw.lock);
  check("m_axi_awcache", rtl_aw.cache, aw.cache);
  check("m_axi_awprot", rtl_aw.prot, aw.prot);
  check("m_axi_awqos", rtl_aw.qos, aw.qos);
  const AxiWriteData rtl_w = WriteData(unit), w = model.w();
  check("m_axi_wvalid", rtl_w.valid, w.valid);
  if (rtl_w.valid) {
    check("m_axi_wlast", rtl_w.last, w.last);
    check("m_axi_wstrb", rtl_w.strb, w.strb);
    check.DataWord("m_axi_wdata", rtl_w.data, w.data, sizeof unit.m_axi_wdata_o);
  }
  check("m_axi_bready", unit.m_axi_bready_o, model.b_ready());
}

// A Verilated unit that is clocked together with its model, for benches made for the former. `Twin`
// says what that is: Model, Rtl, static Make(data), In(rtl) (good until the next call),
// Compare(check, rtl, model, in).
template <typename Twin>
class UnitInLockstep : public Twin::Rtl {
 public:
  void eval() {
    const bool rises = this->clk_i && !clk_;
    clk_ = this->clk_i;
    if (!this->rst_ni) {
      lockstep_.Reset();
    } else if (rises) {
      const auto& in = twin_.In(*this);
      lockstep_.Cycle(in, [&](OutputCheck& check, const Model& model) {
        twin_.Compare(check, *this, model, in);
      });
    }
    Twin::Rtl::eval();
  }

  UnitLockstep<typename Twin::Model>& lockstep() { return lockstep_; }

 private:
  using Model = typename Twin::Model;

  Twin twin_;
  UnitLockstep<Model> lockstep_{0, Twin::Make(true), Twin::Make(false)};
  bool clk_ = false;
};

}  // namespace tetralog
