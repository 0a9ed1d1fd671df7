// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Two cores in step: both get the same inputs, and every output pin is compared in every cycle.
//
// Compared are all valid, ready and interrupt pins, and the payload of a channel while its valid is
// high; of WDATA the bytes under WSTRB. What stands on a channel without valid, and under no
// strobe, means nothing and may differ. The cores run freely during a reset.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sim/core.h"

namespace tetralog {

class LockstepCore : public Core {
 public:
  // Divergences begin with this word.
  static constexpr char kDivergence[] = "lockstep: ";

  // Outputs and waveforms are those of the first. std::invalid_argument when the shapes differ.
  LockstepCore(std::unique_ptr<Core> first, std::unique_ptr<Core> second);

  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return first_->shape(); }
  void Reset() override;
  void Trace(const std::string& path) override { first_->Trace(path); }

  // Throws MachineError in the first cycle in which a pin differs, with the cycle since
  // construction, all pins that differ, the commands in flight and the handshakes before.
  void Cycle(const CoreInputs& in, CoreOutputs& out) override;

 private:
  struct Event {  // a cycle with a handshake, reads of registers left out
    uint64_t cycle = 0;
    CoreInputs in;
    CoreOutputs out;
  };
  // The registers as they were last written, and how far the ring is, as seen from the pins.
  struct Ring {
    std::array<uint32_t, 1024> registers{};
    uint64_t fetched = 0, records = 0;  // entries asked for and records begun since soft reset
    bool have_address = false, have_data = false;  // of a write that is not complete
    uint32_t write_address = 0, write_data = 0;
  };

  void Watch(const CoreInputs& in, const CoreOutputs& out);
  [[noreturn]] void Diverge(const CoreOutputs& first, const CoreOutputs& second) const;

  const std::string level_ = "lockstep";
  std::unique_ptr<Core> first_, second_;
  CoreOutputs other_;  // of the second
  uint64_t cycle_ = 0;
  Ring ring_;
  std::array<Event, 8> events_;
  size_t next_event_ = 0;
};

}  // namespace tetralog
