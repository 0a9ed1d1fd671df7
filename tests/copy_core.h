// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A small stand-in for the core: registers, and commands that copy one word of memory. It follows
// the contract as far as ClockedMachine::Wait() and a driver look at it, and can be told to
// misbehave.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "model/contract.h"
#include "sim/core.h"
#include "tests/axi_testing.h"

namespace tetralog::testing {

inline constexpr uint32_t kScratch = 40, kReadOnly = 0;  // registers

enum class Misbehaviour {
  kNone,
  kHang,           // asks for nothing when the doorbell rings, but is busy
  kDropRead,       // takes back an address that was not taken
  kNoAnswer,       // to accesses of kScratch
  kEarlyAnswer,    // to writes
  kActiveForever,  // hangs, but the array counts cycles
};

// Command i copies the word at 256*i to the word at 256*i + 128, and reads 256 bytes more than it
// needs, so that reads are outstanding when the first one fails. It is busy for a while after its
// last command, and not at all between two; its interrupt falls late.
class CopyCore : public Core {
 public:
  explicit CopyCore(Misbehaviour misbehaviour) : misbehaviour_(misbehaviour) {
    shape_.axi_data = 128;
  }
  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return shape_; }
  void Reset() override {}
  void Trace(const std::string&) override { throw std::invalid_argument("no signals"); }

  void Cycle(const CoreInputs& in, CoreOutputs& out) override {
    out = {};
    Lite(in.lite, out.lite);
    Copy(in.axi, out.axi);
    out.irq = irq_ || cycle_ < irq_until_;
    if (state_ != kFetch) busy_until_ = cycle_ + (head_ + 1 == tail_ ? 100 : 0);
    ++cycle_;
  }

 private:
  bool busy() const {
    const bool hangs = misbehaviour_ == Misbehaviour::kHang && tail_ != head_;
    return hangs || state_ != kFetch || cycle_ < busy_until_;
  }

  void Lite(const AxiLiteMaster& in, AxiLiteSlave& out) {
    // Writes: address and data in any order, then the answer.
    out.aw_ready = !aw_ && cycle_ % 2 == 0;
    out.w_ready = !w_ && cycle_ % 3 == 0;
    out.b_valid = (aw_ && w_) || misbehaviour_ == Misbehaviour::kEarlyAnswer;
    if (misbehaviour_ == Misbehaviour::kNoAnswer && aw_addr_ == kScratch) out.b_valid = false;
    out.b_resp = aw_addr_ == kReadOnly ? kAxiSlvErr : kAxiOkay;
    if (out.b_valid && in.b_ready && aw_ && w_) {
      WriteTo(aw_addr_, w_data_);
      aw_ = w_ = false;
    }
    if (in.aw_valid && out.aw_ready) {
      aw_ = true;
      aw_addr_ = in.aw_addr;
    }
    if (in.w_valid && out.w_ready) {
      w_ = true;
      w_data_ = in.w_strb == 0xf ? in.w_data : 0;
    }
    // Reads.
    out.ar_ready = !ar_ && cycle_ % 2 == 0;
    out.r_valid = ar_ && !(misbehaviour_ == Misbehaviour::kNoAnswer && ar_addr_ == kScratch);
    out.r_resp = ar_addr_ == 200 ? kAxiSlvErr : kAxiOkay;
    out.r_data = ReadFrom(ar_addr_);
    if (out.r_valid && in.r_ready) ar_ = false;
    if (in.ar_valid && out.ar_ready) {
      ar_ = true;
      ar_addr_ = in.ar_addr;
    }
  }

  void WriteTo(uint32_t offset, uint32_t value) {
    if (offset == kRegControl) {
      enable_ = value & 1;
      if (value & 2) tail_ = head_ = error_ = 0;
    } else if (offset == kRegTail) {
      tail_ = value;
    } else if (offset == kRegIrqStatus) {
      irq_ = false;
      irq_until_ = cycle_ + 3;
    } else if (offset == kRegIrqEnable) {
      irq_enable_ = value;
    } else if (offset == kScratch) {
      scratch_ = value;
    }
  }
  uint32_t ReadFrom(uint32_t offset) const {
    switch (offset) {
      case kRegControl:
        return enable_;
      case kRegStatus:
        return (busy() ? 1 : 0) | error_ << kStatusError;
      case kRegTail:
        return tail_;
      case kRegHead:
        return head_;
      case kScratch:
        return scratch_;
      case kRegCounters + 8 * kCounterActive:
        return misbehaviour_ == Misbehaviour::kActiveForever && cycle_ < 400'000
                   ? static_cast<uint32_t>(cycle_)
                   : 0;
      default:
        return 0;
    }
  }

  void Copy(const AxiSlave& in, AxiMaster& out) {
    out.b_ready = true;
    out.r_ready = state_ != kReadMore;
    const uint64_t base = 256 * uint64_t{head_};
    switch (state_) {
      case kFetch:
        if (!enable_ || tail_ == head_ || error_) return;
        if (misbehaviour_ == Misbehaviour::kHang || misbehaviour_ == Misbehaviour::kActiveForever)
          return;
        if (misbehaviour_ == Misbehaviour::kDropRead && cycle_ % 2 != 0) return;
        out.ar = Burst(base, 1);
        beats_ = 0;
        if (in.ar_ready) state_ = kReadMore;
        return;
      case kReadMore:
        out.ar = Burst(base, 16);
        if (in.ar_ready) state_ = kRead;
        return;
      case kRead:
        if (!in.r.valid) return;
        if (beats_++ == 0) {
          data_ = in.r.data[0];
          error_ = in.r.resp != kAxiOkay;
        }
        if (error_) state_ = kFetch;
        if (beats_ == 17) state_ = kAddress;
        return;
      case kAddress:
        out.aw = Burst(base + 128, 1);
        if (in.aw_ready) state_ = kWrite;
        return;
      case kWrite:
        out.w = Beat(data_, true);
        if (in.w_ready) state_ = kDone;
        return;
      case kDone:
        if (!in.b.valid) return;
        state_ = kFetch;
        error_ = in.b.resp != kAxiOkay;
        if (error_) return;
        ++head_;
        irq_ |= (irq_enable_ & 1) != 0;
        return;
    }
  }

  MachineShape shape_;
  const std::string level_ = "copy";
  Misbehaviour misbehaviour_;
  uint64_t cycle_ = 0, busy_until_ = 0, irq_until_ = 0;
  bool aw_ = false, w_ = false, ar_ = false;
  uint32_t aw_addr_ = 0, ar_addr_ = 0, w_data_ = 0;
  bool enable_ = false, irq_ = false;
  uint32_t tail_ = 0, head_ = 0, error_ = 0, scratch_ = 0, irq_enable_ = 0;
  enum { kFetch, kReadMore, kRead, kAddress, kWrite, kDone } state_ = kFetch;
  uint32_t beats_ = 0;
  uint64_t data_ = 0;
};

}  // namespace tetralog::testing
