// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// stream_reader.sv before a memory of noise with a fixed latency. Its state depends on a segment's
// offset within a word, its length, and where it meets a multiple of 16 words, so every offset is
// tried with every length of up to 20 words, at bursts' boundaries and away from them, one stream
// after the other; then random segments of all streams at once, whose beats come interleaved, with
// stalls of each port. Every request is held against the burst rules and against the list of beats
// that the segments need, every word against the bytes of the segment. The rates that the unit
// promises are counted in cycles.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "Vstream_reader_64.h"
#include "tests/read_testing.h"
#ifndef GATES
#include "Vstream_reader_128.h"
#endif

namespace tetralog {
namespace {

struct Segment {
  uint64_t addr;
  uint32_t bytes;
};

// In sixteenths of the cycles.
struct PortStalls {
  uint32_t seg = 0, req = 0, beat = 0;
};

constexpr int kAddrWidth = 40;

template <typename UnitType, int kWordBytes, int kStreamCount, int kSegments>
struct Shape {
  using Unit = UnitType;
  static constexpr uint64_t kBytes = kWordBytes, kStreams = kStreamCount, kBursts = kSegments;
};

template <typename S>
class StreamReaderRtl : public ::testing::Test {
 protected:
  using Unit = typename S::Unit;
  static constexpr uint64_t kBytes = S::kBytes, kStreams = S::kStreams, kBursts = S::kBursts;
  using Segments = std::array<std::vector<Segment>, kStreams>;

  StreamReaderRtl() {
    unit_.seg_valid_i = unit_.req_ready_i = unit_.beat_valid_i = 0;
    unit_.next_i = unit_.next_last_i = unit_.beat_last_i = 0;
    ResetUnit(unit_);
  }

  static Segments Of(uint64_t stream, const std::vector<Segment>& segments) {
    Segments all;
    all[stream] = segments;
    return all;
  }

