// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/command_front.h"

#include <bit>
#include <cstring>
#include <utility>

namespace tetralog::cycle {

CommandFront::CommandFront(const MachineShape& shape)
    : beats_(kCommandBytes * 8 / shape.axi_data),
      addr_mask_((uint64_t{1} << shape.axi_addr) - 1),
      check_(shape) {}

void CommandFront::Reset() {
  check_.Reset();
  state_ = State::kIdle;
  started_ = handed_ = check_start_ = asks_ = false;
  index_ = 0;
}

bool CommandFront::RingBad(const Inputs& in) const {
  const auto beyond = [&](uint64_t base, uint64_t bytes) { return base > addr_mask_ + 1 - bytes; };
  return !std::has_single_bit(in.ring_size) || in.ring_base % kCommandBytes != 0 ||
         in.record_base % kRecordBytes != 0 ||
         beyond(in.ring_base, uint64_t{in.ring_size} * kCommandBytes) ||
         beyond(in.record_base, uint64_t{in.ring_size} * kRecordBytes) ||
         in.tail - in.head > in.ring_size;
}

bool CommandFront::Clock(const Inputs& in) {
  switch (state_) {
    case State::kIdle:
      if (!Pending(in)) return false;
      ring_failed_ = RingBad(in);
      entry_address_ = (in.ring_base + uint64_t{index_ & static_cast<uint16_t>(in.ring_size - 1)} *
                                           kCommandBytes) &
                       addr_mask_;
      state_ = State::kFetch;
      asks_ = true;
      return true;
    case State::kFetch:
      if (ring_failed_) {
        state_ = State::kFailed;
        return true;
      }
      if (!in.req_ready) return std::exchange(asks_, false);
      beat_ = 0;
      state_ = State::kReceive;
      return true;
    case State::kReceive:
      return in.beat_valid && Receive(in);
    case State::kRun:
      return Run(in);
    case State::kFailed:
      return false;
  }
  return false;
}

bool CommandFront::Receive(const Inputs& in) {
  const uint32_t bytes = kCommandBytes / beats_;
  std::memcpy(&entry_[beat_ * bytes], in.beat_data->data(), bytes);
  if (++beat_ < beats_) return true;
  cmd_ = Decode(entry_);
  early_ok_ = check_.early_ok(cmd_);
  check_start_ = true;
  state_ = State::kRun;
  return true;
}

bool CommandFront::Run(const Inputs& in) {
  const bool start = load_start(in.slot_busy, in.load_busy);
  const bool hand = back_valid(in.slot_busy) && in.back_ready;
  if (CheckDone()) {
    if (!Legal()) {
      state_ = State::kFailed;
    } else if (started_ && handed_ && !in.load_busy) {
      started_ = handed_ = false;
      ++index_;
      state_ = State::kIdle;
    } else {
      started_ |= start;
      handed_ |= hand;
      return start || hand;
    }
    return true;
  }
  started_ |= start;
  const bool checks = check_.Clock({.start = check_start_,
                                    .cmd = &cmd_,
                                    .ring_base = in.ring_base,
                                    .record_base = in.record_base,
                                    .ring_size = in.ring_size,
                                    .busy_first = in.slot_first,
                                    .busy_last = in.slot_last});
  check_start_ = false;
  return checks || start;
}

}  // namespace tetralog::cycle
