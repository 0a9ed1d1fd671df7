// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The memory side of an AXI4 write port for unit tests: stalls every channel at random, answers
// late, answers with errors, counts the writes of every byte, and holds the port to the rules that
// the writer promises (alignment, length, boundaries, order, stability, zeros where nothing is
// strobed).
#ifndef TETRALOG_TESTS_WRITE_SLAVE_H_
#define TETRALOG_TESTS_WRITE_SLAVE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "tests/verilated_unit.h"

namespace tetralog {

// Where the unit tests keep their memory: a carry runs through address bits 39:16 in the middle.
inline constexpr uint64_t kMemoryBase = 0x7fffff8000;
inline constexpr uint64_t kMemoryBytes = 0x10000;

class WriteSlave {
 public:
  struct Options {
    int stall_percent = 0;  // of AWREADY, WREADY
    int b_latency = 20;     // cycles from the last beat (and AW) to BVALID
    int b_jitter = 0;       // at most so many more
    int error_burst = -1;   // this burst, counted from 0, is answered SLVERR
  };
  struct Burst {
    uint64_t addr;
    int beats;
    int taken = 0;  // of them
    uint64_t answer_at = 0;
    bool error = false;
  };

  explicit WriteSlave(int word_bytes) : word_bytes_(word_bytes), writes_(kMemoryBytes, 0) {}

  void set_options(const Options& options) { options_ = options; }
  std::vector<uint8_t>& memory() { return memory_; }
  // How often every byte was strobed.
  std::vector<int>& writes() { return writes_; }
  const std::deque<Burst>& open() const { return open_; }
  bool idle() const { return open_.empty() && early_.empty(); }
  int bursts() const { return bursts_; }               // opened so far
  uint64_t beats() const { return beats_; }            // moved so far
  uint64_t first_beat() const { return first_beat_; }  // cycles of the first and the last beat,
  uint64_t last_beat() const { return last_beat_; }    // since ClearCounts()
  uint64_t last_answer() const { return last_answer_; }
  void ClearCounts() { beats_ = first_beat_ = last_beat_ = 0; }
  void Reset() {
    open_.clear();
    early_.clear();
    held_aw_ = held_w_ = false;
  }

  // Before the clock edge: drives the inputs of the port.
  template <typename Unit>
  void Drive(Unit& unit, uint64_t cycle, std::mt19937_64& random) {
    auto chance = [&] { return static_cast<int>(random() % 100) >= options_.stall_percent; };
    unit.m_axi_awready_i = chance();
    unit.m_axi_wready_i = chance();
    answering_ = !open_.empty() && open_.front().taken == open_.front().beats &&
                 open_.front().answer_at <= cycle;
    unit.m_axi_bvalid_i = answering_;
    unit.m_axi_bid_i = 0;
    unit.m_axi_bresp_i = answering_ && open_.front().error ? 2 : 0;
  }

  // After the inputs have settled, still before the clock edge: takes what moves. Returns the
  // number of strobed bytes.
  template <typename Unit>
  int Take(Unit& unit, uint64_t cycle, std::mt19937_64& random) {
    EXPECT_TRUE(unit.m_axi_bready_o);
    if (answering_) {
      last_answer_ = cycle;
      open_.pop_front();
    }
    TakeAddress(unit);
    const int bytes = TakeData(unit, cycle);
    MatchEarly(cycle, random);
    return bytes;
  }

 private:
  struct Beat {
    std::vector<uint8_t> data;
    uint32_t strobes;
    bool last;
  };

