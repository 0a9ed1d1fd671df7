// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/clocked_machine.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tetralog {
namespace {

constexpr uint64_t kProgressCycles = 1 << 16;  // between two calls of the progress callback
constexpr int kPollCycles = 16;                // between two looks at the status in Wait()
// After the response to a write of a register until the status and the interrupt show it.
constexpr int kSettleCycles = 4;

AxiMemoryOptions MemoryOptions(const MachineShape& shape, const ClockedMachineOptions& options) {
  const uint32_t word_bytes = shape.axi_data / 8;
  if (options.stall_percent != 0)
    return AxiMemoryOptions::Random(word_bytes, options.stall_percent, options.read_latency,
                                    options.write_latency, options.seed);
  AxiMemoryOptions memory;
  memory.word_bytes = word_bytes;
  memory.read_latency_min = memory.read_latency_max = options.read_latency;
  memory.write_latency_min = memory.write_latency_max = options.write_latency;
  memory.seed = options.seed;
  return memory;
}

}  // namespace

ClockedMachine::ClockedMachine(std::unique_ptr<Core> core, uint64_t memory_bytes,
                               const ClockedMachineOptions& options)
    : ClockedMachine(std::move(core), memory_bytes, options, AxiMemoryOptions{.word_bytes = 0}) {}

ClockedMachine::ClockedMachine(std::unique_ptr<Core> core, uint64_t memory_bytes,
                               const ClockedMachineOptions& options, const AxiMemoryOptions& memory)
    : core_(std::move(core)),
      memory_(memory_bytes,
              memory.word_bytes == 0 ? MemoryOptions(core_->shape(), options) : memory),
      checker_(core_->shape().axi_data / 8),
      stall_(options.stall_percent != 0),
      random_(options.seed) {}

void ClockedMachine::Fail(const std::string& what) const {
  throw MachineError(fmt::format("{}, cycle {}: trace this run to see why", what, cycles_));
}

void ClockedMachine::WriteMemory(uint64_t address, std::span<const uint8_t> bytes) {
  memory_.Write(address, bytes);
}
void ClockedMachine::ReadMemory(uint64_t address, std::span<uint8_t> bytes) const {
  memory_.Read(address, bytes);
}
void ClockedMachine::InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) {
  memory_.InjectFault(fault, address, bytes);
}
void ClockedMachine::OnProgress(std::function<void(uint64_t)> callback) {
  progress_ = std::move(callback);
}

void ClockedMachine::Tick() {
  in_.axi = memory_.slave();
  core_->Cycle(in_, out_);
  checker_.Check(out_.axi, in_.axi);
  memory_.Clock(out_.axi);
  if (++cycles_ % kProgressCycles == 0 && progress_) progress_(cycles_);
}

void ClockedMachine::Ticks(int cycles) {
  for (int i = 0; i < cycles; ++i) Tick();
}

// ---------------------------------------------------------------------------- registers

void ClockedMachine::CheckOffset(uint32_t offset) const {
  if (offset > 0xfff)
    throw std::invalid_argument(
        fmt::format("no register at offset {:#x}: offsets have 12 bits", offset));
}

void ClockedMachine::WriteRegister(uint32_t offset, uint32_t value) {
  CheckOffset(offset);
  AxiLiteMaster& lite = in_.lite;
  lite.aw_addr = static_cast<uint16_t>(offset);
  lite.w_data = value;
  lite.w_strb = 0xf;
  bool sent_address = false, sent_data = false, answered = false;
  uint32_t address_delay = Delay(), data_delay = Delay(), answer_delay = Delay();
  uint8_t resp = kAxiOkay;
  for (const uint64_t start = cycles_; !answered;) {
    lite.aw_valid = !sent_address && address_delay == 0;
    lite.w_valid = !sent_data && data_delay == 0;
    lite.b_ready = answer_delay == 0;
    Tick();
    if (out_.lite.b_valid && !(sent_address && sent_data))
      Fail(fmt::format("the write of register {:#x} is answered before it was made", offset));
    answered = out_.lite.b_valid && lite.b_ready;
    if (answered) resp = out_.lite.b_resp;
    sent_address |= lite.aw_valid && out_.lite.aw_ready;
    sent_data |= lite.w_valid && out_.lite.w_ready;
    if (address_delay != 0) --address_delay;
    if (data_delay != 0) --data_delay;
    if (answer_delay != 0) --answer_delay;
    if (cycles_ - start > kPatience)
      Fail(fmt::format("no answer to a write of register {:#x} in {} cycles", offset, kPatience));
  }
  lite = {};
  Ticks(kSettleCycles);
  if (resp != kAxiOkay)
    throw std::invalid_argument(
        fmt::format("register {:#x} refuses to be written; see the table of registers", offset));
}

