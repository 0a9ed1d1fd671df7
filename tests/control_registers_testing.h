// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A model of the registers, stepped with control_registers.sv cycle by cycle, and a master on its
// port: every output is compared in every cycle, every answer of the port when it comes.

#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>

#include "Vcontrol_registers.h"
#include "Vcontrol_registers_wide.h"
#include "model/contract.h"
#include "model/machine_shape.h"

namespace tetralog {

inline constexpr uint32_t kSeed = 7;
inline constexpr uint32_t kOkay = 0, kSlaveError = 2;
inline constexpr uint64_t kCounterMask = (uint64_t{1} << 48) - 1;

// The parameters of the units in core_front_tests.cmake.
template <class V>
inline constexpr MachineShape kBuild;
template <>
inline constexpr MachineShape kBuild<Vcontrol_registers_wide> = {64, 128, 8,   16, 32,
                                                                 16, 256, 512, 64, 36};

inline uint32_t Word(std::mt19937& rng) { return static_cast<uint32_t>(rng()); }

// Inputs of a cycle from the core.
struct Events {
  uint32_t head = 0, error_index = 0, error_cause = 0;
  bool busy = false, error = false, completion = false, done = false;
  std::array<uint32_t, kCounters> count{};  // in bytes for reads and writes
};

template <class V>
void DriveEvents(V& unit, const Events& in) {
  unit.head_i = in.head;
  unit.busy_i = in.busy;
  unit.error_i = in.error;
  unit.error_cause_i = in.error_cause;
  unit.error_index_i = in.error_index;
  unit.completion_i = in.completion;
  unit.soft_reset_done_i = in.done;
  unit.count_busy_i = in.count[kCounterBusy];
  unit.count_active_i = in.count[kCounterActive];
  unit.count_stall_operand_i = in.count[kCounterStallOperand];
  unit.count_stall_drain_i = in.count[kCounterStallDrain];
  unit.count_stall_addend_i = in.count[kCounterStallAddend];
  unit.count_stall_write_i = in.count[kCounterStallWrite];
  unit.count_read_i = in.count[kCounterReadBytes] != 0;
  unit.count_write_bytes_i = in.count[kCounterWriteBytes];
  unit.count_products_i = in.count[kCounterProducts];
  unit.count_gated_i = in.count[kCounterGated];
}

struct Answer {
  uint32_t data = 0, resp = kOkay;
  bool operator==(const Answer&) const = default;
};

// What the registers must hold.
struct Model {
  std::map<uint32_t, uint32_t> ro;  // by offset; fixed
  std::map<uint32_t, uint32_t> rw = {{kRegRingBaseLo, 0},   {kRegRingBaseHi, 0}, {kRegRingSize, 0},
                                     {kRegRecordBaseLo, 0}, {kRegTail, 0},       {kRegIrqEnable, 0},
                                     {kRegRecordBaseHi, 0}};
  bool enable = false, soft_reset = false, last_error = false;
  bool hold_clear = false;  // counters stay 0 to the end of the soft reset
  uint32_t irq_status = 0, held = 0;
  std::array<uint64_t, kCounters> counter{};

  explicit Model(const MachineShape& b) {
    ro = {{kRegId, 0x544c4f47},
          {kRegVersion, 0x00010000},
          {kRegArray, b.cols << 16 | b.rows},
          {kRegUnits, b.random_bits << 24 | b.acc_width << 16 | b.lanes << 8 | b.dot},
          {kRegBuffers, b.depth_b << 16 | b.depth_a},
          {kRegBus, b.axi_addr << 16 | b.axi_data}};
  }

  Answer Read(uint32_t offset, const Events& in) {
    if (const auto it = ro.find(offset); it != ro.end()) return {it->second};
    if (const auto it = rw.find(offset); it != rw.end()) return {it->second};
    switch (offset) {
      case kRegControl:
        return {uint32_t{soft_reset} << kControlSoftReset | uint32_t{enable} << kControlEnable};
      case kRegStatus:
        return {uint32_t{in.error} << kStatusError | uint32_t{in.busy} << kStatusBusy};
      case kRegHead:
        return {in.head};
      case kRegIrqStatus:
        return {irq_status};
      case kRegErrorCause:
        return {in.error_cause};
      case kRegErrorIndex:
        return {in.error_index};
    }
    const uint32_t word = (offset - kRegCounters) / 4;
    if (offset % 4 != 0 || offset < kRegCounters || word >= 2 * kCounters) return {0, kSlaveError};
    if (word % 2 == 1) return {held};
    held = static_cast<uint32_t>(counter[word / 2] >> 32);
    return {static_cast<uint32_t>(counter[word / 2])};
  }

