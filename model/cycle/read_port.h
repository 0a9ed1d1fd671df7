// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/read_port.sv: all reads of the core, bursts of the command ring and segments
// of A, B, C and the mask.
//
// Sets of the four streams are words in that order, A in bit 0. Words are always taken.
//
// Latency, throughput and limits: header of rtl/read_port.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <array>
#include <cstdint>

#include "model/axi.h"
#include "model/cycle/axi_read.h"
#include "model/cycle/stream_reader.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class ReadPort {
 public:
  using Segment = StreamReader::Segment;
  static constexpr uint32_t kStreams = StreamReader::kStreams;

  struct Inputs {
    bool halt = false;
    bool a_first = false;  // of A and B, A
    bool ring_req_valid = false;
    uint64_t ring_req_addr = 0;  // bytes
    uint8_t ring_req_len = 0;    // beats - 1
    bool ring_beat_ready = false;
    uint32_t seg_valid = 0;                 // streams
    std::array<Segment, kStreams> segment;  // only those of seg_valid that are taken are read
    bool ar_ready = false;
    const AxiReadData* r = nullptr;
  };
  // What is granted in a cycle; it follows from what asks, not from the segments.
  struct Granted {
    bool ring = false;
    uint32_t requests = 0;   // streams
    uint32_t seg_ready = 0;  // streams whose segment is taken if there is one
  };

  ReadPort(const MachineShape& shape, bool data) : axi_(shape), reader_(shape, kBursts, data) {}
  void Reset() {
    axi_.Reset();
    reader_.Reset();
  }

  Granted granted(bool ring_req_valid, bool a_first, bool halt, bool ar_ready) const;
  bool ring_beat_valid(bool halt) const { return (axi_.beat_valid(halt) & 1) != 0; }
  const AxiWord& ring_beat_data() const { return axi_.beat_data(); }

  uint32_t word_valid() const { return reader_.word_valid(); }  // no stream or one
  const AxiWord& word_data() const { return reader_.word_data(); }
  bool word_last() const { return reader_.word_last(); }

  bool front_error() const { return (axi_.error() & 7) != 0; }    // of ring, A or B
  bool back_error() const { return (axi_.error() & 0x18) != 0; }  // of C or mask
  bool busy() const { return axi_.busy(); }
  bool beat(bool r_valid) const { return axi_.beat(r_valid); }
  const AxiAddress& ar() const { return axi_.ar(); }
  bool r_ready() const { return axi_.r_ready(); }

  // Nothing is asked for, under way, or due.
  bool at_rest() const {
    return axi_.at_rest() && reader_.req_valid() == 0 && reader_.word_valid() == 0 &&
           reader_.beat_ready();
  }

  bool Clock(const Inputs& in);

 private:
  static constexpr uint32_t kBursts = 32;  // of a stream under way

  uint32_t Requests(bool ring) const { return (ring ? 1 : 0) | reader_.req_valid() << 1; }
  static uint32_t Urgent(bool a_first) { return 0x18 | (a_first ? 2 : 4); }

  AxiRead axi_;  // the ring is its stream 0, the others follow
  StreamReader reader_;
};

}  // namespace tetralog::cycle
