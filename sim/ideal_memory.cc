// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/ideal_memory.h"

#include <bit>
#include <stdexcept>

namespace tetralog {

static_assert(std::endian::native == std::endian::little, "words of the bus are little endian");

IdealMemory::IdealMemory(const IdealMemoryOptions& options)
    : options_(options),
      bytes_((options.window + kAxiMaxBytes - 1) / kAxiMaxBytes * kAxiMaxBytes),
      reads_(kBursts),
      writes_(kBursts) {
  if (options.word_bytes != 8 && options.word_bytes != 16)
    throw std::invalid_argument("the bus of an ideal memory has 8 or 16 bytes");
  if (options.read_latency == 0 || options.write_latency == 0)
    throw std::invalid_argument("latencies of a memory are 1 or more");
}

void IdealMemory::Write(uint64_t address, std::span<const uint8_t> bytes) {
  if (address >= bytes_.size()) return;
  const uint64_t count = std::min<uint64_t>(bytes.size(), bytes_.size() - address);
  std::copy_n(bytes.begin(), count, bytes_.begin() + static_cast<ptrdiff_t>(address));
}

void IdealMemory::Read(uint64_t address, std::span<uint8_t> bytes) const {
  std::fill(bytes.begin(), bytes.end(), uint8_t{0});
  if (address >= bytes_.size()) return;
  const uint64_t count = std::min<uint64_t>(bytes.size(), bytes_.size() - address);
  std::copy_n(bytes_.begin() + static_cast<ptrdiff_t>(address), count, bytes.begin());
}

void IdealMemory::StoreBytes(const WriteBurst& burst) {
  for (uint32_t i = 0; i < burst.beats; ++i) {
    const uint64_t word = burst.addr + uint64_t{i} * options_.word_bytes;
    if (word >= bytes_.size()) return;
    for (uint32_t byte = 0; byte < options_.word_bytes; ++byte) {
      if ((burst.strb[i] >> byte & 1) != 0)
        bytes_[word + byte] = static_cast<uint8_t>(burst.data[i][byte / 8] >> (8 * (byte % 8)));
    }
  }
}

}  // namespace tetralog