uint32_t ClockedMachine::ReadRegister(uint32_t offset) {
  CheckOffset(offset);
  AxiLiteMaster& lite = in_.lite;
  lite.ar_addr = static_cast<uint16_t>(offset);
  bool sent = false, answered = false;
  uint32_t address_delay = Delay(), answer_delay = Delay(), value = 0;
  uint8_t resp = kAxiOkay;
  for (const uint64_t start = cycles_; !answered;) {
    lite.ar_valid = !sent && address_delay == 0;
    lite.r_ready = answer_delay == 0;
    Tick();
    if (out_.lite.r_valid && !sent)
      Fail(fmt::format("the read of register {:#x} is answered before it was made", offset));
    answered = out_.lite.r_valid && lite.r_ready;
    if (answered) {
      value = out_.lite.r_data;
      resp = out_.lite.r_resp;
    }
    sent |= lite.ar_valid && out_.lite.ar_ready;
    if (address_delay != 0) --address_delay;
    if (answer_delay != 0) --answer_delay;
    if (cycles_ - start > kPatience)
      Fail(fmt::format("no answer to a read of register {:#x} in {} cycles", offset, kPatience));
  }
  lite = {};
  if (resp != kAxiOkay)
    throw std::invalid_argument(
        fmt::format("register {:#x} refuses to be read; see the table of registers", offset));
  return value;
}

// ---------------------------------------------------------------------------- time

bool ClockedMachine::Stopped() {
  const uint32_t status = ReadRegister(kRegStatus);
  const uint32_t control = ReadRegister(kRegControl);
  if ((control >> kControlSoftReset & 1) != 0) return false;  // soon with nothing to do
  if ((status >> kStatusError & 1) != 0) return BusIdle();
  if ((status >> kStatusBusy & 1) != 0) return false;
  return (control >> kControlEnable & 1) == 0 || ReadRegister(kRegTail) == ReadRegister(kRegHead);
}

uint64_t ClockedMachine::Activity() {
  const uint32_t low = ReadRegister(kRegCounters + 8 * kCounterActive);
  return low | uint64_t{ReadRegister(kRegCounters + 8 * kCounterActive + 4)} << 32;
}

void ClockedMachine::Wait() {
  uint64_t transfers = checker_.transfers(), quiet_since = cycles_, activity = 0;
  bool noted = false;  // activity is that of half the patience
  while (!Interrupt() && !Stopped()) {
    for (int i = 0; i < kPollCycles && !Interrupt(); ++i) Tick();
    if (checker_.transfers() != transfers) {
      transfers = checker_.transfers();
      quiet_since = cycles_;
      noted = false;
    } else if (!noted && cycles_ - quiet_since > kPatience / 2) {
      activity = Activity();
      noted = true;
    } else if (cycles_ - quiet_since > kPatience) {
      if (Activity() == activity)
        Fail(fmt::format("nothing moved for {} cycles: status {:#x}, {} of {} commands done",
                         kPatience, ReadRegister(kRegStatus), ReadRegister(kRegHead),
                         ReadRegister(kRegTail)));
      quiet_since = cycles_;
      noted = false;
    }
  }
}

}  // namespace tetralog
