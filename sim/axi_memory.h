// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A memory behind an AXI4 slave port, advanced cycle by cycle. It has no allocation and no clock of
// its own: the owner drives the master with slave(), then hands the master's signals to Clock().
//
// By default latencies are fixed and nothing stalls: the first beat of a read comes `read_latency`
// cycles after its address, the response of a write `write_latency` cycles after the later of its
// address and its last beat, and every channel moves a beat a cycle. Options make everything random
// that the protocol leaves open; the random numbers are a function of the seed alone.
//
// What a read sees of a write that is not yet answered is open too. Fixed: a beat is read when it
// is delivered, a write takes effect just before its response. Random: a read is taken wholly at
// its acceptance or beat by beat at delivery, a write takes effect at any time from its last beat
// to its response. So a master that does not wait for responses where it must is found out.
//
// Limits: INCR bursts of whole words, at most 16 beats, as AxiChecker demands; kAxiIds IDs.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/axi.h"
#include "sim/machine.h"

namespace tetralog {

// A small fast generator (splitmix64) for stalls.
class StallRandom {
 public:
  explicit StallRandom(uint64_t seed) : state_(seed) {}
  uint32_t Below(uint32_t bound) {  // uniform in 0..bound-1
    state_ += 0x9e3779b97f4a7c15;
    uint64_t x = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return static_cast<uint32_t>(((x ^ x >> 31) >> 32) * bound >> 32);
  }
  bool Percent(uint32_t percent) { return percent != 0 && Below(100) < percent; }

 private:
  uint64_t state_;
};

struct AxiMemoryOptions {
  uint32_t word_bytes = 16;                                 // of the bus, 8 or 16
  uint32_t read_latency_min = 20, read_latency_max = 20;    // cycles, at least 1
  uint32_t write_latency_min = 20, write_latency_max = 20;  // cycles, at least 1
  uint32_t max_reads = 64, max_writes = 64;                 // bursts outstanding, at most 255
  bool w_before_aw = true;                                  // data is accepted before its address
  bool aw_waits_for_w = false;  // an address is accepted only while data is offered or there
  bool reorder = false;         // random order among IDs, beat by beat for reads
  bool random_effect = false;   // random moments of reading and writing, see above
  uint8_t stall_ar = 0, stall_r = 0, stall_aw = 0, stall_w = 0, stall_b = 0;  // percent of cycles
  uint64_t seed = 1;

  // Everything random: latencies up to twice these, and each channel stalls in `percent` of the
  // cycles or, by the seed, never.
  static AxiMemoryOptions Random(uint32_t word_bytes, uint32_t percent, uint32_t read_latency,
                                 uint32_t write_latency, uint64_t seed);
};

class AxiMemory {
 public:
  // All bytes are 0. Throws std::invalid_argument for impossible options.
  AxiMemory(uint64_t bytes, const AxiMemoryOptions& options);

  // What the slave drives in this cycle; it depends on nothing of this cycle.
  const AxiSlave& slave() const { return out_; }

  // Ends the cycle in which the master drove these signals.
  void Clock(const AxiMaster& master);

  // The host's access, at once. Throws std::out_of_range.
  uint64_t size() const { return size_; }
  void Write(uint64_t address, std::span<const uint8_t> bytes);
  void Read(uint64_t address, std::span<uint8_t> bytes) const;

  // See Machine::InjectFault. Words behind the end always answer DECERR. A beat of a read is
  // answered by its own word; a write that touches a faulty word changes nothing at all.
  void InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes);

 private:
  struct ReadBurst {
    uint64_t addr, ready;  // ready: cycle of the first beat at the earliest
    uint8_t id, len, next;
    bool sampled;  // data was taken at acceptance
    AxiWord data[kAxiMaxBeats];
  };
  struct WriteBurst {
    uint64_t addr, ready, effect;  // cycles: response at the earliest, effect
    uint8_t id, len, beats, resp;
    AxiWord data[kAxiMaxBeats];
    uint16_t strb[kAxiMaxBeats];
  };
  struct Fault {
    uint64_t first, last;  // address of the first word, of the last byte
    uint8_t resp;
  };

  void AcceptRead(const AxiAddress& ar);
  void AcceptAddress(const AxiAddress& aw);
  void AcceptData(const AxiWriteData& w);
  WriteBurst& WriteAt(size_t index);  // makes it if it is the next new one
  void WriteComplete(size_t index);
  void ApplyWrites();
  void DriveRead();
  void DriveResponse();
  // Index of a burst whose time has come, first of its ID, in the order of the options; or count.
  template <typename Burst>
  size_t Pick(const std::vector<Burst>& slots, const std::vector<uint8_t>& order, size_t count);

  uint8_t Response(uint64_t word) const;  // to an access to the word at this address
  AxiWord ReadWord(uint64_t word) const;
  uint32_t Latency(uint32_t min, uint32_t max) {
    return min == max ? min : min + random_.Below(max - min + 1);
  }

  AxiMemoryOptions options_;
  uint64_t size_;
  std::vector<uint8_t> bytes_;  // whole words
  std::vector<Fault> faults_;
  StallRandom random_;
  uint64_t now_ = 0;  // number of the cycle that slave() belongs to
  AxiSlave out_;

  // Bursts lie in slots; what is ordered are the numbers of slots.
  std::vector<ReadBurst> read_slots_;
  std::vector<uint8_t> reads_, free_reads_;
  // Of writes_, in order: the first applied_ have taken effect, the first addresses_ have their
  // address, the first complete_data_ have all their data.
  std::vector<WriteBurst> write_slots_;
  std::vector<uint8_t> writes_, free_writes_;
  size_t applied_ = 0, addresses_ = 0, complete_data_ = 0;
};

}  // namespace tetralog
