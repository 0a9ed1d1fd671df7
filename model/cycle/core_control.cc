// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/core_control.h"

#include "model/contract.h"

namespace tetralog::cycle {
namespace {

constexpr uint8_t kResetCycles = 4;

}  // namespace

void CoreControl::Reset() {
  state_ = State::kRunning;
  count_ = 0;
  core_rst_n_ = halt_ = error_ = false;
  cause_ = 0;
  head_ = index_ = 0;
}

bool CoreControl::ClockReset(const Inputs& in) {
  switch (state_) {
    case State::kRunning:
      count_ = 0;
      if (!in.soft_reset || in.axi_busy || !halt_) return false;
      state_ = State::kReset;
      return true;
    case State::kReset:
      if (++count_ == kResetCycles) state_ = State::kRelease;
      return true;
    case State::kRelease:
      state_ = State::kRunning;
      return true;
  }
  return false;
}

bool CoreControl::Clock(const Inputs& in) {
  // Errors of the oldest command only.
  const bool back_stop = in.back_read_error && in.back_index == head_;
  const bool front_stop =
      in.front_index == head_ && (in.front_failed || (in.front_read_error && !in.front_checking));
  const bool stop = in.write_error || back_stop || front_stop;
  const bool held = state_ == State::kReset || !core_rst_n_;
  const bool run = state_ != State::kReset;
  bool active = ClockReset(in) || core_rst_n_ != run;
  core_rst_n_ = run;

  if (held) {
    head_ = index_ = 0;
    error_ = false;
    cause_ = 0;
    halt_ = in.soft_reset;
    return true;
  }
  const bool halt = error_ || stop || in.soft_reset;
  active |= halt != halt_ || in.done;
  halt_ = halt;
  if (stop && !error_ && !in.soft_reset) {
    const Cause read_or_write = in.write_error ? Cause::kWrite : Cause::kRead;
    error_ = true;
    cause_ = !in.write_error && !back_stop && in.front_failed ? in.front_cause
                                                              : static_cast<uint8_t>(read_or_write);
    index_ = head_;
    active = true;
  }
  head_ += in.done;
  return active;
}

}  // namespace tetralog::cycle
