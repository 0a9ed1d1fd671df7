// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Watches an AXI4 port and throws MachineError, one line with cycle, channel and rule, when its
// master or its slave breaks the protocol (ARM IHI 0022, AXI4) or the core's narrower rules.
//
// Of every channel: a valid stays, with its payload, until ready. Addresses: INCR bursts, of whole
// words of the bus, aligned, at most 16 beats, not across 4 KiB, no exclusive access, a known ID.
// Write data: WLAST on the last beat and only there, whether the address came before or after the
// data; strobes within the bus. Responses: only to what was asked in an earlier cycle, per ID, no
// EXOKAY, RLAST on the last beat and only there, and of one ID in the order of the addresses.
//
// Limits: 256 bursts outstanding in each direction.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/axi.h"

namespace tetralog {

class AxiChecker {
 public:
  // `ids` is the number of IDs that the master may use, at most kAxiIds.
  explicit AxiChecker(uint32_t word_bytes, uint32_t ids = kAxiIds)
      : word_bytes_(word_bytes), ids_(ids) {}

  // Checks one cycle; both sides' signals as they are before its edge.
  void Check(const AxiMaster& master, const AxiSlave& slave);

  // Transactions outstanding: from an address or data on offer to the last response.
  bool idle() const;

  // Transfers on all channels so far.
  uint64_t transfers() const { return transfers_; }

 private:
  struct Burst {
    uint8_t len, id;
  };
  template <typename T>
  class Fifo {
   public:
    bool empty() const { return head_ == tail_; }
    bool full() const { return tail_ - head_ == kSize; }
    const T& front() const { return items_[head_ % kSize]; }
    void Push(const T& item) { items_[tail_++ % kSize] = item; }
    void Pop() { ++head_; }

   private:
    static constexpr uint32_t kSize = 256;
    std::array<T, kSize> items_;
    uint32_t head_ = 0, tail_ = 0;
  };

  void CheckAddress(std::string_view channel, const AxiAddress& address) const;
  void CheckResponses(const AxiSlave& slave) const;
  void Transfer(const AxiMaster& master, const AxiSlave& slave);
  void TransferData(const AxiWriteData& w);
  void MatchWrite();  // an address with the data that came before it
  [[noreturn]] void Fail(std::string_view channel, std::string_view rule) const;

  uint32_t word_bytes_, ids_;
  uint64_t cycle_ = 0, transfers_ = 0;
  AxiMaster master_;  // of the cycle before
  AxiSlave slave_;

  std::array<Fifo<uint8_t>, kAxiIds> reads_;    // lengths
  std::array<uint32_t, kAxiIds> read_beats_{};  // delivered of the first
  Fifo<Burst> addresses_;                       // without all their data
  Fifo<uint32_t> data_;                         // beats of whole bursts without an address
  uint32_t data_beats_ = 0;                     // of the burst that is not whole
  std::array<uint32_t, kAxiIds> unanswered_{};  // whole writes
};

}  // namespace tetralog
