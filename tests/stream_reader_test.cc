// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// stream_reader.sv before a memory of noise with a fixed latency. Its state depends on a segment's
// offset within a word, its length, and where it meets a multiple of 16 words, so every offset is
// tried with every length of up to 20 words, at bursts' boundaries and away from them; then random
// segments with stalls of each port. Every request is held against the burst rules and against the
// list of beats that the segments need, every word against the bytes of the segment. The rates that
// the unit promises are counted in cycles.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "Vstream_reader_64.h"
#include "tests/read_testing.h"
#ifndef GATES
#include "Vstream_reader_128.h"
#include "Vstream_reader_128_a16.h"
#include "Vstream_reader_128_a4.h"
#endif

namespace tetralog {
namespace {

struct Segment {
  uint64_t addr;
  uint32_t bytes;
};

// In sixteenths of the cycles.
struct PortStalls {
  uint32_t seg = 0, req = 0, beat = 0, word = 0;
};

template <typename UnitType, int kWordBytes, int kAlign, int kSegments>
struct Shape {
  using Unit = UnitType;
  static constexpr uint64_t kBytes = kWordBytes, kAligned = kAlign, kBursts = kSegments;
};

template <typename S>
class StreamReaderRtl : public ::testing::Test {
 protected:
  using Unit = typename S::Unit;
  static constexpr uint64_t kBytes = S::kBytes, kAligned = S::kAligned, kBursts = S::kBursts;

  StreamReaderRtl() {
    unit_.seg_valid_i = unit_.req_ready_i = unit_.beat_valid_i = unit_.word_ready_i = 0;
    unit_.seg_bytes_i = 1;
    unit_.seg_addr_i = 0;
    ResetUnit(unit_);
  }

  // Reads the segments and checks all that comes out; returns the cycles from the first word to the
  // last, both included.
  uint64_t Read(const std::vector<Segment>& segments, const PortStalls& stalls, uint64_t latency,
                uint32_t seed) {
    std::mt19937 rng(seed);
    std::deque<uint64_t> beats;  // word addresses that must be requested
    for (const Segment& s : segments) {
      for (uint64_t a = s.addr / kBytes; a <= (s.addr + s.bytes - 1) / kBytes; ++a) {
        beats.push_back(a);
      }
    }
    const uint64_t limit = 1000 + 20 * beats.size() + (latency + 60) * segments.size() * 10;
    struct Beat {
      uint64_t word, time;
    };
    std::deque<Beat> memory;
    size_t given = 0, current = 0;
    uint64_t done = 0;  // bytes of the current segment that came
    uint64_t first_word = 0, last_word = 0;
    for (uint64_t cycle = 0; current < segments.size(); ++cycle) {
      if (cycle > limit) {
        ADD_FAILURE() << "no end after " << cycle << " cycles, seed " << seed;
        return 0;
      }
      if (!unit_.seg_valid_i && given < segments.size() && !Stalls(rng, stalls.seg)) {
        unit_.seg_valid_i = 1;
        unit_.seg_addr_i = segments[given].addr;
        unit_.seg_bytes_i = segments[given].bytes;
        ++given;
      }
      unit_.req_ready_i = !Stalls(rng, stalls.req);
      unit_.word_ready_i = !Stalls(rng, stalls.word);
      if (!unit_.beat_valid_i && !memory.empty() && memory.front().time <= cycle &&
          !Stalls(rng, stalls.beat)) {
        unit_.beat_valid_i = 1;
        for (uint64_t i = 0; i < kBytes / 4; ++i) {
          SetPortWord(unit_.beat_data_i, i, NoiseWord(memory.front().word * kBytes + 4 * i));
        }
      }
      Settle(unit_);
      if (unit_.req_valid_o && unit_.req_ready_i) {
        const uint64_t word = unit_.req_addr_o / kBytes, count = unit_.req_len_o + 1;
        EXPECT_EQ(unit_.req_addr_o % kBytes, 0U);
        EXPECT_EQ(word / 16, (word + count - 1) / 16) << "a burst crosses 16 words, seed " << seed;
        for (uint64_t i = 0; i < count; ++i) {
          if (beats.empty() || beats.front() != word + i) {
            ADD_FAILURE() << "request of word " << word + i << ", seed " << seed;
            return 0;
          }
          beats.pop_front();
          memory.push_back({word + i, cycle + latency});
        }
      }
      if (unit_.word_valid_o && unit_.word_ready_i) {
        if (first_word == 0) first_word = cycle;
        last_word = cycle;
        const Segment& s = segments[current];
        for (uint64_t i = 0; i < kBytes && done < s.bytes; ++i, ++done) {
          if (PortBits(unit_.word_data_o, 8 * i, 8) != NoiseByte(s.addr + done)) {
            ADD_FAILURE() << "byte " << done << " of segment " << current << ", address " << s.addr
                          << ", " << s.bytes << " bytes, seed " << seed;
            return 0;
          }
        }
        EXPECT_EQ(unit_.word_last_o, done == s.bytes)
            << "address " << s.addr << ", byte " << done << " of " << s.bytes << ", seed " << seed;
        if (done == s.bytes) {
          ++current;
          done = 0;
        }
      }
      const bool seg_taken = unit_.seg_valid_i && unit_.seg_ready_o;
      const bool beat_taken = unit_.beat_valid_i && unit_.beat_ready_o;
      Clock(unit_);
      if (seg_taken) unit_.seg_valid_i = 0;
      if (beat_taken) {
        unit_.beat_valid_i = 0;
        memory.pop_front();
      }
    }
    EXPECT_TRUE(beats.empty() && memory.empty()) << "beats are left, seed " << seed;
    return last_word - first_word + 1;
  }

