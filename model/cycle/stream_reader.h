// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/stream_reader.sv: byte segments of memory, delivered as words that begin at
// the segment's first byte, for four streams that share the way from beat to word.
//
// A set of streams is a word with bit s for stream s. Words are always taken.
//
// Latency, throughput and limits: header of rtl/stream_reader.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/axi.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class StreamReader {
 public:
  static constexpr uint32_t kStreams = 4;

  struct Segment {
    uint64_t addr = 0;   // bytes
    uint32_t bytes = 0;  // 1..65536
    bool operator==(const Segment&) const = default;
  };
  struct Inputs {
    uint32_t seg_valid = 0;                 // streams
    std::array<Segment, kStreams> segment;  // only those of seg_valid are read
    uint32_t req_ready = 0;                 // no stream or one
    uint32_t next = 0;                      // the stream of the beat that comes in the next cycle
    bool next_last = false;                 // and that beat is the last of its burst
    uint32_t beat_valid = 0;                // no stream or one
    bool beat_last = false;                 // of its burst
    const AxiWord* beat_data = nullptr;     // read with a beat, where the model carries data
    bool operator==(const Inputs&) const = default;
  };

  // `segments` bursts of a stream under way, a power of two.
  StreamReader(const MachineShape& shape, uint32_t segments, bool data);
  void Reset();

  // Streams whose segment is taken if there is one, given the request that is granted.
  uint32_t seg_ready(uint32_t req_ready) const;
  uint32_t req_valid() const;
  uint64_t req_addr(uint32_t s) const { return requests_[s].word << offset_bits_; }
  uint8_t req_len(uint32_t s) const {
    const Request& r = requests_[s];
    return static_cast<uint8_t>(r.last() ? r.left : r.room());
  }

  bool beat_ready() const { return tail_ == 0; }

  uint32_t word_valid() const { return word_valid_; }  // no stream or one
  // With word_valid(). Bytes beyond the segment are those of the RTL.
  const AxiWord& word_data() const { return word_data_; }
  bool word_last() const { return word_last_; }

  bool Clock(const Inputs& in);

 private:
  // The segment at hand.
  struct Request {
    bool valid = false;
    uint64_t word = 0;  // address in words
    uint32_t left = 0;  // beats still to request - 1
    uint8_t offset = 0;
    bool extra = false;  // a beat more than words

    uint32_t room() const { return 15 - (word & 15); }  // beats - 1 up to the boundary
    bool last() const { return left <= room(); }
  };
  struct Burst {
    uint8_t offset = 0;  // of its segment, bytes
    bool last = false;   // it ends its segment
    bool extra = false;
  };
  // Bursts under way; places are counted on without end.
  struct Under {
    std::vector<Burst> bursts;
    uint32_t wr = 0, rd = 0;
  };

  void TakeSegment(const Segment& segment, Request& request) const;
  void TakeRequest(uint32_t stream);
  void TakeBeat(const Inputs& in);
  AxiWord Rotated(const AxiWord& beat, uint32_t bytes) const;
  AxiWord Low(const AxiWord& word, uint32_t bytes) const;  // the others 0

  const uint32_t word_bytes_, offset_bits_, bursts_;
  const uint64_t word_mask_;  // of an address in words
  const bool data_;

  std::array<Request, kStreams> requests_;
  std::array<Under, kStreams> under_;

  Burst burst_;                           // of the beat announced last
  uint32_t partial_ = 0;                  // streams whose hold_ has the beat before
  uint32_t tail_ = 0;                     // the stream whose hold_ has a last word that is due
  std::array<AxiWord, kStreams> hold_{};  // rotated by its segment's offset

  uint32_t word_valid_ = 0;
  bool word_last_ = false;
  AxiWord word_data_{};
};

}  // namespace tetralog::cycle
