// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/axi_checker.h"

#include <fmt/format.h>

#include <bit>

#include "sim/machine.h"

namespace tetralog {

void AxiChecker::Fail(std::string_view channel, std::string_view rule) const {
  throw MachineError(fmt::format("AXI rule broken in cycle {}, {}: {}", cycle_, channel, rule));
}

void AxiChecker::Check(const AxiMaster& master, const AxiSlave& slave) {
  // What was offered and not taken must still be there.
  const auto stable = [this](std::string_view channel, const auto& before, bool ready,
                             const auto& now) {
    if (!before.valid || ready || now == before) return;
    Fail(channel, now.valid ? "payload changed before ready" : "valid fell before ready");
  };
  stable("AW", master_.aw, slave_.aw_ready, master.aw);
  stable("W", master_.w, slave_.w_ready, master.w);
  stable("AR", master_.ar, slave_.ar_ready, master.ar);
  stable("B", slave_.b, master_.b_ready, slave.b);
  stable("R", slave_.r, master_.r_ready, slave.r);

  if (master.aw.valid) CheckAddress("AW", master.aw);
  if (master.ar.valid) CheckAddress("AR", master.ar);
  if (master.w.valid && master.w.strb >> word_bytes_ != 0)
    Fail("W",
         fmt::format("strobe {:#x} beyond the {} bytes of the bus", master.w.strb, word_bytes_));
  CheckResponses(slave);  // against earlier cycles, before this one counts
  Transfer(master, slave);

  master_ = master;
  slave_ = slave;
  ++cycle_;
}

void AxiChecker::CheckAddress(std::string_view channel, const AxiAddress& a) const {
  if (a.burst != kAxiIncr) Fail(channel, fmt::format("burst type {} is not INCR", a.burst));
  if (a.size > 7 || 1U << a.size != word_bytes_)
    Fail(channel, fmt::format("size {} is not the {} bytes of the bus", a.size, word_bytes_));
  if (a.addr % word_bytes_ != 0)
    Fail(channel, fmt::format("address {:#x} is no multiple of {} bytes", a.addr, word_bytes_));
  if (a.len >= kAxiMaxBeats)
    Fail(channel, fmt::format("{} beats, more than {}", a.len + 1, kAxiMaxBeats));
  const uint64_t last = a.addr + uint64_t{a.len} * word_bytes_;
  if (a.addr / 4096 != last / 4096)
    Fail(channel, fmt::format("{} beats from {:#x} cross 4 KiB", a.len + 1, a.addr));
  if (a.lock != 0) Fail(channel, "exclusive access");
  if (a.id >= ids_) Fail(channel, fmt::format("unknown ID {}, IDs are 0..{}", a.id, ids_ - 1));
}

void AxiChecker::CheckResponses(const AxiSlave& slave) const {
  if (slave.b.valid) {
    if (slave.b.id >= ids_ || unanswered_[slave.b.id] == 0)
      Fail("B", fmt::format("no whole write of ID {} waits for a response", slave.b.id));
    if (slave.b.resp == kAxiExOkay) Fail("B", "EXOKAY, but nothing is exclusive");
  }
  if (slave.r.valid) {
    if (slave.r.id >= ids_ || reads_[slave.r.id].empty())
      Fail("R", fmt::format("no read of ID {} is outstanding", slave.r.id));
    if (slave.r.resp == kAxiExOkay) Fail("R", "EXOKAY, but nothing is exclusive");
    const uint32_t beat = read_beats_[slave.r.id], len = reads_[slave.r.id].front();
    if (slave.r.last != (beat == len))
      Fail("R",
           fmt::format("RLAST is {} on beat {} of {}", slave.r.last ? 1 : 0, beat + 1, len + 1));
  }
}

void AxiChecker::Transfer(const AxiMaster& master, const AxiSlave& slave) {
  if (master.ar.valid && slave.ar_ready) {
    ++transfers_;
    if (reads_[master.ar.id].full()) Fail("AR", "more than 256 reads of one ID outstanding");
    reads_[master.ar.id].Push(master.ar.len);
  }
  if (slave.r.valid && master.r_ready) {
    ++transfers_;
    ++read_beats_[slave.r.id];
    if (slave.r.last) {
      reads_[slave.r.id].Pop();
      read_beats_[slave.r.id] = 0;
    }
  }
  if (slave.b.valid && master.b_ready) {
    ++transfers_;
    --unanswered_[slave.b.id];
  }
  if (master.aw.valid && slave.aw_ready) {
    ++transfers_;
    if (addresses_.full()) Fail("AW", "more than 256 writes outstanding");
    addresses_.Push({master.aw.len, master.aw.id});
    MatchWrite();
  }
  if (master.w.valid && slave.w_ready) {
    ++transfers_;
    TransferData(master.w);
  }
}

void AxiChecker::MatchWrite() {
  const Burst& burst = addresses_.front();
  if (!data_.empty()) {
    if (data_.front() != burst.len + 1U)
      Fail("AW", fmt::format("{} beats, but {} were written before", burst.len + 1, data_.front()));
    ++unanswered_[burst.id];
    data_.Pop();
    addresses_.Pop();
  } else if (data_beats_ > burst.len) {
    Fail("AW", fmt::format("{} beats, but {} were written before without WLAST", burst.len + 1,
                           data_beats_));
  }
}

void AxiChecker::TransferData(const AxiWriteData& w) {
  ++data_beats_;
  if (!addresses_.empty()) {  // data never lies before an address: those two would be matched
    const Burst& burst = addresses_.front();
    if (w.last != (data_beats_ == burst.len + 1U))
      Fail("W",
           fmt::format("WLAST is {} on beat {} of {}", w.last ? 1 : 0, data_beats_, burst.len + 1));
    if (!w.last) return;
    ++unanswered_[burst.id];
    addresses_.Pop();
  } else {
    if (data_beats_ > kAxiMaxBeats) Fail("W", "more than 16 beats without WLAST");
    if (!w.last) return;
    if (data_.full()) Fail("W", "more than 256 writes without an address");
    data_.Push(data_beats_);
  }
  data_beats_ = 0;
}

bool AxiChecker::idle() const {
  if (master_.aw.valid || master_.w.valid || master_.ar.valid) return false;
  if (!addresses_.empty() || !data_.empty() || data_beats_ != 0) return false;
  for (uint32_t id = 0; id < kAxiIds; ++id) {
    if (!reads_[id].empty() || unanswered_[id] != 0) return false;
  }
  return true;
}

}  // namespace tetralog