  // One cycle, with the write that is accepted in it.
  struct WriteOp {
    uint32_t offset = 0, data = 0, strobe = 0xf;
  };
  uint32_t Step(const Events& in, const std::optional<WriteOp>& write) {
    uint32_t resp = kOkay, clear_irq = 0;
    bool clear_counters = false, request = false;
    if (write) {
      uint32_t mask = 0;
      for (int i = 0; i < 4; ++i) mask |= (write->strobe >> i & 1) * 0xffU << 8 * i;
      const uint32_t set = write->data & mask;
      if (const auto it = rw.find(write->offset); it != rw.end()) {
        if (write->offset == kRegRingSize) mask &= 0xffff;
        if (write->offset == kRegIrqEnable) mask &= 3;
        it->second = (it->second & ~mask) | (write->data & mask);
      } else if (write->offset == kRegControl) {
        if (mask & 1) enable = set >> kControlEnable & 1;
        request = set >> kControlSoftReset & 1;
        clear_counters = set >> kControlClearCounters & 1;
      } else if (write->offset == kRegIrqStatus) {
        clear_irq = set;
      } else {
        resp = kSlaveError;
      }
    }
    irq_status &= ~clear_irq;
    if (in.completion) irq_status |= 1U << kIrqCompletion;
    if (in.error && !last_error) irq_status |= 1U << kIrqError;
    last_error = in.error;
    if (in.done) {
      soft_reset = false;
      irq_status = 0;
      rw[kRegTail] = 0;
    }
    soft_reset |= request;
    for (unsigned i = 0; i < kCounters; ++i)
      counter[i] = clear_counters || hold_clear ? 0 : (counter[i] + in.count[i]) & kCounterMask;
    hold_clear = (hold_clear && !in.done) || (clear_counters && soft_reset);
    return resp;
  }
};
using WriteOp = Model::WriteOp;

// The unit, its model and a master on its port.
template <class V>
class Bench {
 public:
  Bench() : model_(kBuild<V>) { Reset(); }

  void Reset() {
    in = {};
    Drive();
    unit_.rst_ni = 0;
    Clock();
    unit_.rst_ni = 1;
    Clock();
    model_ = Model(kBuild<V>);
  }

  // One clock cycle.
  void Tick() {
    Drive();
    unit_.clk_i = 0;
    unit_.eval();
    CheckOutputs();
    const bool aw = unit_.s_axil_awvalid_i && unit_.s_axil_awready_o;
    const bool w = unit_.s_axil_wvalid_i && unit_.s_axil_wready_o;
    const bool ar = unit_.s_axil_arvalid_i && unit_.s_axil_arready_o;
    const bool b = unit_.s_axil_bvalid_o && unit_.s_axil_bready_i;
    const bool r = unit_.s_axil_rvalid_o && unit_.s_axil_rready_i;
    if (ar) read_expected_ = model_.Read(*read, in);
    std::optional<WriteOp> accepted;
    aw_taken_ |= aw;
    w_taken_ |= w;
    if ((aw || w) && aw_taken_ && w_taken_) accepted = *write;
    const uint32_t resp = model_.Step(in, accepted);
    if (accepted) write_expected_ = resp;
    if (b) {
      EXPECT_TRUE(write_expected_) << "an answer before the write, cycle " << cycle_;
      EXPECT_EQ(unit_.s_axil_bresp_o, write_expected_.value_or(9)) << "offset " << write->offset;
      write_resp_ = unit_.s_axil_bresp_o;
      write_expected_.reset();
      write.reset();
      aw_taken_ = w_taken_ = false;
    }
    if (r) {
      read_answer_ = {unit_.s_axil_rdata_o, unit_.s_axil_rresp_o};
      EXPECT_TRUE(read_expected_) << "an answer before the read, cycle " << cycle_;
      EXPECT_TRUE(read_answer_ == read_expected_)
          << "offset " << *read << ": " << std::hex << read_answer_.data << " instead of "
          << read_expected_.value_or(Answer{}).data << ", cycle " << std::dec << cycle_;
      read_expected_.reset();
      read.reset();
    }
    ar_taken_ = (ar_taken_ || ar) && read;
    unit_.clk_i = 1;
    unit_.eval();
    ++cycle_;
  }

  // Many cycles with the same events and nothing on the port, without looking.
  void Skip(uint64_t cycles) {
    for (Tick(); --cycles > 0; ++cycle_) {
      Clock();
      for (unsigned i = 0; i < kCounters; ++i)
        model_.counter[i] = (model_.counter[i] + in.count[i]) & kCounterMask;
    }
  }

  uint32_t Write(uint32_t offset, uint32_t data, uint32_t strobe = 0xf) {
    write = WriteOp{offset, data, strobe};
    for (const uint64_t start = cycle_; write && cycle_ - start < 1000;) Tick();
    EXPECT_FALSE(write) << "no answer to a write within 1000 cycles";
    return write_resp_;
  }
  Answer Read(uint32_t offset) {
    read = offset;
    for (const uint64_t start = cycle_; read && cycle_ - start < 1000;) Tick();
    EXPECT_FALSE(read) << "no answer to a read within 1000 cycles";
    return read_answer_;
  }
  uint64_t ReadCounter(uint32_t counter) {
    const uint64_t low = Read(kRegCounters + 8 * counter).data;
    return low | uint64_t{Read(kRegCounters + 8 * counter + 4).data} << 32;
  }

