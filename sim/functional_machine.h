// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The functional machine: registers, ring, commands and completion records of the core, without
// time. A command runs, from its fetch to its record, in the write to the doorbell (or to the
// enable bit) that makes it runnable; cycles in records and the counters of cycles and bytes are 0.
//
// Products are computed by the model, or by the fast path, which gives the same bits sooner.
// Limits: little-endian processors.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "model/gemm.h"
#include "sim/machine.h"
#include "sim/machine_memory.h"

namespace tetralog {

struct FunctionalOptions {
  bool fast = false;           // FastGemm instead of Gemm
  int threads = 1;             // of the fast path, 0: one for every processor
  bool count_products = true;  // false: the counters of products stay 0, which saves time
};

class FunctionalMachine : public Machine {
 public:
  // Refuses (std::invalid_argument) more memory than the address width reaches.
  FunctionalMachine(const MachineShape& shape, uint64_t memory_bytes,
                    const FunctionalOptions& options = {});

  const std::string& level() const override { return level_; }
  uint64_t memory_size() const override { return memory_.size(); }
  void WriteMemory(uint64_t address, std::span<const uint8_t> bytes) override;
  void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const override;
  std::span<uint8_t> SharedMemory(uint64_t address, uint64_t bytes) override;
  void WriteRegister(uint32_t offset, uint32_t value) override;
  uint32_t ReadRegister(uint32_t offset) override;
  void InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) override;
  bool Interrupt() const override { return (irq_status_ & irq_enable_) != 0; }
  void Wait() override {}
  uint64_t cycles() const override { return 0; }
  void OnProgress(std::function<void(uint64_t)>) override {}
  void Trace(const std::string& path) override;

 private:
  Rings rings() const { return {ring_base_, record_base_, ring_size_}; }
  bool error() const { return cause_ != Cause::kNone; }
  void WriteControl(uint32_t value);
  void RunRing();                         // all commands up to the tail, or to an error
  Cause RunCommand();                     // the command at the head
  Cause Execute(const Command& command);  // a legal one
  bool InPlace(const Command& command) const;
  GemmCommand Bind(const Command& command, std::vector<int32_t>& addend) const;
  void WriteOutputs(const Command& command, const GemmResult& result);
  void WriteRecord(const Command& command, const EpilogueStats& stats, uint64_t address);
  void CountProducts(const GemmCommand& command);

  const std::string level_ = "functional";
  MachineShape shape_;
  FunctionalOptions options_;
  mutable MachineMemory memory_;

  bool enable_ = false;
  uint64_t ring_base_ = 0, record_base_ = 0;
  uint32_t ring_size_ = 0, tail_ = 0, head_ = 0;
  uint32_t irq_enable_ = 0, irq_status_ = 0;
  Cause cause_ = Cause::kNone;
  uint32_t error_index_ = 0;
  std::array<uint64_t, kCounters> counters_{};
  uint32_t counter_high_ = 0;  // held by the read of a low word
};

}  // namespace tetralog
