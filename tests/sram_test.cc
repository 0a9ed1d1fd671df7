// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// sram.sv, 4 words of 4 nibbles, against an array: every write mask on every word (64 writes, every
// word read back after each), then a seeded mix of simultaneous reads and writes, in which the word
// read last must stay on the port. The netlist runs the same tests, because its write enables are
// found by the synthesis.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>

#include "Vsram.h"

#ifndef SUITE
#define SUITE SramRtl
#endif

namespace tetralog {
namespace {

constexpr uint32_t kDepth = 4;

class SUITE : public ::testing::Test {
 protected:
  SUITE() {
    for (uint32_t word = 0; word < kDepth; ++word) Write(word, 0x1234 * (word + 1), 15);
  }

  void Cycle() {
    unit_.clk_i = 0;
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
    unit_.we_i = 0;
    unit_.re_i = 0;
  }

  void SetWrite(uint32_t word, uint16_t value, uint32_t mask) {
    unit_.we_i = 1;
    unit_.waddr_i = word;
    unit_.wdata_i = value;
    unit_.wmask_i = mask;
    for (uint32_t nibble = 0; nibble < 4; ++nibble) {
      const uint16_t bits = 15U << (4 * nibble);
      if (mask >> nibble & 1) memory_[word] = (memory_[word] & ~bits) | (value & bits);
    }
  }

  void Write(uint32_t word, uint16_t value, uint32_t mask) {
    SetWrite(word, value, mask);
    Cycle();
  }

  Vsram unit_;
  std::array<uint16_t, kDepth> memory_{};
};

TEST_F(SUITE, WritesExactlyTheNibblesOfEveryMask) {
  std::mt19937 rng(1);
  for (uint32_t word = 0; word < kDepth; ++word) {
    for (uint32_t mask = 0; mask < 16; ++mask) {
      Write(word, static_cast<uint16_t>(~memory_[word] ^ (rng() & 0x7777)), mask);
      for (uint32_t i = 0; i < kDepth; ++i) {
        unit_.re_i = 1;
        unit_.raddr_i = i;
        Cycle();
        ASSERT_EQ(unit_.rdata_o, memory_[i])
            << "word " << i << " after mask " << mask << " on word " << word;
      }
    }
  }
}

TEST_F(SUITE, KeepsTheWordReadLastWhileOthersAreWritten) {
  std::mt19937 rng(1);
  uint16_t shown = 0;
  bool known = false;
  for (int cycle = 0; cycle < 2000; ++cycle) {
    const uint32_t read = rng() % kDepth, written = rng() % kDepth;
    if (rng() % 2 == 0) {
      unit_.re_i = 1;
      unit_.raddr_i = read;
      shown = memory_[read];
      known = true;
    }
    // Addresses are random in cycles without a write, too.
    unit_.waddr_i = written;
    if (rng() % 2 == 0 && !(unit_.re_i && read == written)) {
      SetWrite(written, static_cast<uint16_t>(rng()), rng() % 16);
    }
    Cycle();
    if (known) {
      ASSERT_EQ(unit_.rdata_o, shown) << "cycle " << cycle << " of seed 1";
    }
  }
}

}  // namespace
}  // namespace tetralog
