// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Bench of axi_write.sv: gives it segments and, with a cycle of latency, their elements, plays the
// memory, and knows what every byte of memory must be.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "tests/write_slave.h"

namespace tetralog {

inline constexpr int kMaxCount = 48;

struct WriteSegment {
  uint32_t addr;  // offset in the memory
  bool int32;
  std::vector<uint32_t> elements;
};

template <typename Unit, int kAxi, int kGroup>
class AxiWriteBench {
 public:
  static constexpr int kWordBytes = kAxi / 8, kElements = kAxi / 32, kCodesOfGroup = kGroup;

  explicit AxiWriteBench(uint64_t seed) : random_(seed), slave_(kWordBytes) {
    writes_.resize(kMemoryBytes);
    Reset();
  }

  WriteSlave& slave() { return slave_; }
  Unit& unit() { return unit_; }
  std::mt19937_64& random() { return random_; }
  void set_segment_stalls(int percent) { stalls_ = percent; }
  size_t waiting() const { return segments_.size(); }
  int data_ends() const { return data_ends_; }

  // Resets the unit and forgets all segments, what memory should hold included.
  void Reset() {
    segments_.clear();
    taken_.clear();
    offering_ = false;
    added_ = data_ends_ = 0;
    slave_.Reset();
    unit_.rst_ni = 0;
    unit_.seg_valid_i = unit_.halt_i = unit_.m_axi_bvalid_i = 0;
    for (int clk : {0, 1, 0}) {
      unit_.clk_i = clk;
      unit_.eval();
    }
    unit_.rst_ni = 1;
    expected_ = slave_.memory();
    std::fill(writes_.begin(), writes_.end(), 0);
    std::fill(slave_.writes().begin(), slave_.writes().end(), 0);
  }

  // A segment of random elements.
  void Add(uint32_t addr, int count, bool int32) {
    WriteSegment segment{addr, int32, std::vector<uint32_t>(count)};
    for (uint32_t& element : segment.elements) {
      element = static_cast<uint32_t>(random_()) & (int32 ? 0xffffffff : 15);
    }
    for (int i = 0; i < count; ++i) {
      if (int32) {
        for (int b = 0; b < 4; ++b) {
          Expect(addr + 4 * i + b, static_cast<uint8_t>(segment.elements[i] >> (8 * b)));
        }
      } else if (i % 2 == 0) {
        const uint32_t upper = i + 1 < count ? segment.elements[i + 1] : 0;
        Expect(addr + i / 2, static_cast<uint8_t>(segment.elements[i] | upper << 4));
      }
    }
    segments_.push_back(segment);
    ++added_;
  }

  void Cycle() {
    const bool stalls = stalls_ != 0 && static_cast<int>(random_() % 100) < stalls_;
    offering_ = !segments_.empty() && (offering_ || !stalls);
    unit_.seg_valid_i = offering_;
    if (offering_) {
      unit_.seg_addr_i = kMemoryBase + segments_.front().addr;
      unit_.seg_count_i = segments_.front().elements.size();
      unit_.seg_int32_i = segments_.front().int32;
    } else {  // anything
      unit_.seg_addr_i = random_() & 0xffffffffff;
      unit_.seg_count_i = random_() % (kMaxCount + 1);
      unit_.seg_int32_i = random_() & 1;
    }
    slave_.Drive(unit_, cycle_, random_);
    unit_.clk_i = 0;
    unit_.eval();
    EXPECT_EQ(int{unit_.write_bytes_o}, slave_.Take(unit_, cycle_, random_));
    const bool read = unit_.rd_en_o;
    if (read) {
      ASSERT_FALSE(taken_.empty()) << "a read without a segment";
      Read();
    }
    if (unit_.data_end_o) ++data_ends_;
    if (unit_.seg_valid_i && unit_.seg_ready_o) {
      taken_.push_back(segments_.front());
      segments_.pop_front();
      offering_ = false;
    }
    unit_.clk_i = 1;
    unit_.eval();
    if (read) {
      for (int i = 0; i < kElements; ++i) SetPortWord(unit_.word_i, i, words_[i]);
      unit_.codes_i = codes_;
    }
    ++cycle_;
  }

  void Run() {
    for (int i = 0; i < 1000000 && (!segments_.empty() || !unit_.idle_o); ++i) {
      Cycle();
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_TRUE(unit_.idle_o) << "hangs";
    EXPECT_EQ(data_ends_, added_);
    for (uint64_t i = 0; i < kMemoryBytes; ++i) {
      ASSERT_EQ(slave_.writes()[i], writes_[i]) << "writes of byte " << std::hex << i;
      ASSERT_EQ(int{slave_.memory()[i]}, int{expected_[i]}) << "byte " << std::hex << i;
    }
  }

 private:
  void Expect(uint32_t addr, uint8_t value) {
    expected_.at(addr) = value;
    ++writes_.at(addr);
  }

  // What the source gives in the next cycle; places that are not asked for are anything.
  void Read() {
    const WriteSegment& segment = taken_.front();
    const int sign_bit = 1 << 6;  // of rd_first_o
    const int first = (int{unit_.rd_first_o} ^ sign_bit) - sign_bit;
    codes_ = 0;
    for (int i = 0; i < kGroup; ++i) {
      const int element = first + i;
      const bool exists = element >= 0 && element < static_cast<int>(segment.elements.size());
      const bool valid = (unit_.rd_valid_o >> i & 1) != 0;
      EXPECT_EQ(valid, exists) << "element " << element;
      const uint32_t value =
          valid && exists ? segment.elements[element] : static_cast<uint32_t>(random_());
      if (i < kElements) words_[i] = value;
      codes_ |= (value & 15) << (4 * i);
    }
    if (unit_.rd_end_o) taken_.pop_front();
  }

  std::mt19937_64 random_;
  WriteSlave slave_;
  Unit unit_;
  std::vector<uint8_t> expected_;
  std::vector<int> writes_;
  std::deque<WriteSegment> segments_, taken_;
  uint32_t words_[kElements] = {};
  uint32_t codes_ = 0;
  int stalls_ = 0;
  bool offering_ = false;
  int added_ = 0, data_ends_ = 0;
  uint64_t cycle_ = 0;
};

}  // namespace tetralog
