// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/machine_memory.h"

#include <algorithm>
#include <stdexcept>

namespace tetralog {

void MachineMemory::Check(uint64_t address, size_t bytes) const {
  if (address <= bytes_.size() && bytes <= bytes_.size() - address) return;
  throw std::out_of_range(std::to_string(bytes) + " bytes at address " + std::to_string(address) +
                          " end behind the memory of " + std::to_string(bytes_.size()) +
                          " bytes: build the machine with more");
}

void MachineMemory::Write(uint64_t address, std::span<const uint8_t> bytes) {
  Check(address, bytes.size());
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<ptrdiff_t>(address));
}

void MachineMemory::Read(uint64_t address, std::span<uint8_t> bytes) const {
  Check(address, bytes.size());
  std::copy_n(bytes_.begin() + static_cast<ptrdiff_t>(address), bytes.size(), bytes.begin());
}

std::span<uint8_t> MachineMemory::Span(uint64_t address, uint64_t bytes) {
  Check(address, bytes);
  return std::span(bytes_).subspan(address, bytes);
}

bool MachineMemory::RowFaulty(uint64_t address, uint64_t bytes) const {
  const uint64_t last = address + bytes - 1;
  if (last >= bytes_.size()) return true;
  return std::any_of(faults_.begin(), faults_.end(), [&](const Range& fault) {
    return address <= fault.last && fault.first <= last;
  });
}

bool MachineMemory::Faulty(const Region& region) const {
  if (region.last() < bytes_.size() && !RowFaulty(region.base, region.extent())) return false;
  for (uint64_t s = 0; s < region.samples; ++s) {
    for (uint64_t r = 0; r < region.rows; ++r) {
      const uint64_t row = region.base + s * region.sample_stride + r * region.stride;
      if (RowFaulty(row, region.row_bytes)) return true;
    }
  }
  return false;
}

void MachineMemory::InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) {
  if (fault == MemoryFault::kNone) {
    faults_.clear();
  } else if (bytes != 0) {
    const uint64_t last = address + bytes - 1;
    faults_.push_back({address / word_bytes_ * word_bytes_, last | (word_bytes_ - 1)});
  }
}

}  // namespace tetralog
