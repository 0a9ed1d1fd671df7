// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/command_check.sv: decides whether a command may run, and which earlier
// commands it must wait for.
//
// The RTL takes its time because it has one adder; here all is computed at start_i and comes out
// when it would there. Only the registers of the rings, which software may write meanwhile, are
// looked at in the cycles in which the RTL does.
//
// Latency, throughput and limits: header of rtl/command_check.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out, for Countdown() cycles, which Skip() passes.

#pragma once

#include <array>
#include <cstdint>

#include "model/cycle/command.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class CommandCheck {
 public:
  struct Inputs {
    bool start = false;
    const Command* cmd = nullptr;  // read at start
    uint64_t ring_base = 0;        // bits beyond the bus are ignored
    uint64_t record_base = 0;
    uint16_t ring_size = 0;
    std::array<uint64_t, 2> busy_first{};  // read at start
    std::array<uint64_t, 2> busy_last{};
    bool operator==(const Inputs&) const = default;
  };

  explicit CommandCheck(const MachineShape& shape);
  void Reset();

  bool early_ok(const Command& cmd) const;  // in the RTL from the cycle after start
  bool done(bool start) const { return left_ == 0 && !start; }
  bool load_known(bool start) const { return left_ <= known_left_ && !start; }
  uint8_t load_conflict() const { return load_conflict_; }  // with load_known only
  // With done only.
  uint8_t cause() const { return cause_; }
  uint8_t conflict() const { return conflict_; }
  uint64_t d_first() const { return d_first_; }
  uint64_t d_last() const { return d_last_; }
  uint16_t panel_words() const { return panel_words_; }

  bool Clock(const Inputs& in);
  // The cycles that read the rings, and so the inputs, are not skipped.
  uint64_t Countdown() const {
    if (left_ == 0) return UINT64_MAX;
    if (left_ > known_left_) return left_ - known_left_ - 1;
    return left_ > kRingCycles ? left_ - kRingCycles : 0;
  }
  void Skip(uint64_t n) {
    if (left_ != 0) left_ -= static_cast<uint32_t>(n);
  }

 private:
  static constexpr uint32_t kRingCycles = 8;  // the last ones, from the first that reads a register

  struct Range {
    uint64_t first = 0, last = 0;  // bytes, last included, without bits beyond the bus
    bool wraps = false;            // it begins on the bus and ends beyond
    bool past = false;             // it ends beyond the bus
  };

  void Start(const Inputs& in);
  void Rings(const Inputs& in);
  Cause FieldCause(const Command& c) const;  // the lowest of those to kIndex, from single fields
  Range At(uint64_t base, uint64_t bytes1) const;
  bool MeetsD(const Range& range) const { return Meets(range, d_first_, d_last_); }
  static bool Meets(const Range& range, uint64_t first, uint64_t last) {
    return (range.wraps || range.last >= first) && last >= range.first;
  }
  uint32_t Words(const Command& c) const { return ((c.k - 1) & kSizeMask) / word_codes_ + 1; }

  const uint32_t word_codes_, panel_a_, depth_a_, depth_b_;
  const uint32_t acc_max_;  // greatest |sum| that the accumulator holds
  const uint64_t addr_mask_;

  uint32_t left_ = 0;        // cycles to the verdict
  uint32_t known_left_ = 0;  // cycles to the verdict when load_conflict() is known
  uint8_t cause_ = 0;
  uint8_t conflict_ = 0;
  uint8_t load_conflict_ = 0;
  uint16_t panel_words_ = 0;
  uint64_t ring_base_ = 0;  // as read a cycle earlier
  uint64_t d_first_ = 0, d_last_ = 0;
};

}  // namespace tetralog::cycle
