// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/core_control.sv: counts completed commands, stops the core at an error, and
// resets it on request.
//
// Latency, throughput and limits: header of rtl/core_control.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <cstdint>

namespace tetralog::cycle {

class CoreControl {
 public:
  struct Inputs {
    bool soft_reset = false;
    bool done = false;
    uint32_t front_index = 0;
    bool front_failed = false;
    uint8_t front_cause = 0;
    bool front_read_error = false;
    bool front_checking = false;
    uint32_t back_index = 0;
    bool back_read_error = false;
    bool write_error = false;
    bool axi_busy = false;
    bool operator==(const Inputs&) const = default;
  };

  CoreControl() { Reset(); }
  void Reset();

  // All of them are registers. While core_rst_n is false, all units but the registers and this one
  // are in reset, in the same cycle already: their reset is asynchronous.
  bool soft_reset_done() const { return state_ == State::kRelease; }
  bool core_rst_n() const { return core_rst_n_; }
  bool halt() const { return halt_; }
  uint32_t head() const { return head_; }
  bool error() const { return error_; }
  uint8_t cause() const { return cause_; }
  uint32_t index() const { return index_; }

  bool Clock(const Inputs& in);

 private:
  enum class State : uint8_t { kRunning, kReset, kRelease };

  bool ClockReset(const Inputs& in);  // the soft reset; whether it goes on

  State state_;
  uint8_t count_;  // cycles of reset
  bool core_rst_n_, halt_, error_;
  uint8_t cause_;
  uint32_t head_, index_;
};

}  // namespace tetralog::cycle
