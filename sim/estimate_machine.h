// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model without data as a machine: cycles, counters and bus traffic are those of the core
// with a memory of fixed latencies that never stalls, but nothing is computed. Stretches in which
// core and memory only wait or count are passed over at once.
//
// The whole address space of the core is there and none of it is stored, but for the first kWindow
// bytes, where ring and records must lie. What the host writes elsewhere is forgotten, and tensors
// read as nothing in particular. Of a record only status and index are filled in, for commands that
// REG_HEAD, when it was read last, counted. Faults and waveforms throw std::invalid_argument.

#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "model/cycle/tetralog_core.h"
#include "sim/ideal_memory.h"
#include "sim/machine.h"

namespace tetralog {

struct EstimateMachineOptions {
  uint32_t read_latency = 20, write_latency = 20;  // cycles
  bool skip = true;                                // false: every cycle is simulated, for tests
};

class EstimateMachine : public Machine {
 public:
  static constexpr uint64_t kWindow = 1 << 20;
  // Cycles without a transfer until Wait() gives up. The longest tile takes about 2^20.
  static constexpr uint64_t kPatience = 1 << 24;

  explicit EstimateMachine(const MachineShape& shape, const EstimateMachineOptions& options = {});

  const std::string& level() const override { return level_; }
  uint64_t memory_size() const override { return uint64_t{1} << core_.shape().axi_addr; }
  void WriteMemory(uint64_t address, std::span<const uint8_t> bytes) override;
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override;
  void WriteRegister(uint32_t offset, uint32_t value) override;
  uint32_t ReadRegister(uint32_t offset) override;
  void InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) override;
  bool Interrupt() const override { return out_.irq; }
  void Wait() override;
  uint64_t cycles() const override { return cycles_; }
  void OnProgress(std::function<void(uint64_t)> callback) override;
  void Trace(const std::string& path) override;

  uint64_t simulated() const { return simulated_; }  // of cycles(), those that were not skipped

 private:
  bool Tick();  // one cycle; false: it was quiet
  bool Skip();  // the quiet cycles from here on; false: nothing will happen any more
  void FillRecord(uint64_t address, std::span<uint8_t> bytes) const;
  void CheckOffset(uint32_t offset) const;
  [[noreturn]] void Fail(const std::string& what) const;

  const std::string level_ = "estimate";
  bool skip_;
  cycle::TetralogCore core_;
  IdealMemory memory_;
  CoreInputs in_;
  CoreOutputs out_;
  uint64_t record_base_ = 0;
  uint32_t ring_size_ = 0, head_ = 0;  // of the registers, as the host last wrote and read them
  uint64_t cycles_ = 0, simulated_ = 0, next_progress_ = 0;
  std::function<void(uint64_t)> progress_;
};

}  // namespace tetralog