  // Reads the segments of every stream and checks all that comes out; returns the cycles from the
  // first word to the last, both included.
  uint64_t Read(const Segments& segments, const PortStalls& stalls, uint64_t latency,
                uint32_t seed) {
    std::mt19937 rng(seed);
    std::array<Stream, kStreams> streams;
    uint64_t left = 0, limit = 1000;
    for (uint64_t s = 0; s < kStreams; ++s) {
      for (const Segment& segment : segments[s]) {
        for (uint64_t a = segment.addr / kBytes; a <= (segment.addr + segment.bytes - 1) / kBytes;
             ++a) {
          streams[s].to_request.push_back(a);
        }
      }
      left += segments[s].size();
      limit += 30 * streams[s].to_request.size() + (latency + 60) * segments[s].size() * 10;
    }
    uint64_t first_word = 0, last_word = 0;
    for (uint64_t cycle = 0; left > 0; ++cycle) {
      if (cycle > limit) {
        ADD_FAILURE() << "no end after " << cycle << " cycles, seed " << seed;
        return 0;
      }
      for (uint64_t s = 0; s < kStreams; ++s) {
        const size_t given = streams[s].given;
        if ((unit_.seg_valid_i >> s & 1) != 0 || given == segments[s].size() ||
            Stalls(rng, stalls.seg)) {
          continue;
        }
        unit_.seg_valid_i |= 1U << s;
        SetPortBits(unit_.seg_addr_i, s * kAddrWidth, kAddrWidth, segments[s][given].addr);
        SetPortBits(unit_.seg_last_i, s * 16, 16, segments[s][given].bytes - 1);
        ++streams[s].given;
      }
      unit_.req_ready_i = 0;
      unit_.next_i = 0;
      Settle(unit_);
      // One of those that ask.
      if (unit_.req_valid_o != 0 && !Stalls(rng, stalls.req)) {
        uint64_t s = rng() % kStreams;
        while ((unit_.req_valid_o >> s & 1) == 0) s = (s + 1) % kStreams;
        unit_.req_ready_i = 1U << s;
        const uint64_t addr = PortBits(unit_.req_addr_o, s * kAddrWidth, kAddrWidth);
        const uint64_t word = addr / kBytes, count = PortBits(unit_.req_len_o, s * 8, 8) + 1;
        EXPECT_EQ(addr % kBytes, 0U);
        EXPECT_EQ(word / 16, (word + count - 1) / 16) << "a burst crosses 16 words, seed " << seed;
        Stream& stream = streams[s];
        for (uint64_t i = 0; i < count; ++i) {
          if (stream.to_request.empty() || stream.to_request.front() != word + i) {
            ADD_FAILURE() << "stream " << s << " requests word " << word + i << ", seed " << seed;
            return 0;
          }
          stream.to_request.pop_front();
          stream.memory.push_back({word + i, cycle + latency, i + 1 == count});
        }
      }
      // The beat that comes next, if the one shown is taken.
      Beat next{};
      if ((unit_.beat_valid_i == 0 || unit_.beat_ready_o) && !Stalls(rng, stalls.beat)) {
        const uint64_t first = rng() % kStreams;
        for (uint64_t i = 0; i < kStreams && unit_.next_i == 0; ++i) {
          const uint64_t s = (first + i) % kStreams;
          std::deque<Beat>& memory = streams[s].memory;
          if (memory.empty() || memory.front().time > cycle) continue;
          next = memory.front();
          memory.pop_front();
          unit_.next_i = 1U << s;
          unit_.next_last_i = next.last;
        }
      }
      Settle(unit_);
      if (unit_.word_valid_o != 0) {
        if (first_word == 0) first_word = cycle;
        last_word = cycle;
        EXPECT_EQ(std::popcount(static_cast<uint32_t>(unit_.word_valid_o)), 1);
        const auto s = std::countr_zero(static_cast<uint32_t>(unit_.word_valid_o));
        Stream& stream = streams[s];
        if (stream.current == segments[s].size()) {
          ADD_FAILURE() << "a word too much for stream " << s << ", seed " << seed;
          return 0;
        }
        const Segment& segment = segments[s][stream.current];
        for (uint64_t i = 0; i < kBytes && stream.done < segment.bytes; ++i, ++stream.done) {
          if (PortBits(unit_.word_data_o, 8 * i, 8) != NoiseByte(segment.addr + stream.done)) {
            ADD_FAILURE() << "byte " << stream.done << " of segment " << stream.current
                          << " of stream " << s << ", address " << segment.addr << ", "
                          << segment.bytes << " bytes, seed " << seed;
            return 0;
          }
        }
        EXPECT_EQ(unit_.word_last_o, stream.done == segment.bytes)
            << "address " << segment.addr << ", byte " << stream.done << " of " << segment.bytes
            << ", seed " << seed;
        if (stream.done == segment.bytes) {
          ++stream.current;
          stream.done = 0;
          --left;
        }
      }
      const uint32_t seg_taken = unit_.seg_valid_i & unit_.seg_ready_o;
      const bool beat_taken = unit_.beat_valid_i != 0 && unit_.beat_ready_o;
      const uint32_t comes = unit_.next_i;
      Clock(unit_);
      unit_.seg_valid_i &= ~seg_taken;
      if (beat_taken) unit_.beat_valid_i = 0;
      if (comes != 0) {
        unit_.beat_valid_i = comes;
        unit_.beat_last_i = next.last;
        for (uint64_t i = 0; i < kBytes / 4; ++i) {
          SetPortWord(unit_.beat_data_i, i, NoiseWord(next.word * kBytes + 4 * i));
        }
      }
    }
    for (const Stream& stream : streams) {
      EXPECT_TRUE(stream.to_request.empty() && stream.memory.empty())
          << "beats are left, seed " << seed;
    }
    return last_word - first_word + 1;
  }

  uint64_t RandomAddress(std::mt19937& rng) const {
    // Half of them near a multiple of 16 words, some near the top of the address space.
    uint64_t addr = (uint64_t{rng()} << 8 | rng() % 256) & 0xffffffffff;
    if (rng() % 2 == 0) addr = addr / (16 * kBytes) * (16 * kBytes) + 15 * kBytes + rng() % kBytes;
    if (rng() % 8 == 0) addr |= uint64_t{0xffff} << 20;
    return addr;
  }

