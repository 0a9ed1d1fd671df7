// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// operand_loader.sv against a schedule made from its description: the segments in their order, the
// place of every code, the number of complete tile rows after every segment.
//
// The space (shapes, sizes, strides, timing) is too large to exhaust. Every seed is a run of
// several commands, so that panels wrap around the end of the buffer and follow each other over
// commands; sizes are drawn around the edges of words, tile rows and panels, and the memory, the
// consumer and the start of a command pause at random. In every cycle are checked: the segment
// asked for and that its words are free, loaded_o, busy_o; of a tile row when it is counted, and
// again of its panel when that is released, every code in the banks. Codes are a hash of their
// address, so that a word in a wrong place, or one that was overwritten too early, differs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#ifndef LOADER_NETLIST
#include "Voperand_loader_r16_w128.h"
#include "Voperand_loader_r32_w64.h"
#endif
#include "Voperand_loader_r4_w64.h"
#include "tests/operand_loader_schedule.h"
#include "tests/operand_testing.h"

#ifndef SUITE
#define SUITE OperandLoaderRtl
#endif

namespace tetralog {
namespace {

using testing::Append;
using testing::Command;
using testing::GetNibble;
using testing::MemoryByte;
using testing::Panel;
using testing::Schedule;
using testing::Segment;
using testing::SetNibble;
using testing::TileRow;

template <typename UnitType, uint32_t kRowsValue, uint32_t kPanelValue, uint32_t kAxiData>
struct Shape {
  using Unit = UnitType;
  static constexpr uint32_t kRows = kRowsValue, kPanel = kPanelValue, kDepth = 32;
  static constexpr uint32_t kWordCodes = kAxiData / 4, kWordBytes = kAxiData / 8;
};

// How the neighbours of the loader behave; percentages of cycles.
struct Timing {
  uint32_t segment_pause = 0, word_pause = 0, release_pause = 0, start_pause = 0;
  uint32_t latency = 1;  // cycles from a segment to its first word
};

template <typename S>
class Bench {
 public:
  Bench(const Schedule& schedule, const Timing& timing, uint32_t seed)
      : plan_(schedule),
        timing_(timing),
        rng_(seed),
        image_(S::kPanel * S::kDepth * S::kWordCodes, 0) {
    unit_.rst_ni = 1;
    unit_.eval();
    unit_.rst_ni = 0;
    for (int i = 0; i < 2; ++i) Clock();
    unit_.rst_ni = 1;
  }

  // Runs all commands; the cycles from the first segment to the last word of the schedule.
  void Run() {
    const uint64_t limit = 1000000;
    while (!Finished()) {
      ASSERT_LT(cycle_, limit) << "the loader hangs";
      ASSERT_NO_FATAL_FAILURE(Step()) << "cycle " << cycle_;
    }
    // Nothing may follow.
    for (int i = 0; i < 20; ++i) ASSERT_NO_FATAL_FAILURE(Step());
  }

  // From the cycle of the first segment to the one of the last, both included.
  uint64_t SegmentCycles() const { return last_segment_ - first_segment_ + 1; }
  uint64_t WordCycles() const { return last_word_ - first_word_ + 1; }
  uint64_t Words() const { return words_; }
  uint64_t StartLatency() const { return first_segment_ - first_start_; }

 private:
  struct Underway {
    uint64_t ready_at;
    size_t segment;
    uint32_t word;
  };

  bool Chance(uint32_t percent) { return rng_() % 100 < percent; }

  bool Finished() const {
    return started_ == plan_.commands.size() && received_ == plan_.segments.size() &&
           released_ == plan_.panels.size();
  }

  void Clock() {
    unit_.clk_i = 0;
    unit_.eval();
    unit_.clk_i = 1;
    unit_.eval();
    ++cycle_;
  }

  uint8_t& Stored(uint32_t bank, uint32_t word, uint32_t nibble) {
    return image_[(bank * S::kDepth + word) * S::kWordCodes + nibble];
  }

  void ExpectRows(const Panel& panel, uint32_t row0, uint32_t rows) {
    const Command& c = plan_.commands[panel.command];
    const uint32_t w = panel.words / c.samples;
    for (uint32_t row = row0; row < row0 + rows; ++row) {
      for (uint32_t s = 0; s < c.samples; ++s) {
        for (uint32_t k = 0; k < c.k; ++k) {
          const uint32_t word = (panel.first_word + s * w + k / S::kWordCodes) % S::kDepth;
          ASSERT_EQ(Stored(row % S::kPanel, word, k % S::kWordCodes), c.Code(s, row, k))
              << "row " << row << " sample " << s << " k " << k << ", word " << word << ", "
              << c.Text();
        }
      }
    }
  }

