// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/axi_read.sv: five request streams share one AXI4 read port.
//
// A set of streams is a word with bit s for stream s. The ring is stream 0; it goes first, then
// what is urgent, and among equals the highest number. A failed stream gets no beat and no grant.
//
// Latency, throughput and limits: header of rtl/axi_read.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <array>
#include <cstdint>

#include "model/axi.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class AxiRead {
 public:
  static constexpr uint32_t kStreams = 5;
  static constexpr uint32_t kMaxBeats = 64;  // outstanding, beyond which nothing is granted

  struct Inputs {
    uint32_t req_valid = 0;                     // streams
    std::array<uint64_t, kStreams> req_addr{};  // bytes; only those of req_valid are read
    std::array<uint8_t, kStreams> req_len{};    // beats - 1
    uint32_t urgent = 0;                        // streams
    uint32_t beat_ready = 0;                    // streams
    bool halt = false;
    bool ar_ready = false;
    const AxiReadData* r = nullptr;  // the R channel as the slave drives it
  };

  explicit AxiRead(const MachineShape& shape);
  void Reset();

  // The stream whose request is taken; no stream or one.
  uint32_t req_ready(uint32_t req_valid, uint32_t urgent, bool halt, bool ar_ready) const {
    if (req_valid == 0 || halt || beats_ >= kMaxBeats || (ar_.valid && !ar_ready)) return 0;
    return Choose(req_valid, urgent);
  }
  // The stream to which beat_data() goes; no stream or one.
  uint32_t beat_valid(bool halt) const { return halt || r_bad_ ? 0 : r_stream_ & ~error_; }
  const AxiWord& beat_data() const { return r_data_; }
  bool beat_last() const { return r_last_; }  // of its burst

  // The stream whose beat is there in the next cycle, delivered or not, and whether it ends its
  // burst.
  struct Next {
    uint32_t stream = 0;
    bool last = false;
  };
  Next next(uint32_t beat_ready, bool halt, const AxiReadData& r) const {
    const bool valid = skid_valid_ || r.valid;
    if (!valid || (r_valid_ && !Done(beat_ready, halt))) return {};
    return {skid_valid_ ? skid_stream_ : Stream(r), skid_valid_ ? skid_last_ : r.last};
  }

  uint32_t error() const { return error_; }  // streams with a bad response since reset
  bool busy() const { return beats_ != 0; }  // a burst granted and not over
  // No address waits and no beat is held, not even one that is dropped and that nobody is shown.
  bool at_rest() const { return !ar_.valid && !r_valid_; }
  bool beat(bool r_valid) const { return r_valid && r_ready(); }

  const AxiAddress& ar() const { return ar_; }
  bool r_ready() const { return !skid_valid_; }

  bool Clock(const Inputs& in) {
    const bool asked = in.req_valid != 0 && !in.halt;
    return (asked || !at_rest() || in.r->valid) && Edge(in);
  }

 private:
  bool Edge(const Inputs& in);
  static uint32_t Stream(const AxiReadData& r) { return (1U << r.id) & ((1U << kStreams) - 1); }
  // The beat shown is taken or dropped.
  bool Done(uint32_t beat_ready, bool halt) const {
    return (r_stream_ & ((halt || r_bad_ ? ~0U : error_) | beat_ready)) != 0;
  }
  uint32_t Choose(uint32_t req_valid, uint32_t urgent) const;

  AxiAddress ar_;
  uint32_t error_ = 0;
  uint8_t beats_ = 0;  // granted and not over

  // The beat shown, and the one that came while it was held up.
  bool r_valid_ = false, r_bad_ = false, r_last_ = false;
  uint32_t r_stream_ = 0;  // of the beat shown; none when there is no beat
  AxiWord r_data_{};
  bool skid_valid_ = false, skid_bad_ = false, skid_last_ = false;
  uint32_t skid_stream_ = 0;
  AxiWord skid_data_{};
};

}  // namespace tetralog::cycle
