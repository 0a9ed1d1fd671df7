// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// An AXI4 master for tests: queues of bursts that it sends as fast as it may, and what came back.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "model/axi.h"

namespace tetralog::testing {

inline AxiAddress Burst(uint64_t address, uint32_t beats, uint32_t word_bytes = 16,
                        uint8_t id = 0) {
  AxiAddress burst;
  burst.valid = true;
  burst.addr = address;
  burst.len = static_cast<uint8_t>(beats - 1);
  burst.size = static_cast<uint8_t>(std::countr_zero(word_bytes));
  burst.burst = kAxiIncr;
  burst.id = id;
  return burst;
}

inline AxiWriteData Beat(uint64_t value, bool last, uint16_t strb = 0xffff) {
  AxiWriteData beat;
  beat.valid = true;
  beat.last = last;
  beat.strb = strb;
  beat.data = {value, ~value};
  return beat;
}

// Sends the fronts of its queues; ready to take everything.
class TestMaster {
 public:
  std::deque<AxiAddress> aw, ar;
  std::deque<AxiWriteData> w;
  struct Answer {
    uint64_t cycle;
    AxiReadData beat;
  };
  struct Done {
    uint64_t cycle;
    AxiWriteResponse response;
  };
  std::vector<Answer> reads;
  std::vector<Done> writes;
  std::vector<uint64_t> aw_cycles, w_cycles, ar_cycles;  // of the handshakes

  AxiMaster Signals() const {
    AxiMaster out;
    if (!aw.empty()) out.aw = aw.front();
    if (!ar.empty()) out.ar = ar.front();
    if (!w.empty()) out.w = w.front();
    out.b_ready = out.r_ready = true;
    return out;
  }
  void Clock(const AxiSlave& slave, uint64_t cycle) {
    if (!aw.empty() && slave.aw_ready) {
      aw.pop_front();
      aw_cycles.push_back(cycle);
    }
    if (!ar.empty() && slave.ar_ready) {
      ar.pop_front();
      ar_cycles.push_back(cycle);
    }
    if (!w.empty() && slave.w_ready) {
      w.pop_front();
      w_cycles.push_back(cycle);
    }
    if (slave.r.valid) reads.push_back({cycle, slave.r});
    if (slave.b.valid) writes.push_back({cycle, slave.b});
  }
};

}  // namespace tetralog::testing
