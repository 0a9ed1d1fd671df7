// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/stream_reader.sv: byte segments of memory, delivered as words that begin at
// the segment's first byte.

#pragma once

#include <cstdint>
#include <vector>

#include "model/axi.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class StreamReader {
 public:
  struct Inputs {
    bool seg_valid = false;
    uint64_t seg_addr = 0;   // bytes
    uint32_t seg_bytes = 0;  // 1..65535
    bool req_ready = false;
    bool beat_valid = false;
    const AxiWord* beat_data = nullptr;  // read while beat_valid, where the model carries data
    bool word_ready = false;
    bool operator==(const Inputs&) const = default;
  };

  // `segments` bursts under way, a power of two; every address is a multiple of `align` bytes.
  StreamReader(const MachineShape& shape, uint32_t segments, uint32_t align, bool data);
  void Reset();

  bool seg_ready(bool req_ready) const { return !req_ || (req_ready && req_valid() && req_last()); }

  bool req_valid() const { return req_ && wr_ - rd_ != bursts_; }
  uint64_t req_addr() const { return req_word_ << offset_bits_; }
  uint8_t req_len() const { return static_cast<uint8_t>(req_last() ? req_left_ : req_room()); }

  bool beat_ready(bool word_ready) const {
    return wr_ != rd_ && !tail_ && (word_ready || !Emits(Oldest()));
  }

  bool word_valid(bool beat_valid) const {
    return tail_ || (beat_valid && wr_ != rd_ && Emits(Oldest()));
  }
  // While word_valid. Bytes beyond the segment are those of the RTL.
  AxiWord word_data(const AxiWord& beat_data) const;
  bool word_last() const { return tail_ || (EndsSegment(Oldest()) && !LeavesTail(Oldest())); }

  bool Clock(const Inputs& in) { return (in.seg_valid || req_ || wr_ != rd_) && Edge(in); }

 private:
  struct Burst {
    uint8_t offset = 0;  // of its segment, bytes
    uint8_t len = 0;     // beats - 1
    bool last = false;   // it ends its segment
    bool extra = false;  // the segment has a beat more than words
  };

  bool Edge(const Inputs& in);

  uint32_t req_room() const { return 15 - (req_word_ & 15); }  // beats - 1 up to the boundary
  bool req_last() const { return req_left_ <= req_room(); }
  const Burst& Oldest() const { return fifo_[rd_ & (bursts_ - 1)]; }
  // Of the beat that is due.
  bool EndsSegment(const Burst& burst) const { return burst.last && beat_ == burst.len; }
  bool LeavesTail(const Burst& burst) const {
    return EndsSegment(burst) && partial_ && !burst.extra;
  }
  bool Emits(const Burst& burst) const {
    return burst.offset == 0 || partial_ || EndsSegment(burst);
  }
  AxiWord Rotated(const AxiWord& beat, uint32_t bytes) const;

  const uint32_t word_bytes_, offset_bits_, bursts_, align_;
  const uint64_t word_mask_;  // of an address in words
  const bool data_;

  // Requests: the segment at hand.
  bool req_ = false;
  uint64_t req_word_ = 0;  // address in words
  uint32_t req_left_ = 0;  // beats still to request - 1
  uint8_t req_offset_ = 0;
  bool req_extra_ = false;

  std::vector<Burst> fifo_;  // bursts under way; places are counted on without end
  uint32_t wr_ = 0, rd_ = 0;

  // Words.
  uint8_t beat_ = 0;      // beats of the oldest burst that came
  bool partial_ = false;  // hold_ has the beat before
  bool tail_ = false;     // hold_ has the last word
  AxiWord hold_{};        // rotated by its segment's offset
};

}  // namespace tetralog::cycle
