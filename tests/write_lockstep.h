// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The AXI write port of a Verilated unit and of its cycle model, compared pin by pin.
#pragma once

#include <cstdint>

#include "model/axi.h"
#include "tests/lockstep.h"
#include "tests/write_slave.h"

namespace tetralog {

// The word of a port of any width.
template <typename Port>
AxiWord PortAxiWord(const Port& port) {
  AxiWord word{};
  for (size_t i = 0; i < sizeof(Port) / 4; ++i) {
    word[i / 2] |= uint64_t{PortWord(port, static_cast<int>(i))} << (32 * (i % 2));
  }
  return word;
}

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

inline void AddWritePort(Signals& signals, const AxiAddress& aw, const AxiWriteData& w,
                         bool b_ready) {
  signals.Add("m_axi_awvalid_o", aw.valid);
  signals.Add("m_axi_awaddr_o", aw.valid ? aw.addr : 0);
  signals.Add("m_axi_awlen_o", aw.valid ? aw.len : 0);
  signals.Add("m_axi_awid_o", aw.id);
  signals.Add("m_axi_awsize_o", aw.size);
  signals.Add("m_axi_awburst_o", aw.burst);
  signals.Add("m_axi_awlock_o", aw.lock);
  signals.Add("m_axi_awcache_o", aw.cache);
  signals.Add("m_axi_awprot_o", aw.prot);
  signals.Add("m_axi_awqos_o", aw.qos);
  signals.Add("m_axi_wvalid_o", w.valid);
  signals.Add("m_axi_wlast_o", w.valid && w.last);
  signals.Add("m_axi_wstrb_o", w.valid ? w.strb : 0);
  signals.Add("m_axi_wdata_o, low", w.valid ? w.data[0] : 0, true);
  signals.Add("m_axi_wdata_o, high", w.valid ? w.data[1] : 0, true);
  signals.Add("m_axi_bready_o", b_ready);
}

}  // namespace tetralog