  void DriveStart() {
    const bool busy = started_ > 0 && received_ < plan_.segments_end[started_ - 1];
    unit_.start_i = 0;
    if (busy) return;
    // Inputs may change as soon as a command is over.
    const bool start = started_ < plan_.commands.size() && !Chance(timing_.start_pause);
    Command c;
    if (start) {
      c = plan_.commands[started_];
    } else {
      c.base = rng_();
      c.across = rng_() % 2 == 0;
      c.k = rng_() % 100 + 1;
    }
    unit_.start_i = start;
    unit_.base_i = c.base;
    unit_.stride_i = c.stride;
    unit_.sample_stride_i = c.sample_stride;
    unit_.samples_i = c.samples;
    unit_.across_i = c.across;
    unit_.rows_i = c.rows;
    unit_.k_i = c.k;
    unit_.repeat_extent_i = c.repeat_extent;
    unit_.repeat_step_i = c.repeat_step;
  }

  void DriveWord() {
    unit_.word_valid_i = 0;
    unit_.word_last_i = rng_() % 2;
    if (underway_.empty() || cycle_ < underway_.front().ready_at || Chance(timing_.word_pause)) {
      return;
    }
    const Segment& segment = plan_.segments[underway_.front().segment];
    const uint32_t first = underway_.front().word * S::kWordBytes;
    unit_.word_valid_i = 1;
    unit_.word_last_i = first + S::kWordBytes >= segment.bytes;
    for (uint32_t i = 0; i < S::kWordBytes; ++i) {
      const bool inside = first + i < segment.bytes;
      const uint8_t byte = inside ? MemoryByte(segment.address + first + i) : rng_() & 0xff;
      SetNibble(unit_.word_data_i, 2 * i, byte & 15);
      SetNibble(unit_.word_data_i, 2 * i + 1, byte >> 4);
    }
  }

  void DriveRelease() {
    unit_.release_i = 0;
    unit_.release_words_i = rng_() % (S::kDepth + 1);
    if (released_ == plan_.panels.size() || Chance(timing_.release_pause)) return;
    const bool complete = loaded_ == plan_.tiles.size() || plan_.tiles[loaded_].panel > released_;
    if (!complete) return;
    const Panel& panel = plan_.panels[released_];
    ASSERT_NO_FATAL_FAILURE(ExpectRows(panel, panel.row0, panel.rows)) << "at the release";
    unit_.release_i = 1;
    unit_.release_words_i = panel.words;
  }

  void TakeSegment() {
    if (!unit_.seg_valid_o) return;
    ASSERT_GT(started_, 0U) << "a segment before the first start";
    ASSERT_LT(asked_, plan_.segments_end[started_ - 1]) << "a segment too many";
    const Segment& segment = plan_.segments[asked_];
    ASSERT_EQ(unit_.seg_addr_o, segment.address) << "segment " << asked_;
    ASSERT_EQ(unit_.seg_last_o + 1U, segment.bytes) << "segment " << asked_;
    // Words of the panels before, and of this one up to this sample.
    const Panel& panel = plan_.panels[segment.panel];
    uint32_t used = panel.words / plan_.commands[panel.command].samples * (segment.sample + 1);
    for (size_t i = released_; i < segment.panel; ++i) used += plan_.panels[i].words;
    ASSERT_LE(used, S::kDepth) << "segment " << asked_ << " has no free words";
    if (!unit_.seg_ready_i) return;
    if (asked_ == 0) first_segment_ = cycle_;
    last_segment_ = cycle_;
    underway_.push_back({cycle_ + timing_.latency, asked_, 0});
    ++asked_;
  }

  void TakeWrite() {
    ASSERT_EQ(unit_.wr_valid_o, unit_.word_valid_i);
    if (!unit_.wr_valid_o) return;
    if (words_++ == 0) first_word_ = cycle_;
    last_word_ = cycle_;
    const uint32_t bank = unit_.wr_bank_o, word = unit_.wr_addr_o;
    ASSERT_LT(bank, S::kPanel);
    ASSERT_LT(word, S::kDepth);
    if (unit_.wr_across_o) {
      ASSERT_EQ(bank % S::kWordCodes, 0U);
    }
    for (uint32_t i = 0; i < S::kWordCodes; ++i) {
      const uint8_t code = GetNibble(unit_.wr_data_o, i);
      if (unit_.wr_across_o) {
        Stored(bank + i, word, unit_.wr_nibble_o) = code;
      } else {
        Stored(bank, word, i) = code;
      }
    }
    ++underway_.front().word;
    if (unit_.word_last_i) {
      underway_.pop_front();
      ++received_;
    }
  }

