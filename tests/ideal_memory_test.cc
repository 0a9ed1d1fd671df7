// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The ideal memory is AxiMemory without stalls, cycle for cycle: both get the same random bursts
// from one master, whose channels pause at random, and every signal is compared in every cycle.
// Skipping quiet cycles is compared with stepping through them.

#include "sim/ideal_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "sim/axi_memory.h"
#include "tests/axi_testing.h"

namespace tetralog {
namespace {

using ::tetralog::testing::Beat;
using ::tetralog::testing::Burst;

constexpr uint64_t kWindow = 4096;

struct Latencies {
  uint32_t word_bytes, read, write;
};
constexpr Latencies kLatencies[] = {{16, 20, 20}, {8, 1, 1}, {16, 3, 900}, {8, 90, 5}};

// Bursts, dense or sparse, with pauses; W may run ahead of AW. What is offered stays on offer.
class RandomMaster {
 public:
  RandomMaster(uint32_t word_bytes, uint64_t seed) : word_bytes_(word_bytes), random_(seed) {}

  const AxiMaster& signals() const { return out_; }

  void Clock(const AxiSlave& slave) {
    if (Below(300) == 0) {
      constexpr uint32_t kEager[] = {100, 20, 5, 1};
      pause_ = Below(3) == 0 ? 0 : Below(7) * 15;
      eager_ = kEager[Below(4)];
    }
    if (slave.aw_ready) out_.aw.valid = false;
    if (slave.ar_ready) out_.ar.valid = false;
    if (slave.w_ready) out_.w.valid = false;
    if (!out_.aw.valid && Eager()) OfferWrite();
    if (!out_.ar.valid && Eager())
      out_.ar = Burst(Address(), 1 + Below(16), word_bytes_, static_cast<uint8_t>(Below(5)));
    if (!out_.w.valid && !data_.empty() && Go()) {
      out_.w = data_.front();
      data_.pop_front();
    }
    out_.r_ready = Go();
    out_.b_ready = Go();
  }

 private:
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool Go() { return Below(100) >= pause_; }
  bool Eager() { return Below(100) < eager_; }
  // Half of all bursts lie in the window.
  uint64_t Address() {
    const uint64_t line = uint64_t{16} * word_bytes_;
    return Below(2) == 0 ? Below(kWindow / line) * line : (uint64_t{1} << 16) + Below(64) * line;
  }
  // Data is queued when its burst is chosen, so it may come before the address.
  void OfferWrite() {
    if (writes_.size() < 3) {
      const uint32_t beats = 1 + Below(16);
      writes_.push_back(Burst(Address(), beats, word_bytes_, Below(3)));
      for (uint32_t i = 0; i < beats; ++i)
        data_.push_back(Beat(random_(), i + 1 == beats, static_cast<uint16_t>(random_())));
    }
    if (Below(2) == 0) return;
    out_.aw = writes_.front();
    writes_.pop_front();
  }

