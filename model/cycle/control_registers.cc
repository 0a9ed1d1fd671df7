// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/control_registers.h"

namespace tetralog::cycle {
namespace {

bool Bit(uint32_t word, unsigned bit) { return (word >> bit & 1) != 0; }

// The bytes of a register that the strobes choose.
uint32_t Strobed(uint32_t old, const AxiLiteMaster& port) {
  uint32_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) mask |= Bit(port.w_strb, i) ? 0xffU << 8 * i : 0;
  return (old & ~mask) | (port.w_data & mask);
}
uint64_t StrobedLow(uint64_t old, const AxiLiteMaster& port) {
  return (old & ~uint64_t{0xffffffff}) | Strobed(static_cast<uint32_t>(old), port);
}
uint64_t StrobedHigh(uint64_t old, const AxiLiteMaster& port) {
  return (old & 0xffffffff) | uint64_t{Strobed(static_cast<uint32_t>(old >> 32), port)} << 32;
}

}  // namespace

ControlRegisters::ControlRegisters(const MachineShape& shape)
    : shape_(shape), bus_bytes_(shape.axi_data / 8) {
  Reset();
}

void ControlRegisters::Reset() {
  // Answers keep their payload, as in the RTL.
  lite_.aw_ready = lite_.w_ready = lite_.b_valid = lite_.ar_ready = lite_.r_valid = false;
  awake_ = enable_ = soft_reset_ = last_error_ = clear_hold_ = false;
  irq_enable_ = irq_status_ = 0;
  ring_size_ = held_ = 0;
  tail_ = 0;
  ring_base_ = record_base_ = 0;
  counter_.fill(0);
}

bool ControlRegisters::Write(const AxiLiteMaster& port) {
  const bool low = Bit(port.w_strb, 0);
  switch (port.aw_addr) {
    case kRegControl:
      if (low) enable_ = Bit(port.w_data, kControlEnable);
      return true;
    case kRegRingBaseLo:
      ring_base_ = StrobedLow(ring_base_, port);
      return true;
    case kRegRingBaseHi:
      ring_base_ = StrobedHigh(ring_base_, port);
      return true;
    case kRegRingSize:
      ring_size_ = static_cast<uint16_t>(Strobed(ring_size_, port));
      return true;
    case kRegRecordBaseLo:
      record_base_ = StrobedLow(record_base_, port);
      return true;
    case kRegRecordBaseHi:
      record_base_ = StrobedHigh(record_base_, port);
      return true;
    case kRegTail:
      tail_ = Strobed(tail_, port);
      return true;
    case kRegIrqEnable:
      if (low) irq_enable_ = port.w_data & 3;
      return true;
    case kRegIrqStatus:
      if (low) irq_status_ &= static_cast<uint8_t>(~port.w_data);
      return true;
    default:
      return false;
  }
}

bool ControlRegisters::Read(uint32_t offset, const Inputs& in, uint32_t& data) {
  const auto fields = [](uint32_t high, uint32_t low) { return high << 16 | low; };
  switch (offset) {
    case kRegId:
      data = kIdentity;
      return true;
    case kRegVersion:
      data = kVersion;
      return true;
    case kRegArray:
      data = fields(shape_.cols, shape_.rows);
      return true;
    case kRegUnits:
      data = fields(shape_.random_bits << 8 | shape_.acc_width, shape_.lanes << 8 | shape_.dot);
      return true;
    case kRegBuffers:
      data = fields(shape_.depth_b, shape_.depth_a);
      return true;
    case kRegBus:
      data = fields(shape_.axi_addr, shape_.axi_data);
      return true;
    case kRegControl:
      data = uint32_t{enable_} << kControlEnable | uint32_t{soft_reset_} << kControlSoftReset;
      return true;
    case kRegStatus:
      data = uint32_t{in.busy} << kStatusBusy | uint32_t{in.error} << kStatusError;
      return true;
    case kRegRingBaseLo:
      data = static_cast<uint32_t>(ring_base_);
      return true;
    case kRegRingBaseHi:
      data = static_cast<uint32_t>(ring_base_ >> 32);
      return true;
    case kRegRingSize:
      data = ring_size_;
      return true;
    case kRegRecordBaseLo:
      data = static_cast<uint32_t>(record_base_);
      return true;
    case kRegRecordBaseHi:
      data = static_cast<uint32_t>(record_base_ >> 32);
      return true;
    case kRegTail:
      data = tail_;
      return true;
    case kRegHead:
      data = in.head;
      return true;
    case kRegIrqEnable:
      data = irq_enable_;
      return true;
    case kRegIrqStatus:
      data = irq_status_;
      return true;
    case kRegErrorCause:
      data = in.error_cause;
      return true;
    case kRegErrorIndex:
      data = in.error_index;
      return true;
  }
  const uint32_t word = (offset - kRegCounters) / 4;
  data = 0;
  if (offset % 4 != 0 || offset < kRegCounters || word >= 2 * kCounters) return false;
  if (word % 2 != 0) {
    data = held_;
  } else {
    data = static_cast<uint32_t>(counter(word / 2));
    held_ = static_cast<uint16_t>(counter(word / 2) >> 32);
  }
  return true;
}

void ControlRegisters::ClockPort(const Inputs& in) {
  const AxiLiteMaster& port = in.lite;
  const AxiLiteSlave now = lite_;
  lite_.aw_ready = lite_.w_ready =
      awake_ && port.aw_valid && port.w_valid && !now.aw_ready && !now.b_valid;
  lite_.ar_ready = awake_ && port.ar_valid && !now.ar_ready && !now.r_valid;
  lite_.b_valid = now.aw_ready || (now.b_valid && !port.b_ready);
  lite_.r_valid = now.ar_ready || (now.r_valid && !port.r_ready);

  // A read sees what is there before this cycle's write and counts.
  if (now.ar_ready) lite_.r_resp = Read(port.ar_addr, in, lite_.r_data) ? kAxiOkay : kAxiSlvErr;

  bool request = false, clear = false;  // of a soft reset, of the counters
  if (now.aw_ready) {
    lite_.b_resp = Write(port) ? kAxiOkay : kAxiSlvErr;
    if (port.aw_addr == kRegControl && Bit(port.w_strb, 0)) {
      request = Bit(port.w_data, kControlSoftReset);
      clear = Bit(port.w_data, kControlClearCounters);
    }
  }
  if (!awake_ || clear || clear_hold_) {
    counter_.fill(0);
  } else {
    Count(in, 1);
  }

  irq_status_ |= static_cast<uint8_t>(in.completion << kIrqCompletion | (in.error && !last_error_)
                                                                            << kIrqError);
  last_error_ = in.error;
  const bool still = soft_reset_ && !in.soft_reset_done;
  clear_hold_ = (clear_hold_ && !in.soft_reset_done) || (clear && (still || request));
  soft_reset_ = still || request;
  if (in.soft_reset_done) {
    irq_status_ = 0;
    tail_ = 0;
  }
  awake_ = true;
}

}  // namespace tetralog::cycle
