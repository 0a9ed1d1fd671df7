// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/axi_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

namespace tetralog {

static_assert(std::endian::native == std::endian::little, "words of the bus are little endian");

AxiMemoryOptions AxiMemoryOptions::Random(uint32_t word_bytes, uint32_t percent,
                                          uint32_t read_latency, uint32_t write_latency,
                                          uint64_t seed) {
  StallRandom random(~seed);
  AxiMemoryOptions options;
  options.word_bytes = word_bytes;
  options.read_latency_min = 1;
  options.read_latency_max = 2 * read_latency;
  options.write_latency_min = 1;
  options.write_latency_max = 2 * write_latency;
  options.w_before_aw = random.Below(2) != 0;
  options.reorder = true;
  options.random_effect = true;
  for (uint8_t* stall : {&options.stall_ar, &options.stall_r, &options.stall_aw, &options.stall_w,
                         &options.stall_b}) {
    *stall = static_cast<uint8_t>(random.Below(4) != 0 ? percent : 0);
  }
  options.seed = seed;
  return options;
}

AxiMemory::AxiMemory(uint64_t bytes, const AxiMemoryOptions& options)
    : options_(options),
      size_(bytes),
      bytes_((bytes + kAxiMaxBytes - 1) / kAxiMaxBytes * kAxiMaxBytes),
      random_(options.seed),
      read_slots_(options.max_reads),
      write_slots_(options.max_writes) {
  if (options.word_bytes != 8 && options.word_bytes != 16)
    throw std::invalid_argument(
        fmt::format("a bus of {} bytes; the memory has 8 or 16", options.word_bytes));
  if (options.read_latency_min == 0 || options.write_latency_min == 0 ||
      options.read_latency_min > options.read_latency_max ||
      options.write_latency_min > options.write_latency_max)
    throw std::invalid_argument("latencies of the memory must be 1 or more, and min <= max");
  if (options.max_reads - 1 > 254 || options.max_writes - 1 > 254)
    throw std::invalid_argument("the memory takes 1 to 255 bursts outstanding");
  if (std::max({options.stall_ar, options.stall_r, options.stall_aw, options.stall_w,
                options.stall_b}) > 99)
    throw std::invalid_argument("a channel may stall in 0 to 99 percent of the cycles");
  reads_.reserve(options.max_reads);
  writes_.reserve(options.max_writes);
  for (uint32_t i = 0; i < options.max_reads; ++i) free_reads_.push_back(static_cast<uint8_t>(i));
  for (uint32_t i = 0; i < options.max_writes; ++i) free_writes_.push_back(static_cast<uint8_t>(i));
}

void AxiMemory::Write(uint64_t address, std::span<const uint8_t> bytes) {
  if (address > size_ || bytes.size() > size_ - address)
    throw std::out_of_range(fmt::format(
        "{} bytes at {:#x} end behind the memory of {:#x} bytes: build the machine with more",
        bytes.size(), address, size_));
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<ptrdiff_t>(address));
}

void AxiMemory::Read(uint64_t address, std::span<uint8_t> bytes) const {
  if (address > size_ || bytes.size() > size_ - address)
    throw std::out_of_range(fmt::format(
        "{} bytes at {:#x} end behind the memory of {:#x} bytes: build the machine with more",
        bytes.size(), address, size_));
  std::copy_n(bytes_.begin() + static_cast<ptrdiff_t>(address), bytes.size(), bytes.begin());
}

void AxiMemory::InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) {
  if (fault == MemoryFault::kNone) {
    faults_.clear();
  } else if (bytes != 0) {
    faults_.push_back({address / options_.word_bytes * options_.word_bytes, address + bytes - 1,
                       fault == MemoryFault::kSlaveError ? kAxiSlvErr : kAxiDecErr});
  }
}

uint8_t AxiMemory::Response(uint64_t word) const {
  if (word >= size_) return kAxiDecErr;
  for (const Fault& fault : faults_) {
    if (word >= fault.first && word <= fault.last) return fault.resp;
  }
  return kAxiOkay;
}

AxiWord AxiMemory::ReadWord(uint64_t word) const {
  AxiWord data{};
  if (word < size_) std::memcpy(data.data(), &bytes_[word], options_.word_bytes);
  return data;
}

// ---------------------------------------------------------------------------- a cycle

void AxiMemory::Clock(const AxiMaster& master) {
  if (out_.r.valid && master.r_ready) out_.r.valid = false;
  if (out_.b.valid && master.b_ready) out_.b.valid = false;
  if (out_.ar_ready && master.ar.valid) AcceptRead(master.ar);
  if (out_.aw_ready && master.aw.valid) AcceptAddress(master.aw);
  if (out_.w_ready && master.w.valid) AcceptData(master.w);
  // Data on offer stays on offer, so what was offered in this cycle is there in the next.
  const bool data_there = master.w.valid || addresses_ < writes_.size();

  ++now_;
  ApplyWrites();
  if (!out_.r.valid && !reads_.empty()) DriveRead();
  if (!out_.b.valid && applied_ != 0) DriveResponse();
  out_.ar_ready = reads_.size() < options_.max_reads && !random_.Percent(options_.stall_ar);
  out_.aw_ready = addresses_ < options_.max_writes && (data_there || !options_.aw_waits_for_w) &&
                  !random_.Percent(options_.stall_aw);
  out_.w_ready = complete_data_ < (options_.w_before_aw ? options_.max_writes : addresses_) &&
                 !random_.Percent(options_.stall_w);
}