  uint32_t word_bytes_;
  std::mt19937_64 random_;
  uint32_t pause_ = 0, eager_ = 100;  // percent: of cycles that pause, that offer a burst
  AxiMaster out_;
  std::deque<AxiAddress> writes_;
  std::deque<AxiWriteData> data_;
};

AxiMemoryOptions Fixed(const Latencies& l) {
  AxiMemoryOptions options;
  options.word_bytes = l.word_bytes;
  options.read_latency_min = options.read_latency_max = l.read;
  options.write_latency_min = options.write_latency_max = l.write;
  return options;
}

IdealMemoryOptions Ideal(const Latencies& l) {
  return {.word_bytes = l.word_bytes,
          .read_latency = l.read,
          .write_latency = l.write,
          .window = kWindow};
}

// The name of the first signal that differs, or nothing. Of R, the data of the window only.
std::string Difference(const AxiSlave& a, const AxiSlave& b, bool data) {
  if (a.ar_ready != b.ar_ready) return "ar_ready";
  if (a.aw_ready != b.aw_ready) return "aw_ready";
  if (a.w_ready != b.w_ready) return "w_ready";
  if (a.b.valid != b.b.valid) return "b.valid";
  if (a.b.valid && !(a.b == b.b)) return "b";
  if (a.r.valid != b.r.valid) return "r.valid";
  if (!a.r.valid) return "";
  if (a.r.id != b.r.id || a.r.last != b.r.last || a.r.resp != b.r.resp) return "r";
  return data && a.r.data != b.r.data ? "r.data" : "";
}

TEST(IdealMemory, IsTheMemoryWithoutStallsInEveryCycle) {
  for (const Latencies& latencies : kLatencies) {
    AxiMemory memory(1 << 20, Fixed(latencies));
    IdealMemory ideal(Ideal(latencies));
    RandomMaster master(latencies.word_bytes, latencies.read);
    std::deque<bool> in_window;  // of the bursts whose beats come
    uint64_t beats = 0;
    for (uint64_t cycle = 0; cycle < 100'000; ++cycle) {
      const AxiSlave slave = memory.slave();
      const bool data = slave.r.valid && in_window.front();
      ASSERT_EQ(Difference(slave, ideal.slave(), data), "")
          << "cycle " << cycle << ", read latency " << latencies.read;
      const AxiMaster& signals = master.signals();
      if (slave.ar_ready && signals.ar.valid) in_window.push_back(signals.ar.addr < kWindow);
      if (slave.r.valid && signals.r_ready && slave.r.last) in_window.pop_front();
      beats += slave.r.valid && signals.r_ready;
      memory.Clock(signals);
      ideal.Clock(signals);
      master.Clock(slave);
    }
    EXPECT_GT(beats, 20'000u);
    std::vector<uint8_t> expected(kWindow), got(kWindow);
    memory.Read(0, expected);
    ideal.Read(0, got);
    EXPECT_EQ(got, expected);
  }
}

TEST(IdealMemory, SkippingIsStepping) {
  for (const Latencies& latencies : kLatencies) {
    IdealMemory stepped(Ideal(latencies)), skipped(Ideal(latencies));
    std::mt19937 random(latencies.read);
    uint64_t skips = 0, answers = 0;
    for (int i = 0; i < 2000; ++i) {
      // A write and a read, then quiet cycles until the answers, taken at once.
      AxiMaster master;
      master.r_ready = master.b_ready = true;
      if (i % 3 != 0) master.ar = Burst(random() % 64 * 16, 1, latencies.word_bytes);
      if (i % 4 != 0) {
        master.aw = Burst(random() % 64 * 16, 1, latencies.word_bytes);
        master.w = Beat(random(), true);
      }
      bool moved = stepped.Clock(master);
      ASSERT_EQ(skipped.Clock(master), moved);
      master.ar.valid = master.aw.valid = master.w.valid = false;
      while (moved || stepped.Quiet() != UINT64_MAX) {
        ASSERT_EQ(Difference(stepped.slave(), skipped.slave(), true), "");
        ASSERT_EQ(stepped.Quiet(), skipped.Quiet());
        answers += stepped.slave().r.valid + stepped.slave().b.valid;
        const uint64_t n = moved ? 1 : stepped.Quiet();
        for (uint64_t j = 0; j < n; ++j) {
          const AxiSlave before = stepped.slave();
          moved = stepped.Clock(master);
          if (n > 1 && j + 1 < n) {
            ASSERT_FALSE(moved) << "in cycle " << j << " of " << n << " quiet ones";
            ASSERT_EQ(Difference(stepped.slave(), before, true), "");
          }
        }
        if (n > 1) {
          skipped.Skip(n);
          ++skips;
        } else {
          skipped.Clock(master);
        }
        if (n > 1) {
          ASSERT_TRUE(moved);
        }
      }
    }
    EXPECT_GT(answers, 1000u);
    if (latencies.read > 1) {
      EXPECT_GT(skips, 500u);
    }
  }
}

TEST(IdealMemory, ImpossibleOptionsAreRefused) {
  EXPECT_THROW(IdealMemory({.word_bytes = 4}), std::invalid_argument);
  EXPECT_THROW(IdealMemory({.read_latency = 0}), std::invalid_argument);
  EXPECT_THROW(IdealMemory({.write_latency = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
