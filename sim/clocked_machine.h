// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A clocked core with its memory as a machine: AXI4-Lite for the registers, AxiMemory behind the
// AXI4 port, AxiChecker on it in every cycle. Time passes only in WriteRegister, ReadRegister and
// Wait; the host's access to memory takes none.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "sim/axi_checker.h"
#include "sim/axi_memory.h"
#include "sim/core.h"
#include "sim/machine.h"

namespace tetralog {

struct ClockedMachineOptions {
  uint64_t seed = 1;  // of stalls, and of what reset leaves undefined
  // 0: fixed latencies and no stalls. Else every channel, AXI4-Lite too, stalls at random in about
  // this many percent of the cycles, with random latencies up to twice those given, random order
  // and random effect of reads and writes; see AxiMemoryOptions::Random.
  uint32_t stall_percent = 0;
  uint32_t read_latency = 20, write_latency = 20;  // cycles
};

class ClockedMachine : public Machine {
 public:
  // Cycles in which nothing moves until Wait() gives up, and a register's until it does.
  static constexpr uint64_t kPatience = 100'000;

  ClockedMachine(std::unique_ptr<Core> core, uint64_t memory_bytes,
                 const ClockedMachineOptions& options = {});
  // The same with a memory of any behaviour.
  ClockedMachine(std::unique_ptr<Core> core, uint64_t memory_bytes,
                 const ClockedMachineOptions& options, const AxiMemoryOptions& memory);

  const std::string& level() const override { return core_->level(); }
  uint64_t memory_size() const override { return memory_.size(); }
  void WriteMemory(uint64_t address, std::span<const uint8_t> bytes) override;
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override;
  void WriteRegister(uint32_t offset, uint32_t value) override;
  uint32_t ReadRegister(uint32_t offset) override;
  void InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) override;
  bool Interrupt() const override { return out_.irq; }
  void Wait() override;
  uint64_t cycles() const override { return cycles_; }
  void OnProgress(std::function<void(uint64_t)> callback) override;
  void Trace(const std::string& path) override { core_->Trace(path); }

  const MachineShape& shape() const { return core_->shape(); }
  bool BusIdle() const { return checker_.idle(); }  // no AXI transaction outstanding

 private:
  void Tick();
  void Ticks(int cycles);
  bool Stopped();  // the core is idle with nothing to do, or stopped by an error
  uint64_t Activity();
  uint32_t Delay() { return stall_ ? random_.Below(6) : 0; }  // of an AXI4-Lite channel
  void CheckOffset(uint32_t offset) const;
  [[noreturn]] void Fail(const std::string& what) const;

  std::unique_ptr<Core> core_;
  AxiMemory memory_;
  AxiChecker checker_;
  bool stall_;
  StallRandom random_;
  CoreInputs in_;
  CoreOutputs out_;
  uint64_t cycles_ = 0;
  std::function<void(uint64_t)> progress_;
};

}  // namespace tetralog