  void Step() {
    DriveStart();
    DriveWord();
    ASSERT_NO_FATAL_FAILURE(DriveRelease());
    unit_.seg_ready_i = !Chance(timing_.segment_pause);
    unit_.clk_i = 0;
    unit_.eval();

    ASSERT_EQ(unit_.loaded_o, loaded_ % (2 * S::kDepth * (S::kPanel / S::kRows)));
    const bool busy = started_ > 0 && received_ < plan_.segments_end[started_ - 1];
    ASSERT_EQ(unit_.busy_o, busy);
    ASSERT_NO_FATAL_FAILURE(TakeSegment());
    ASSERT_NO_FATAL_FAILURE(TakeWrite());
    if (unit_.start_i) {
      if (started_ == 0) first_start_ = cycle_;
      ++started_;
    }
    if (unit_.release_i) ++released_;
    while (loaded_ < plan_.tiles.size() && plan_.tiles[loaded_].last_segment < received_) {
      const TileRow& tile = plan_.tiles[loaded_];
      ASSERT_NO_FATAL_FAILURE(ExpectRows(plan_.panels[tile.panel], tile.row0, tile.rows))
          << "when tile row " << loaded_ << " is counted";
      ++loaded_;
    }

    unit_.clk_i = 1;
    unit_.eval();
    ++cycle_;
  }

  typename S::Unit unit_;
  const Schedule& plan_;
  const Timing timing_;
  std::mt19937 rng_;
  std::vector<uint8_t> image_;
  std::deque<Underway> underway_;
  size_t started_ = 0;               // commands
  size_t asked_ = 0, received_ = 0;  // segments
  size_t loaded_ = 0;                // tile rows
  size_t released_ = 0;              // panels
  uint64_t cycle_ = 0, words_ = 0;
  uint64_t first_start_ = 0, first_segment_ = 0, last_segment_ = 0, first_word_ = 0, last_word_ = 0;
};

// Near a multiple of the step, or small, or anything.
uint32_t DrawSize(uint32_t step, uint32_t max, std::mt19937& rng) {
  const uint32_t pick = rng() % 3;
  uint32_t size = pick == 0   ? 1 + rng() % 4
                  : pick == 1 ? step * (1 + rng() % 3) - 1 + rng() % 3
                              : 1 + rng() % max;
  return std::clamp(size, 1U, max);
}

template <typename S>
Command DrawCommand(std::mt19937& rng) {
  Command c;
  c.across = rng() % 2 == 0;
  c.samples = rng() % 2 == 0 ? 1 : 1 + rng() % 8;
  // A few words most often, so that panels wrap; sometimes the whole buffer.
  const uint32_t most = S::kDepth / c.samples;
  const uint32_t words = rng() % 4 == 0 ? most : 1 + rng() % std::min(4U, most);
  c.k = DrawSize(S::kWordCodes, words * S::kWordCodes, rng);
  c.rows = DrawSize(rng() % 2 == 0 ? S::kRows : S::kPanel, 3 * S::kPanel + 5, rng);
  if (c.k > 6 * S::kWordCodes) c.rows = std::min(c.rows, 2 * S::kPanel);
  c.stride = (c.across ? c.rows : c.k) / 2 + rng() % 9;
  // The largest stride, where the tensor stays below 2^40.
  if (rng() % 8 == 0 && (c.across ? c.k : c.rows) < 200) c.stride = 0xffffffff - rng() % 16;
  c.sample_stride = rng() % 8 == 0 ? rng() : rng() % 10000;
  c.base = (uint64_t{rng()} << 4 | rng() % 16) & 0xfffffffff;
  c.repeat_step = 1 + rng() % 9;
  c.repeat_extent = rng() % 2 == 0 ? c.repeat_step : 1 + rng() % (3 * c.repeat_step);
  return c;
}

Timing DrawTiming(std::mt19937& rng) {
  const uint32_t pauses[] = {0, 0, 30, 90};
  Timing timing;
  timing.segment_pause = pauses[rng() % 4];
  timing.word_pause = pauses[rng() % 4];
  timing.release_pause = rng() % 4 == 0 ? 99 : pauses[rng() % 4];
  timing.start_pause = pauses[rng() % 4];
  // Longer than the loader counts segments, now and then.
  timing.latency = rng() % 4 == 0 ? 400 : 1 + rng() % 40;
  return timing;
}

template <typename S>
class SUITE : public ::testing::Test {
 protected:
  uint32_t next_word_ = 0;