 private:
  struct Beat {
    uint64_t word, time;
    bool last;
  };
  struct Stream {
    std::deque<uint64_t> to_request;  // word addresses
    std::deque<Beat> memory;
    size_t given = 0, current = 0;
    uint64_t done = 0;  // bytes of the current segment that came
  };

  Unit unit_;
};

#ifdef GATES  // of the smallest shape
using Shapes = ::testing::Types<Shape<Vstream_reader_64, 8, 2, 2>>;
#else
using Shapes =
    ::testing::Types<Shape<Vstream_reader_128, 16, 4, 32>, Shape<Vstream_reader_64, 8, 2, 2>>;
#endif
TYPED_TEST_SUITE(StreamReaderRtl, Shapes);

TYPED_TEST(StreamReaderRtl, ReadsEveryLengthAtEveryOffset) {
  std::vector<Segment> segments;
  const uint64_t width = this->kBytes;
  for (uint64_t base : {uint64_t{4096}, 4096 - width, uint64_t{0x12345} * 256 + 15 * width}) {
    for (uint64_t offset = 0; offset < width; ++offset) {
      for (uint32_t bytes = 1; bytes <= 20 * width; ++bytes) {
        segments.push_back({base + offset, bytes});
      }
    }
  }
  for (uint64_t s = 0; s < this->kStreams && !this->HasFailure(); ++s) {
    this->Read(this->Of(s, segments), {}, 5, 1);
  }
}

TYPED_TEST(StreamReaderRtl, KeepsOrderAndDataOfAllStreamsUnderStallsOfEveryPort) {
  const PortStalls patterns[] = {{0, 0, 0},  {12, 0, 0}, {0, 12, 0},
                                 {0, 0, 12}, {4, 4, 4},  {0, 1, 8}};
  uint32_t seed = 100;
  for (const PortStalls& stalls : patterns) {
    for (int run = 0; run < 4; ++run, ++seed) {
      std::mt19937 rng(seed);
      typename TestFixture::Segments segments;
      for (auto& list : segments) {
        for (int i = 0; i < 200; ++i) {
          const uint32_t longest = rng() % 4 == 0 ? 600 : rng() % 2 == 0 ? 60 : 17;
          list.push_back({this->RandomAddress(rng), static_cast<uint32_t>(rng() % longest + 1)});
        }
      }
      this->Read(segments, stalls, rng() % 40 + 1, seed);
      if (this->HasFailure()) return;
    }
  }
}

TYPED_TEST(StreamReaderRtl, ReadsTheLongestSegment) {
  for (uint64_t addr : {uint64_t{0}, 17 * this->kBytes - 1}) {
    this->Read(this->Of(1, {{addr, 65535}, {addr, 65535}}), {}, 3, 1);
  }
}

TYPED_TEST(StreamReaderRtl, GivesAWordACycleOfAlignedWordsThirtyCyclesAway) {
  std::vector<Segment> segments;
  for (uint64_t i = 0; i < 1000; ++i) segments.push_back({i * 7 * this->kBytes, 1});
  const uint64_t cycles = this->Read(this->Of(0, segments), {}, 30, 1);
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
  EXPECT_EQ(this->Read(this->Of(1, segments), {}, this->kBursts == 2 ? 2 : 30, 1), 2000U);
}

TYPED_TEST(StreamReaderRtl, LosesAtMostACycleToAnUnalignedSegment) {
  const uint64_t width = this->kBytes;
  std::vector<Segment> segments;
  // 64 words from an odd place: 65 beats, or 64 beats and a cycle to flush.
  for (uint64_t i = 0; i < 20; ++i) {
    const uint32_t bytes = static_cast<uint32_t>(64 * width - (i % 2 == 0 ? 0 : width - 1));
    segments.push_back({i * 65536 + 1, bytes});
  }
  // The first beat of all gives no word and is not counted.
  EXPECT_LE(this->Read(this->Of(0, segments), {}, this->kBursts == 2 ? 1 : 20, 1), 20U * 65);
}

}  // namespace
}  // namespace tetralog