  V& unit() { return unit_; }
  Model& model() { return model_; }
  uint64_t cycle() const { return cycle_; }

  Events in;
  std::optional<WriteOp> write;  // under way; set it to begin
  std::optional<uint32_t> read;  // likewise, an offset
  uint32_t stall_valid = 0;      // out of 8: how often a valid (not yet up) or a ready waits
  uint32_t stall_ready = 0;
  int aw_delay = 0, w_delay = 0;  // cycles that the next write's channels wait at least
  std::mt19937 rng{kSeed};

 private:
  void Clock() {
    unit_.clk_i = 0;
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
  }

  // A valid that is up stays, as the protocol demands.
  void Raise(CData& valid, bool wanted, int& delay) {
    if (!wanted) {
      valid = 0;
    } else if (!valid) {
      valid = delay-- <= 0 && rng() % 8 >= stall_valid;
    }
  }

  void Drive() {
    int none = 0;
    Raise(unit_.s_axil_awvalid_i, write && !aw_taken_, aw_delay);
    Raise(unit_.s_axil_wvalid_i, write && !w_taken_, w_delay);
    Raise(unit_.s_axil_arvalid_i, read && !ar_taken_, none);
    unit_.s_axil_bready_i = rng() % 8 >= stall_ready;
    unit_.s_axil_rready_i = rng() % 8 >= stall_ready;
    // Rubbish beside a valid that is not up.
    unit_.s_axil_awaddr_i = unit_.s_axil_awvalid_i ? write->offset : rng() & 0xfff;
    unit_.s_axil_wdata_i = unit_.s_axil_wvalid_i ? write->data : rng();
    unit_.s_axil_wstrb_i = unit_.s_axil_wvalid_i ? write->strobe : rng() & 0xf;
    unit_.s_axil_araddr_i = unit_.s_axil_arvalid_i ? *read : rng() & 0xfff;
    DriveEvents(unit_, in);
  }

  void CheckOutputs() {
    const auto base = [&](uint32_t low, uint32_t high) {
      return uint64_t{model_.rw[high]} << 32 | model_.rw[low];
    };
    EXPECT_EQ(unit_.enable_o, model_.enable) << "cycle " << cycle_;
    EXPECT_EQ(unit_.soft_reset_o, model_.soft_reset) << "cycle " << cycle_;
    EXPECT_EQ(unit_.ring_base_o, base(kRegRingBaseLo, kRegRingBaseHi)) << "cycle " << cycle_;
    EXPECT_EQ(unit_.record_base_o, base(kRegRecordBaseLo, kRegRecordBaseHi)) << "cycle " << cycle_;
    EXPECT_EQ(unit_.ring_size_o, model_.rw[kRegRingSize]) << "cycle " << cycle_;
    EXPECT_EQ(unit_.tail_o, model_.rw[kRegTail]) << "cycle " << cycle_;
    EXPECT_EQ(unit_.irq_o, (model_.irq_status & model_.rw[kRegIrqEnable]) != 0)
        << "cycle " << cycle_;
  }

  V unit_;
  Model model_;
  bool aw_taken_ = false, w_taken_ = false, ar_taken_ = false;
  std::optional<uint32_t> write_expected_;
  std::optional<Answer> read_expected_;
  uint32_t write_resp_ = 0;
  Answer read_answer_;
  uint64_t cycle_ = 0;
};

// Events of a random cycle; counts reach their greatest values often.
template <class V>
Events RandomEvents(std::mt19937& rng, bool soft_reset) {
  const MachineShape& b = kBuild<V>;
  const auto upto = [&](uint32_t most) { return rng() % 4 == 0 ? rng() % (most + 1) : most; };
  Events e;
  e.head = rng();
  e.error_index = rng();
  e.error_cause = rng() & 0xff;
  e.busy = rng() & 1;
  e.error = rng() % 4 == 0;
  e.completion = rng() % 16 == 0;
  e.done = soft_reset && rng() % 32 == 0;
  for (unsigned i = kCounterBusy; i <= kCounterStallWrite; ++i) e.count[i] = upto(1);
  e.count[kCounterReadBytes] = upto(1) * (b.axi_data / 8);
  e.count[kCounterWriteBytes] = upto(b.axi_data / 8);
  e.count[kCounterProducts] = upto(b.rows * b.cols * b.dot);
  e.count[kCounterGated] = upto(b.rows * b.cols * b.dot);
  return e;
}

// An offset: mostly a register, sometimes anything.
inline uint32_t RandomOffset(std::mt19937& rng) {
  if (rng() % 16 == 0) return rng() & 0xfff;
  return rng() % 2 == 0 ? kRegControl + 4 * (rng() % 13) : 4 * (rng() % 60);
}

}  // namespace tetralog
