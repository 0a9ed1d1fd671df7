// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/axi_write.sv: writes segments of neighbouring elements, 32 or 4 bits each, to
// memory over AXI4.
//
// Three stages: a burst being read (and its AW), a read whose data arrives now, and the bus word on
// W.
//
// Latency, throughput and limits: header of rtl/axi_write.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "model/axi.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class AxiWrite {
 public:
  struct Inputs {
    bool seg_valid = false;
    bool seg_int32 = false;
    uint32_t seg_count = 0;         // elements
    uint64_t seg_addr = 0;          // bytes
    const AxiWord* word = nullptr;  // what the read before gave, as INT32
    uint64_t codes = 0;             // and as codes, 4 bits a place
    bool halt = false;
    bool aw_ready = false, w_ready = false;
    AxiWriteResponse b;
    bool operator==(const Inputs&) const = default;
  };

  // `group` is the number of codes of a read, at most 16.
  AxiWrite(const MachineShape& shape, uint32_t group, bool data);
  void Reset();

  bool seg_ready(bool halt, bool aw_ready, bool w_ready) const {
    return !more_ && CanOpen(halt, aw_ready, w_ready);
  }

  bool rd_en(bool w_ready) const { return read_ && (!loading_ || Load(w_ready)); }
  int32_t rd_first() const { return first_; }
  uint32_t rd_valid() const { return Ones(ReadEnd()) & ~Ones(ReadBegin()); }  // a bit a place
  bool rd_end() const { return left_ <= step_; }
  bool data_end(bool w_ready) const { return data_.seg_end && Load(w_ready); }

  bool error() const { return error_; }
  bool busy() const { return open_ != 0; }
  bool idle() const { return open_ == 0 && !more_; }
  uint32_t write_bytes(bool w_ready) const {
    return w_.valid && w_ready ? static_cast<uint32_t>(std::popcount(w_.strb)) : 0;
  }

  const AxiAddress& aw() const { return aw_; }
  const AxiWriteData& w() const { return w_; }
  bool b_ready() const { return true; }

  bool Clock(const Inputs& in);

 private:
  static constexpr uint32_t kMaxOpen = 63;  // bursts

  // A read whose data is at the inputs.
  struct Data {
    bool int32 = false, word_end = false, burst_end = false, seg_end = false;
    uint8_t slot = 0;            // place of its codes in the bus word
    uint8_t begin = 0, end = 0;  // places that exist
  };

  static uint32_t Ones(uint32_t count) { return (uint32_t{1} << count) - 1; }
  uint32_t ReadBegin() const { return first_ < 0 ? static_cast<uint32_t>(-first_) : 0; }
  uint32_t ReadEnd() const { return std::min(left_, group_); }
  bool WordEnd() const { return slot_ == last_slot_ || rd_end(); }
  bool BurstEnd() const { return beat_ == 0 && WordEnd(); }
  bool Load(bool w_ready) const { return loading_ && (!w_.valid || w_ready); }
  bool CanOpen(bool halt, bool aw_ready, bool w_ready) const {
    return !halt && !error_ && open_ != kMaxOpen && (!aw_.valid || aw_ready) &&
           (!read_ || (BurstEnd() && rd_en(w_ready)));
  }
  void Open(uint64_t addr, uint32_t count, bool int32);
  void Read();
  void LoadWord(const AxiWord* word, uint64_t codes);

  const bool with_data_;
  const uint32_t group_, elements_, slots_, byte_bits_;
  const uint64_t addr_mask_;

  // Segments to bursts.
  bool more_ = false;        // of a segment another burst follows
  uint32_t words_left_ = 0;  // bus words behind the burst
  uint32_t open_ = 0;        // bursts not answered
  bool error_ = false;
  AxiAddress aw_;
  // Reads of the burst.
  bool read_ = false, int32_ = false;
  uint32_t step_ = 0;                  // elements of a read
  uint32_t beat_ = 0;                  // beats of the burst behind this one
  int32_t first_ = 0;                  // element in place 0
  uint32_t left_ = 0;                  // elements from place 0 to the end of the segment
  uint32_t slot_ = 0, last_slot_ = 0;  // reads of a bus word, and which this one is
  // Data on its way to W.
  bool loading_ = false;
  Data data_;
  bool part_ = false;  // W holds a part of a bus word of codes
  AxiWriteData w_;
};

// Here, so that what it shares with the outputs is computed once.
inline bool AxiWrite::Clock(const Inputs& in) {
  // The outputs of this cycle, before anything moves.
  const bool load = Load(in.w_ready);
  const bool read = rd_en(in.w_ready);
  const bool open = (more_ || in.seg_valid) && CanOpen(in.halt, in.aw_ready, in.w_ready);
  const bool aw_moves = aw_.valid && in.aw_ready;
  const bool w_moves = w_.valid && in.w_ready;
  if (!load && !read && !open && !aw_moves && !w_moves && !in.b.valid) return false;

  if (load) {
    LoadWord(in.word, in.codes);
  } else if (w_moves) {
    w_.valid = false;
  }
  if (read) {
    Read();
  } else if (load) {
    loading_ = false;
  }
  if (open) {
    Open(in.seg_addr, in.seg_count, in.seg_int32);
  } else if (aw_moves) {
    aw_.valid = false;
  }
  if (in.b.valid) {
    --open_;
    if (in.b.resp >= kAxiSlvErr) error_ = true;
  }
  return true;
}

}  // namespace tetralog::cycle