  Schedule Single(const Command& c) {
    Schedule schedule;
    Append<S>(schedule, c, next_word_);
    return schedule;
  }
};

#ifdef LOADER_NETLIST
using Shapes = ::testing::Types<Shape<Voperand_loader_r4_w64, 4, 16, 64>>;
constexpr uint32_t kSeeds = 4;
#else
using Shapes = ::testing::Types<Shape<Voperand_loader_r16_w128, 16, 32, 128>,
                                Shape<Voperand_loader_r4_w64, 4, 16, 64>,
                                Shape<Voperand_loader_r32_w64, 32, 32, 64>>;
constexpr uint32_t kSeeds = 100;
#endif
TYPED_TEST_SUITE(SUITE, Shapes);

TYPED_TEST(SUITE, FillsTheBufferAsDescribedWhateverTheSizesAndPauses) {
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937 rng(seed);
    Schedule schedule;
    uint32_t next_word = 0;
    for (int i = 0; i < 6; ++i) Append<TypeParam>(schedule, DrawCommand<TypeParam>(rng), next_word);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << " of 1.." << kSeeds
                                      << ", all run by: ctest -R OperandLoader.*Fills");
    Bench<TypeParam> bench(schedule, DrawTiming(rng), seed);
    ASSERT_NO_FATAL_FAILURE(bench.Run());
  }
}

TYPED_TEST(SUITE, LoadsASingleCode) {
  for (const bool across : {false, true}) {
    Command c;
    c.across = across;
    c.base = 0x123457;
    const Schedule schedule = this->Single(c);
    Bench<TypeParam> bench(schedule, Timing(), 1);
    ASSERT_NO_FATAL_FAILURE(bench.Run());
    EXPECT_EQ(bench.StartLatency(), 1U);
    this->next_word_ = 0;
  }
}

// The memory answers after 30 cycles and the consumer frees a panel as soon as it is there.
TYPED_TEST(SUITE, AsksForASegmentEveryCycleAcross) {
  Command c;
  c.across = true;
  c.k = 7 * TypeParam::kWordCodes - 3;
  c.rows = 5 * TypeParam::kPanel;
  // A row of a panel is one word: shapes with wider panels take a word a cycle, not a segment.
  const bool one_word = TypeParam::kPanel == TypeParam::kWordCodes;
  if (!one_word) c.rows = TypeParam::kWordCodes;
  c.repeat_extent = 2;
  c.stride = c.rows / 2;
  const Schedule schedule = this->Single(c);
  Timing timing;
  timing.latency = 30;
  Bench<TypeParam> bench(schedule, timing, 1);
  ASSERT_NO_FATAL_FAILURE(bench.Run());
  EXPECT_EQ(bench.SegmentCycles(), schedule.segments.size());
  EXPECT_EQ(bench.WordCycles(), bench.Words());
}

TYPED_TEST(SUITE, AsksForASegmentEveryCycleAcrossWhenPanelsAreOfOneSegment) {
  Command c;
  c.across = true;
  c.rows = TypeParam::kWordCodes;
  c.repeat_extent = 100;
  c.stride = c.rows / 2;
  const Schedule schedule = this->Single(c);
  Bench<TypeParam> bench(schedule, Timing(), 1);
  ASSERT_NO_FATAL_FAILURE(bench.Run());
  EXPECT_EQ(bench.SegmentCycles(), schedule.segments.size());
}

TYPED_TEST(SUITE, TakesAWordEveryCycleAlong) {
  for (const uint32_t samples : {1U, 2U}) {
    Command c;
    c.k = 5 * TypeParam::kWordCodes;
    c.samples = samples;
    c.rows = 4 * TypeParam::kPanel + 1;
    c.stride = c.k / 2;
    c.sample_stride = c.rows * c.stride;
    c.repeat_extent = 2;
    this->next_word_ = 0;
    const Schedule schedule = this->Single(c);
    Timing timing;
    timing.latency = 30;
    Bench<TypeParam> bench(schedule, timing, 1);
    ASSERT_NO_FATAL_FAILURE(bench.Run());
    EXPECT_EQ(bench.Words(), 2 * c.rows * samples * 5);
    EXPECT_EQ(bench.WordCycles(), bench.Words()) << samples << " samples";
  }
}

}  // namespace
}  // namespace tetralog