template <typename Burst>
size_t AxiMemory::Pick(const std::vector<Burst>& slots, const std::vector<uint8_t>& order,
                       size_t count) {
  if (!options_.reorder) return slots[order[0]].ready <= now_ ? 0 : count;
  size_t pick = count;
  uint32_t seen = 0, candidates = 0;
  for (size_t i = 0; i < count; ++i) {
    const Burst& burst = slots[order[i]];
    const uint32_t id = 1U << burst.id;
    if ((seen & id) != 0) continue;  // behind another of its ID
    seen |= id;
    if (burst.ready <= now_ && random_.Below(++candidates) == 0) pick = i;
  }
  return pick;
}

// ---------------------------------------------------------------------------- reads

void AxiMemory::AcceptRead(const AxiAddress& ar) {
  const uint8_t slot = free_reads_.back();
  free_reads_.pop_back();
  reads_.push_back(slot);
  ReadBurst& burst = read_slots_[slot];
  burst.addr = ar.addr / options_.word_bytes * options_.word_bytes;
  burst.ready = now_ + Latency(options_.read_latency_min, options_.read_latency_max);
  burst.id = ar.id % kAxiIds;
  burst.len = ar.len % kAxiMaxBeats;
  burst.next = 0;
  burst.sampled = options_.random_effect && random_.Below(2) != 0;
  if (!burst.sampled) return;
  for (uint32_t i = 0; i <= burst.len; ++i)
    burst.data[i] = ReadWord(burst.addr + uint64_t{i} * options_.word_bytes);
}

void AxiMemory::DriveRead() {
  if (random_.Percent(options_.stall_r)) return;
  const size_t pick = Pick(read_slots_, reads_, reads_.size());
  if (pick == reads_.size()) return;
  const uint8_t slot = reads_[pick];
  ReadBurst& burst = read_slots_[slot];
  const uint64_t word = burst.addr + uint64_t{burst.next} * options_.word_bytes;
  out_.r.valid = true;
  out_.r.id = burst.id;
  out_.r.last = burst.next == burst.len;
  out_.r.resp = Response(word);
  out_.r.data = burst.sampled ? burst.data[burst.next] : ReadWord(word);
  ++burst.next;
  if (!out_.r.last) return;
  reads_.erase(reads_.begin() + static_cast<ptrdiff_t>(pick));
  free_reads_.push_back(slot);
}

// ---------------------------------------------------------------------------- writes

AxiMemory::WriteBurst& AxiMemory::WriteAt(size_t index) {
  if (index == writes_.size()) {
    writes_.push_back(free_writes_.back());
    free_writes_.pop_back();
    write_slots_[writes_.back()].beats = 0;
  }
  return write_slots_[writes_[index]];
}

void AxiMemory::AcceptAddress(const AxiAddress& aw) {
  WriteBurst& burst = WriteAt(addresses_);
  burst.addr = aw.addr / options_.word_bytes * options_.word_bytes;
  burst.id = aw.id % kAxiIds;
  burst.len = aw.len % kAxiMaxBeats;
  if (++addresses_ <= complete_data_) WriteComplete(addresses_ - 1);
}

void AxiMemory::AcceptData(const AxiWriteData& w) {
  WriteBurst& burst = WriteAt(complete_data_);
  if (burst.beats < kAxiMaxBeats) {
    burst.data[burst.beats] = w.data;
    burst.strb[burst.beats] = w.strb;
    ++burst.beats;
  }
  if (w.last && ++complete_data_ <= addresses_) WriteComplete(complete_data_ - 1);
}

void AxiMemory::WriteComplete(size_t index) {
  WriteBurst& burst = write_slots_[writes_[index]];
  const uint32_t latency = Latency(options_.write_latency_min, options_.write_latency_max);
  burst.ready = now_ + latency;
  burst.effect = options_.random_effect ? now_ + 1 + random_.Below(latency) : burst.ready;
}

void AxiMemory::ApplyWrites() {
  for (; applied_ < std::min(addresses_, complete_data_); ++applied_) {
    WriteBurst& burst = write_slots_[writes_[applied_]];
    if (burst.effect > now_) return;  // writes of one ID take effect in order; here all do
    burst.resp = kAxiOkay;
    for (uint32_t i = 0; i < burst.beats; ++i)
      burst.resp = std::max(burst.resp, Response(burst.addr + uint64_t{i} * options_.word_bytes));
    if (burst.resp != kAxiOkay) continue;
    for (uint32_t i = 0; i < burst.beats; ++i) {
      uint8_t* word = &bytes_[burst.addr + uint64_t{i} * options_.word_bytes];
      if (burst.strb[i] == (1U << options_.word_bytes) - 1) {
        std::memcpy(word, burst.data[i].data(), options_.word_bytes);
        continue;
      }
      for (uint32_t byte = 0; byte < options_.word_bytes; ++byte) {
        if ((burst.strb[i] >> byte & 1) != 0)
          word[byte] = static_cast<uint8_t>(burst.data[i][byte / 8] >> (8 * (byte % 8)));
      }
    }
  }
}

void AxiMemory::DriveResponse() {
  if (random_.Percent(options_.stall_b)) return;
  const size_t pick = Pick(write_slots_, writes_, applied_);
  if (pick == applied_) return;
  const uint8_t slot = writes_[pick];
  out_.b.valid = true;
  out_.b.id = write_slots_[slot].id;
  out_.b.resp = write_slots_[slot].resp;
  writes_.erase(writes_.begin() + static_cast<ptrdiff_t>(pick));
  free_writes_.push_back(slot);
  --applied_;
  --addresses_;
  --complete_data_;
}

}  // namespace tetralog
