// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/estimate_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tetralog {
namespace {

constexpr uint64_t kProgressCycles = 1 << 20;  // between two calls of the progress callback
constexpr int kRegisterPatience = 1000;        // cycles until a register has answered
// After the response to a write of a register until the status and the interrupt show it.
constexpr int kSettleCycles = 4;

}  // namespace

EstimateMachine::EstimateMachine(const MachineShape& shape, const EstimateMachineOptions& options)
    : skip_(options.skip),
      core_(shape, false),
      memory_({.word_bytes = shape.axi_data / 8,
               .read_latency = options.read_latency,
               .write_latency = options.write_latency,
               .window = kWindow}) {}

void EstimateMachine::Fail(const std::string& what) const {
  throw MachineError(fmt::format(
      "{}, cycle {}: run the same commands on another machine to see why", what, cycles_));
}

void EstimateMachine::WriteMemory(uint64_t address, std::span<const uint8_t> bytes) {
  memory_.Write(address, bytes);
}
void EstimateMachine::ReadMemory(uint64_t address, std::span<uint8_t> bytes) const {
  memory_.Read(address, bytes);
  FillRecord(address, bytes);
}

// Without data the core's records are empty.
void EstimateMachine::FillRecord(uint64_t address, std::span<uint8_t> bytes) const {
  const uint64_t place = (address - record_base_) / kRecordBytes;
  if (address < record_base_ || address % kRecordBytes != 0 || place >= ring_size_) return;
  const uint32_t last = head_ - 1;
  const uint32_t back = (last - static_cast<uint32_t>(place)) % ring_size_;  // commands since then
  if (back >= head_) return;
  Completion record;
  record.status = 1;
  record.index = last - back;
  const auto packed = record.Pack();
  std::copy_n(packed.begin(), std::min(packed.size(), bytes.size()), bytes.begin());
}

void EstimateMachine::InjectFault(MemoryFault fault, uint64_t, uint64_t) {
  if (fault != MemoryFault::kNone)
    throw std::invalid_argument("the memory of an estimate has no faults; use another machine");
}
void EstimateMachine::OnProgress(std::function<void(uint64_t)> callback) {
  progress_ = std::move(callback);
}
void EstimateMachine::Trace(const std::string& path) {
  if (!path.empty())
    throw std::invalid_argument("an estimate has no waveform; use the machine rtl");
}

// ---------------------------------------------------------------------------- time

bool EstimateMachine::Tick() {
  core_.Outputs(out_);
  const bool core_moved = core_.Clock(in_);
  const bool memory_moved = memory_.Clock(out_.axi);
  if (memory_moved) in_.axi = memory_.slave();
  ++cycles_;
  ++simulated_;
  return core_moved || memory_moved;
}

bool EstimateMachine::Skip() {
  const uint64_t n = std::min(core_.Countdown(), memory_.Quiet());
  if (n == UINT64_MAX) return false;
  if (n == 0) return true;
  core_.Skip(n);
  memory_.Skip(n);
  in_.axi = memory_.slave();
  cycles_ += n;
  return true;
}

// The interrupt is looked at before anything is skipped, so that the host sees it in the cycle in
// which it comes.
void EstimateMachine::Wait() {
  uint64_t transfers = memory_.transfers(), since = cycles_;
  while (!out_.irq) {
    if (!Tick() && skip_) {
      core_.Outputs(out_);
      if (out_.irq) return;
      if (!Skip()) break;
    }
    if (memory_.transfers() != transfers) {
      transfers = memory_.transfers();
      since = cycles_;
    } else if (cycles_ - since > kPatience) {
      if (!skip_) break;
      Fail(fmt::format("no transfer in {} cycles", kPatience));
    }
    if (cycles_ >= next_progress_ && progress_) {
      progress_(cycles_);
      next_progress_ = cycles_ + kProgressCycles;
    }
  }
  if (out_.irq) return;
  // Nothing will ever happen: the core must be idle or stopped.
  const uint32_t status = ReadRegister(kRegStatus);
  if ((status >> kStatusError & 1) == 0 && (status >> kStatusBusy & 1) != 0)
    Fail(fmt::format("the core hangs: status {:#x}, {} of {} commands done", status,
                     ReadRegister(kRegHead), ReadRegister(kRegTail)));
}

// ---------------------------------------------------------------------------- registers

void EstimateMachine::CheckOffset(uint32_t offset) const {
  if (offset > 0xfff)
    throw std::invalid_argument(
        fmt::format("no register at offset {:#x}: offsets have 12 bits", offset));
}

void EstimateMachine::WriteRegister(uint32_t offset, uint32_t value) {
  CheckOffset(offset);
  AxiLiteMaster& lite = in_.lite;
  lite = {.aw_valid = true,
          .w_valid = true,
          .b_ready = true,
          .aw_addr = static_cast<uint16_t>(offset),
          .w_strb = 0xf,
          .w_data = value};
  for (int i = 0; Tick(), !out_.lite.b_valid; ++i) {
    if (out_.lite.aw_ready) lite.aw_valid = false;
    if (out_.lite.w_ready) lite.w_valid = false;
    if (i == kRegisterPatience) Fail(fmt::format("no answer to a write of register {:#x}", offset));
  }
  const bool refused = out_.lite.b_resp != kAxiOkay;
  lite = {};
  for (int i = 0; i < kSettleCycles; ++i) Tick();
  if (offset == kRegRingSize) ring_size_ = value;
  if (offset == kRegRecordBaseLo) record_base_ = (record_base_ & ~uint64_t{0xffffffff}) | value;
  if (offset == kRegRecordBaseHi)
    record_base_ = (record_base_ & 0xffffffff) | uint64_t{value} << 32;
  if (refused)
    throw std::invalid_argument(
        fmt::format("register {:#x} refuses to be written; see the table of registers", offset));
}

uint32_t EstimateMachine::ReadRegister(uint32_t offset) {
  CheckOffset(offset);
  AxiLiteMaster& lite = in_.lite;
  lite = {.ar_valid = true, .r_ready = true, .ar_addr = static_cast<uint16_t>(offset)};
  for (int i = 0; Tick(), !out_.lite.r_valid; ++i) {
    if (out_.lite.ar_ready) lite.ar_valid = false;
    if (i == kRegisterPatience) Fail(fmt::format("no answer to a read of register {:#x}", offset));
  }
  lite = {};
  if (out_.lite.r_resp != kAxiOkay)
    throw std::invalid_argument(
        fmt::format("register {:#x} refuses to be read; see the table of registers", offset));
  if (offset == kRegHead) head_ = out_.lite.r_data;
  return out_.lite.r_data;
}

}  // namespace tetralog
