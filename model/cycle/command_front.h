// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/command_front.sv: fetches commands from the ring, lets them be checked, starts
// the loads of their operands, and hands them to the back end, one after the other. The words of
// ring entries are always needed: they steer the timing.
//
// Latency, throughput and limits: header of rtl/command_front.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out, for Countdown() cycles, which Skip() passes.

#pragma once

#include <array>
#include <cstdint>

#include "model/axi.h"
#include "model/cycle/command.h"
#include "model/cycle/command_check.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class CommandFront {
 public:
  struct Inputs {
    bool enable = false;
    bool halt = false;
    bool req_ready = false;
    bool beat_valid = false;
    bool load_busy = false;
    bool back_ready = false;
    uint8_t slot_busy = 0;  // a bit a slot
    uint16_t ring_size = 0;
    uint32_t tail = 0;
    uint32_t head = 0;
    uint64_t ring_base = 0;
    uint64_t record_base = 0;
    const AxiWord* beat_data = nullptr;  // with beat_valid
    std::array<uint64_t, 2> slot_first{};
    std::array<uint64_t, 2> slot_last{};
    bool operator==(const Inputs&) const = default;
  };

  explicit CommandFront(const MachineShape& shape);
  void Reset();

  // Outputs that depend on inputs take those as arguments.
  bool req_valid() const { return state_ == State::kFetch && !ring_failed_; }
  uint64_t req_addr() const { return entry_address_; }
  uint8_t req_len() const { return static_cast<uint8_t>(beats_ - 1); }
  bool beat_ready() const { return state_ == State::kReceive; }
  const Command& cmd() const { return cmd_; }  // from the start of its check to the next fetch
  uint32_t index() const { return index_; }
  bool fetched() const { return req_valid() && asks_; }
  bool load_start(uint8_t slot_busy, bool load_busy) const {
    return state_ == State::kRun && !started_ && !load_busy &&
           (Legal() || (early_ok_ && !check_start_ && !CheckDone())) &&
           (slot_busy == 0 ||
            (check_.load_known(check_start_) && (check_.load_conflict() & slot_busy) == 0));
  }
  bool back_valid(uint8_t slot_busy) const {
    return state_ == State::kRun && started_ && !handed_ && Legal() &&
           (check_.conflict() & slot_busy) == 0;
  }
  uint64_t d_first() const { return check_.d_first(); }
  uint64_t d_last() const { return check_.d_last(); }
  uint16_t panel_words() const { return check_.panel_words(); }
  bool busy() const { return state_ != State::kIdle && state_ != State::kFailed; }
  bool checking() const { return state_ == State::kRun && !Legal(); }
  bool failed() const { return state_ == State::kFailed; }
  uint8_t cause() const {  // with failed() only
    return ring_failed_ ? static_cast<uint8_t>(Cause::kRing) : check_.cause();
  }

  bool Clock(const Inputs& in);
  uint64_t Countdown() const { return state_ == State::kRun ? check_.Countdown() : UINT64_MAX; }
  void Skip(uint64_t n) { check_.Skip(n); }

 private:
  enum class State : uint8_t { kIdle, kFetch, kReceive, kRun, kFailed };

  bool Pending(const Inputs& in) const {
    return state_ == State::kIdle && in.enable && !in.halt && in.tail != index_;
  }
  bool RingBad(const Inputs& in) const;
  bool CheckDone() const { return check_.done(check_start_); }
  bool Legal() const { return CheckDone() && check_.cause() == 0; }
  bool Receive(const Inputs& in);
  bool Run(const Inputs& in);

  const uint32_t beats_;  // of an entry
  const uint64_t addr_mask_;
  CommandCheck check_;

  State state_ = State::kIdle;
  bool started_ = false;      // the loads have begun
  bool handed_ = false;       // the back end has the command
  bool check_start_ = false;  // in the first cycle of kRun
  bool early_ok_ = false;
  bool ring_failed_ = false;
  bool asks_ = false;  // in the first cycle of kFetch
  uint32_t beat_ = 0;
  uint32_t index_ = 0;
  uint64_t entry_address_ = 0;
  Command cmd_;
  std::array<uint8_t, kCommandBytes> entry_{};
};

}  // namespace tetralog::cycle
