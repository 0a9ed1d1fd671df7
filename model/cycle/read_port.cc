// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/read_port.h"

namespace tetralog::cycle {

ReadPort::Granted ReadPort::granted(bool ring_req_valid, bool a_first, bool halt,
                                    bool ar_ready) const {
  const uint32_t requests = Requests(ring_req_valid);
  const uint32_t granted =
      requests == 0 ? 0 : axi_.req_ready(requests, Urgent(a_first), halt, ar_ready);
  return {.ring = (granted & 1) != 0,
          .requests = granted >> 1,
          .seg_ready = reader_.seg_ready(granted >> 1)};
}

bool ReadPort::Clock(const Inputs& in) {
  AxiRead::Inputs axi;
  axi.req_valid = Requests(in.ring_req_valid);
  axi.req_addr[0] = in.ring_req_addr;
  axi.req_len[0] = in.ring_req_len;
  for (uint32_t s = 0; s < kStreams; ++s) {
    if ((axi.req_valid >> (s + 1) & 1) == 0) continue;
    axi.req_addr[s + 1] = reader_.req_addr(s);
    axi.req_len[s + 1] = reader_.req_len(s);
  }
  axi.urgent = Urgent(in.a_first);
  axi.beat_ready = (in.ring_beat_ready ? 1 : 0) | (reader_.beat_ready() ? 0x1e : 0);
  axi.halt = in.halt;
  axi.ar_ready = in.ar_ready;
  axi.r = in.r;

  const AxiWord beat = axi_.beat_data();
  const AxiRead::Next next = axi_.next(axi.beat_ready, in.halt, *in.r);
  StreamReader::Inputs reader;
  reader.seg_valid = in.seg_valid;
  reader.segment = in.segment;
  reader.req_ready = granted(in.ring_req_valid, in.a_first, in.halt, in.ar_ready).requests;
  reader.next = next.stream >> 1;
  reader.next_last = next.last;
  reader.beat_valid = axi_.beat_valid(in.halt) >> 1;
  reader.beat_last = axi_.beat_last();
  reader.beat_data = &beat;
  const bool active = reader_.Clock(reader);
  return axi_.Clock(axi) || active;
}

}  // namespace tetralog::cycle
