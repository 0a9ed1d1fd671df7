// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// An ideal memory behind an AXI4 slave port, for timing alone: cycle for cycle AxiMemory with fixed
// latencies and no stalls, but fast, and able to pass over cycles in which nothing happens.
//
// Only the first `window` bytes are backed. Beyond them every access succeeds, reads give 0 and
// writes are forgotten, so tensors may be larger than the host's memory.
//
// Limits: those of AxiMemory.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "model/axi.h"

namespace tetralog {

struct IdealMemoryOptions {
  uint32_t word_bytes = 16;                        // of the bus, 8 or 16
  uint32_t read_latency = 20, write_latency = 20;  // cycles, at least 1
  uint64_t window = 1 << 20;                       // bytes from address 0 that are backed
};

class IdealMemory {
 public:
  static constexpr uint32_t kBursts = 64;  // outstanding, of reads and of writes

  // Throws std::invalid_argument for impossible options.
  explicit IdealMemory(const IdealMemoryOptions& options);

  // What the slave drives in this cycle; it depends on nothing of this cycle.
  const AxiSlave& slave() const { return out_; }

  // Ends the cycle in which the master drove these signals. False when nothing was transferred and
  // slave() is as it was.
  bool Clock(const AxiMaster& master) {
    bool moved = false;
    if (out_.r.valid && master.r_ready) {
      out_.r.valid = false;
      moved = true;
    }
    if (out_.b.valid && master.b_ready) {
      out_.b.valid = false;
      moved = true;
    }
    if (out_.ar_ready && master.ar.valid) {
      AcceptRead(master.ar);
      moved = true;
    }
    if (out_.aw_ready && master.aw.valid) {
      AcceptAddress(master.aw);
      moved = true;
    }
    if (out_.w_ready && master.w.valid) {
      AcceptData(master.w);
      moved = true;
    }
    ++now_;
    return Drive() || moved;
  }

  // Cycles, from this one on, in which slave() stays as it is when nothing is transferred, at least
  // 1; UINT64_MAX: for ever. Skip(n), n <= Quiet(), ends n such cycles at once.
  uint64_t Quiet() const {
    uint64_t until = UINT64_MAX;
    if (!out_.r.valid && reads_begin_ != reads_end_) until = reads_[reads_begin_ % kBursts].ready;
    if (!out_.b.valid && responses_ < whole_)
      until = std::min(until, writes_[responses_ % kBursts].ready);
    return until == UINT64_MAX ? until : until - now_;
  }
  void Skip(uint64_t cycles) {
    now_ += cycles;
    Drive();
  }

  uint64_t transfers() const { return transfers_; }  // of AR, AW and W since construction

  // The host's access to what is backed, at once. Bytes beyond are dropped, and read as 0.
  void Write(uint64_t address, std::span<const uint8_t> bytes);
  void Read(uint64_t address, std::span<uint8_t> bytes) const;

 private:
  struct ReadBurst {
    uint64_t word, ready;  // address of the next beat; cycle of the first at the earliest
    uint8_t id, beats;     // still to come
  };
  struct WriteBurst {
    uint64_t addr, ready;  // ready: cycle of its effect and response
    uint8_t id, beats;
    AxiWord data[kAxiMaxBeats];
    uint16_t strb[kAxiMaxBeats];
  };

  void AcceptRead(const AxiAddress& ar) {
    reads_[reads_end_++ % kBursts] = {ar.addr & ~uint64_t{options_.word_bytes - 1},
                                      now_ + options_.read_latency, ar.id,
                                      static_cast<uint8_t>(ar.len + 1)};
    ++transfers_;
  }
  void AcceptAddress(const AxiAddress& aw) {
    WriteBurst& burst = writes_[addresses_ % kBursts];
    burst.addr = aw.addr & ~uint64_t{options_.word_bytes - 1};
    burst.id = aw.id;
    if (++addresses_ <= complete_) Whole(burst);
    ++transfers_;
  }
  void AcceptData(const AxiWriteData& w) {
    WriteBurst& burst = writes_[complete_ % kBursts];
    burst.data[beats_] = w.data;
    burst.strb[beats_] = w.strb;
    beats_ = (beats_ + 1) % kAxiMaxBeats;
    ++transfers_;
    if (!w.last) return;
    burst.beats = beats_ == 0 ? kAxiMaxBeats : static_cast<uint8_t>(beats_);
    beats_ = 0;
    if (++complete_ <= addresses_) Whole(burst);
  }
  void Whole(WriteBurst& burst) {
    burst.ready = now_ + options_.write_latency;
    ++whole_;
  }

  // The signals of cycle now_; true when they differ from those of the cycle before.
  bool Drive() {
    bool changed = false;
    while (effects_ < whole_ && writes_[effects_ % kBursts].ready <= now_)
      Store(writes_[effects_++ % kBursts]);
    if (!out_.r.valid && reads_begin_ != reads_end_) changed |= DriveRead();
    if (!out_.b.valid && responses_ < whole_) changed |= DriveResponse();
    const bool ar_ready = reads_end_ - reads_begin_ < kBursts;
    const bool aw_ready = addresses_ - responses_ < kBursts;
    const bool w_ready = complete_ - responses_ < kBursts;
    changed |= ar_ready != out_.ar_ready || aw_ready != out_.aw_ready || w_ready != out_.w_ready;
    out_.ar_ready = ar_ready;
    out_.aw_ready = aw_ready;
    out_.w_ready = w_ready;
    return changed;
  }

  bool DriveRead() {
    ReadBurst& burst = reads_[reads_begin_ % kBursts];
    if (burst.ready > now_) return false;
    out_.r.valid = true;
    out_.r.id = burst.id;
    out_.r.last = --burst.beats == 0;
    if (burst.word < bytes_.size())
      std::memcpy(out_.r.data.data(), &bytes_[burst.word], options_.word_bytes);
    else
      out_.r.data = {};
    burst.word += options_.word_bytes;
    if (out_.r.last) ++reads_begin_;
    return true;
  }

  bool DriveResponse() {
    const WriteBurst& burst = writes_[responses_ % kBursts];
    if (burst.ready > now_) return false;
    out_.b.valid = true;
    out_.b.id = burst.id;
    ++responses_;
    return true;
  }

  void Store(const WriteBurst& burst) {
    if (burst.addr < bytes_.size()) StoreBytes(burst);
  }
  void StoreBytes(const WriteBurst& burst);

  IdealMemoryOptions options_;
  std::vector<uint8_t> bytes_;  // whole words
  uint64_t now_ = 0;            // number of the cycle that slave() belongs to
  AxiSlave out_;
  uint64_t transfers_ = 0;

  // Rings of bursts, by their number since construction.
  std::vector<ReadBurst> reads_;
  std::vector<WriteBurst> writes_;
  uint64_t reads_begin_ = 0, reads_end_ = 0;  // with beats to come
  // Writes whose address has come, whose data, both; that took effect, that were answered; and
  // beats of the next.
  uint64_t addresses_ = 0, complete_ = 0, whole_ = 0, effects_ = 0, responses_ = 0;
  uint32_t beats_ = 0;
};

}  // namespace tetralog
