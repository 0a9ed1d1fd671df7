// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The memory of a machine without a bus: bytes from address 0, and the ranges that answer with a
// fault. Addresses behind the end answer with a fault as well, as a bus does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/command_rules.h"
#include "sim/machine.h"

namespace tetralog {

class MachineMemory {
 public:
  // `word_bytes` is the width of the bus that is imitated, a power of two.
  MachineMemory(uint64_t bytes, uint32_t word_bytes) : bytes_(bytes), word_bytes_(word_bytes) {}

  // For the host: std::out_of_range behind the end, faults or not.
  uint64_t size() const { return bytes_.size(); }
  void Write(uint64_t address, std::span<const uint8_t> bytes);
  void Read(uint64_t address, std::span<uint8_t> bytes) const;
  std::span<uint8_t> Span(uint64_t address, uint64_t bytes);

  // For the core, which asks Faulty() before it touches a region.
  uint8_t* data() { return bytes_.data(); }
  bool Faulty(const Region& region) const;

  // See Machine::InjectFault.
  void InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes);

 private:
  struct Range {
    uint64_t first, last;  // of whole words
  };

  void Check(uint64_t address, size_t bytes) const;
  bool RowFaulty(uint64_t address, uint64_t bytes) const;

  std::vector<uint8_t> bytes_;
  uint64_t word_bytes_;
  std::vector<Range> faults_;
};

}  // namespace tetralog