  template <typename Unit>
  void TakeAddress(Unit& unit) {
    if (held_aw_) {
      EXPECT_TRUE(unit.m_axi_awvalid_o) << "AWVALID fell";
      EXPECT_EQ(uint64_t{unit.m_axi_awaddr_o}, aw_addr_);
      EXPECT_EQ(int{unit.m_axi_awlen_o}, aw_len_);
    }
    held_aw_ = unit.m_axi_awvalid_o && !unit.m_axi_awready_i;
    aw_addr_ = unit.m_axi_awaddr_o;
    aw_len_ = unit.m_axi_awlen_o;
    if (!unit.m_axi_awvalid_o || !unit.m_axi_awready_i) return;
    const uint64_t window = 16 * word_bytes_;
    EXPECT_EQ(aw_addr_ % word_bytes_, 0U) << "address not aligned to a bus word";
    EXPECT_LT(aw_len_, 16);
    EXPECT_EQ(aw_addr_ / window, (aw_addr_ + (aw_len_ + 1) * word_bytes_ - 1) / window)
        << "a burst crosses a multiple of 16 words";
    EXPECT_EQ(1 << int{unit.m_axi_awsize_o}, word_bytes_);
    EXPECT_EQ(int{unit.m_axi_awburst_o}, 1);
    EXPECT_EQ(int{unit.m_axi_awcache_o}, 3);
    EXPECT_EQ(int{unit.m_axi_awprot_o} + int{unit.m_axi_awqos_o} + int{unit.m_axi_awlock_o} +
                  int{unit.m_axi_awid_o},
              0);
    open_.push_back({aw_addr_, aw_len_ + 1, 0, 0, false});
    open_.back().error = bursts_ == options_.error_burst;
    ++bursts_;
  }

  template <typename Unit>
  int TakeData(Unit& unit, uint64_t cycle) {
    Beat beat{std::vector<uint8_t>(word_bytes_), static_cast<uint32_t>(unit.m_axi_wstrb_o),
              static_cast<bool>(unit.m_axi_wlast_o)};
    for (int i = 0; i < word_bytes_; ++i) {
      beat.data[i] = static_cast<uint8_t>(PortWord(unit.m_axi_wdata_o, i / 4) >> (8 * (i % 4)));
    }
    if (held_w_) {
      EXPECT_TRUE(unit.m_axi_wvalid_o) << "WVALID fell";
      EXPECT_EQ(beat.data, w_.data);
      EXPECT_EQ(beat.strobes, w_.strobes);
      EXPECT_EQ(beat.last, w_.last);
    }
    held_w_ = unit.m_axi_wvalid_o && !unit.m_axi_wready_i;
    w_ = beat;
    if (!unit.m_axi_wvalid_o || !unit.m_axi_wready_i) return 0;
    if (beats_++ == 0) first_beat_ = cycle;
    last_beat_ = cycle;
    EXPECT_NE(beat.strobes, 0U) << "a beat without a byte";
    for (int i = 0; i < word_bytes_; ++i) {
      EXPECT_TRUE((beat.strobes >> i & 1) != 0 || beat.data[i] == 0) << "data without a strobe";
    }
    early_.push_back(beat);
    return __builtin_popcount(beat.strobes);
  }

  // Beats may come before their address; their bursts are in the same order.
  void MatchEarly(uint64_t cycle, std::mt19937_64& random) {
    for (Burst& burst : open_) {
      while (burst.taken < burst.beats && !early_.empty()) {
        const Beat beat = early_.front();
        early_.pop_front();
        const uint64_t addr = burst.addr - kMemoryBase + burst.taken * word_bytes_;
        ++burst.taken;
        EXPECT_EQ(beat.last, burst.taken == burst.beats) << "WLAST at the wrong beat";
        if (burst.taken == burst.beats) {
          burst.answer_at = cycle + options_.b_latency +
                            (options_.b_jitter != 0 ? random() % (options_.b_jitter + 1) : 0);
        }
        if (addr + word_bytes_ > kMemoryBytes) {
          ADD_FAILURE() << "write outside the memory at " << std::hex << addr + kMemoryBase;
          continue;
        }
        for (int i = 0; i < word_bytes_; ++i) {
          if ((beat.strobes >> i & 1) == 0) continue;
          memory_[addr + i] = beat.data[i];
          ++writes_[addr + i];
        }
      }
    }
  }

  const int word_bytes_;
  Options options_;
  std::vector<uint8_t> memory_ = std::vector<uint8_t>(kMemoryBytes);
  std::vector<int> writes_;
  std::deque<Burst> open_;
  std::deque<Beat> early_;  // beats without an address yet
  bool held_aw_ = false, held_w_ = false, answering_ = false;
  uint64_t aw_addr_ = 0;
  int aw_len_ = 0;
  Beat w_;
  int bursts_ = 0;
  uint64_t beats_ = 0, first_beat_ = 0, last_beat_ = 0, last_answer_ = 0;
};

}  // namespace tetralog

#endif  // TETRALOG_TESTS_WRITE_SLAVE_H_