  uint64_t RandomAddress(std::mt19937& rng) const {
    // Half of them near a multiple of 16 words, some near the top of the address space.
    uint64_t addr = (uint64_t{rng()} << 8 | rng() % 256) & 0xffffffffff;
    if (rng() % 2 == 0) addr = addr / (16 * kBytes) * (16 * kBytes) + 15 * kBytes + rng() % kBytes;
    if (rng() % 8 == 0) addr |= uint64_t{0xffff} << 20;
    return addr / kAligned * kAligned;
  }

  Unit unit_;
};

#ifdef GATES  // of the smallest shape
using Shapes = ::testing::Types<Shape<Vstream_reader_64, 8, 1, 32>>;
#else
using Shapes =
    ::testing::Types<Shape<Vstream_reader_128, 16, 1, 32>, Shape<Vstream_reader_64, 8, 1, 32>,
                     Shape<Vstream_reader_128_a4, 16, 4, 2>,
                     Shape<Vstream_reader_128_a16, 16, 16, 32>>;
#endif
TYPED_TEST_SUITE(StreamReaderRtl, Shapes);

TYPED_TEST(StreamReaderRtl, ReadsEveryLengthAtEveryOffset) {
  std::vector<Segment> segments;
  const uint64_t width = this->kBytes;
  for (uint64_t base : {uint64_t{4096}, 4096 - width, uint64_t{0x12345} * 256 + 15 * width}) {
    for (uint64_t offset = 0; offset < width; offset += this->kAligned) {
      for (uint32_t bytes = 1; bytes <= 20 * width; ++bytes) {
        segments.push_back({base + offset, bytes});
      }
    }
  }
  this->Read(segments, {}, 5, 1);
}

TYPED_TEST(StreamReaderRtl, KeepsOrderAndDataUnderStallsOfEveryPort) {
  const PortStalls patterns[] = {{0, 0, 0, 0},  {12, 0, 0, 0}, {0, 12, 0, 0}, {0, 0, 12, 0},
                                 {0, 0, 0, 12}, {4, 4, 4, 4},  {0, 1, 8, 8}};
  uint32_t seed = 100;
  for (const PortStalls& stalls : patterns) {
    for (int run = 0; run < 6; ++run, ++seed) {
      std::mt19937 rng(seed);
      std::vector<Segment> segments;
      for (int i = 0; i < 300; ++i) {
        const uint32_t longest = rng() % 4 == 0 ? 600 : rng() % 2 == 0 ? 60 : 17;
        segments.push_back({this->RandomAddress(rng), static_cast<uint32_t>(rng() % longest + 1)});
      }
      this->Read(segments, stalls, rng() % 40 + 1, seed);
      if (this->HasFailure()) return;
    }
  }
}

TYPED_TEST(StreamReaderRtl, ReadsTheLongestSegment) {
  for (uint64_t addr : {uint64_t{0}, 17 * this->kBytes - this->kAligned}) {
    this->Read({{addr, 65535}, {addr, 65535}}, {}, 3, 1);
  }
}

TYPED_TEST(StreamReaderRtl, GivesAWordACycleOfAlignedWordsThirtyCyclesAway) {
  std::vector<Segment> segments;
  for (uint64_t i = 0; i < 1000; ++i) segments.push_back({i * 7 * this->kBytes, 1});
  const uint64_t cycles = this->Read(segments, {}, 30, 1);
  if (this->kBursts == 2) {
    EXPECT_GE(cycles, 1000U / 2 * 30 - 30) << "more than two bursts were under way";
  } else {
    EXPECT_EQ(cycles, 1000U);
  }
}

TYPED_TEST(StreamReaderRtl, GivesAWordACycleOfLongAlignedSegments) {
  std::vector<Segment> segments;
  for (uint64_t i = 0; i < 20; ++i) {
    segments.push_back({i * 65536, static_cast<uint32_t>(100 * this->kBytes)});
  }
  // The first and the last burst of these segments are short, and two of them hide little latency.
  EXPECT_EQ(this->Read(segments, {}, this->kBursts == 2 ? 2 : 30, 1), 2000U);
}

TYPED_TEST(StreamReaderRtl, LosesAtMostACycleToAnUnalignedSegment) {
  const uint64_t width = this->kBytes;
  if (this->kAligned == width) return;  // has no unaligned segments
  std::vector<Segment> segments;
  // 64 words from an odd place: 65 beats, or 64 beats and a cycle to flush.
  for (uint64_t i = 0; i < 20; ++i) {
    const uint32_t bytes = static_cast<uint32_t>(64 * width - (i % 2 == 0 ? 0 : width - 1));
    segments.push_back({i * 65536 + this->kAligned, bytes});
  }
  // The first beat of all gives no word and is not counted.
  EXPECT_LE(this->Read(segments, {}, this->kBursts == 2 ? 1 : 20, 1), 20U * 65);
}

}  // namespace
}  // namespace tetralog
