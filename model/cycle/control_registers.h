// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/control_registers.sv: the registers behind the AXI4-Lite port, with interrupt
// and performance counters.
//
// Latency, throughput and limits: header of rtl/control_registers.sv. The accessors show the
// outputs of a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs
// stay so do the outputs, and the call may be left out, for Countdown() cycles, which Skip()
// passes.

#pragma once

#include <array>
#include <cstdint>

#include "model/contract.h"
#include "model/core_pins.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class ControlRegisters {
 public:
  struct Inputs {
    AxiLiteMaster lite;
    bool soft_reset_done = false;
    bool busy = false;
    bool error = false;
    uint8_t error_cause = 0;
    bool completion = false;
    uint32_t head = 0;
    uint32_t error_index = 0;
    bool count_busy = false;
    bool count_active = false;
    bool count_stall_operand = false;
    bool count_stall_drain = false;
    bool count_stall_addend = false;
    bool count_stall_write = false;
    bool count_read = false;
    uint32_t count_write_bytes = 0;
    uint32_t count_products = 0;
    uint32_t count_gated = 0;
    bool operator==(const Inputs&) const = default;
  };

  explicit ControlRegisters(const MachineShape& shape);
  void Reset();

  // All of them are registers, irq but for one gate.
  const AxiLiteSlave& lite() const { return lite_; }
  bool irq() const { return (irq_enable_ & irq_status_) != 0; }
  bool enable() const { return enable_; }
  bool soft_reset() const { return soft_reset_; }
  uint64_t ring_base() const { return ring_base_; }
  uint16_t ring_size() const { return ring_size_; }
  uint64_t record_base() const { return record_base_; }
  uint32_t tail() const { return tail_; }

  // A counter as a read of this cycle finds it.
  uint64_t counter(unsigned place) const { return counter_[place] & kCounterMask; }

  // Counting alone is no activity: nothing shows it until a read.
  bool Clock(const Inputs& in) {
    if (Quiet(in)) {
      Count(in, 1);
      return false;
    }
    ClockPort(in);
    return true;
  }
  // Any number of cycles with these inputs may be skipped after Clock() has returned false for
  // them.
  uint64_t Countdown() const { return UINT64_MAX; }
  void Skip(uint64_t n, const Inputs& in) { Count(in, n); }

 private:
  static constexpr uint64_t kCounterMask = (uint64_t{1} << 48) - 1;

  // Nothing but counters changes in this cycle.
  bool Quiet(const Inputs& in) const {
    return awake_ && !lite_.aw_ready && !lite_.b_valid && !lite_.ar_ready && !lite_.r_valid &&
           !(in.lite.aw_valid && in.lite.w_valid) && !in.lite.ar_valid && !clear_hold_ &&
           !in.soft_reset_done && !in.completion && in.error == last_error_;
  }
  void Count(const Inputs& in, uint64_t cycles) {
    counter_[kCounterBusy] += cycles * in.count_busy;
    counter_[kCounterActive] += cycles * in.count_active;
    counter_[kCounterStallOperand] += cycles * in.count_stall_operand;
    counter_[kCounterStallDrain] += cycles * in.count_stall_drain;
    counter_[kCounterStallAddend] += cycles * in.count_stall_addend;
    counter_[kCounterStallWrite] += cycles * in.count_stall_write;
    counter_[kCounterReadBytes] += cycles * (in.count_read ? bus_bytes_ : 0);
    counter_[kCounterWriteBytes] += cycles * in.count_write_bytes;
    counter_[kCounterProducts] += cycles * in.count_products;
    counter_[kCounterGated] += cycles * in.count_gated;
  }
  void ClockPort(const Inputs& in);
  bool Write(const AxiLiteMaster& port);  // whether there is such a register
  bool Read(uint32_t offset, const Inputs& in, uint32_t& data);

  const MachineShape shape_;
  const uint64_t bus_bytes_;

  AxiLiteSlave lite_{};
  bool awake_;  // false in reset and one cycle longer
  bool enable_, soft_reset_, last_error_;
  bool clear_hold_;  // a clear that lasts until the end of the soft reset
  uint8_t irq_enable_, irq_status_;
  uint16_t ring_size_;
  uint16_t held_;  // the upper word of the counter that was read last
  uint32_t tail_;
  uint64_t ring_base_, record_base_;
  std::array<uint64_t, kCounters> counter_;  // only the low 48 bits count
};

}  // namespace tetralog::cycle
