// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Bench of result_writer.sv: plays the engine (beats of random outputs, statistics), the source of
// commands and the memory, and knows from the specification of tensors and records what every byte
// of memory must be and which bytes may be written.
#ifndef TETRALOG_TESTS_RESULT_WRITER_TESTING_H_
#define TETRALOG_TESTS_RESULT_WRITER_TESTING_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "tests/tile_order.h"
#include "tests/write_slave.h"

namespace tetralog {

struct ResultCommand {
  bool int32 = true;
  bool transposed = false;
  int m = 1, n = 1, samples = 1;
  int block_cols = 0;          // rounded up to whole panels
  uint32_t d_base = 0;         // offset in the memory
  uint32_t stride = 0;         // bytes
  uint32_t sample_stride = 0;  // bytes
  uint32_t record = 0;         // offset in the memory, a multiple of 256

  int lines() const { return transposed ? n : m; }
  int length() const { return transposed ? m : n; }  // elements of a line
  uint32_t line_bytes() const { return int32 ? 4 * length() : (length() + 1) / 2; }
};

template <typename Unit, int kRows, int kCols, int kLanes, int kAxi>
class ResultBench {
 public:
  static constexpr int kRowsOfTile = kRows, kColsOfTile = kCols, kWordBytes = kAxi / 8;
  static constexpr int kElements = kAxi / 32;
  static constexpr TileGrid kGrid = {kRows, kCols, kAxi / 4};
  static constexpr int kBanks = kLanes > kElements ? kLanes : kElements;

  explicit ResultBench(uint64_t seed) : random_(seed), slave_(kWordBytes) {
    for (uint8_t& byte : slave_.memory()) byte = static_cast<uint8_t>(random_());
    expected_ = slave_.memory();
    writes_.resize(kMemoryBytes);
    now_ = random_() >> 17;
    ResetUnit();
  }

  std::mt19937_64& random() { return random_; }
  WriteSlave& slave() { return slave_; }
  Unit& unit() { return unit_; }
  int done() const { return done_; }
  uint64_t cycle() const { return cycle_; }
  void set_engine_stalls(int percent) { engine_stalls_ = percent; }
  void set_halt(bool halt) { halt_ = halt; }
  // Cycle of the engine's last beat so far.
  uint64_t last_engine_beat() const { return last_engine_beat_; }

  // A command anywhere in [begin, end) of the memory, as large as there is room.
  ResultCommand RandomCommand(uint32_t begin, uint32_t end, uint32_t record) {
    ResultCommand command;
    command.record = record;
    command.int32 = Chance(40);
    command.transposed = Chance(50);
    command.samples = command.int32 ? 1 : 1 + static_cast<int>(random_() % 8);
    command.block_cols = kCols * (1 + static_cast<int>(random_() % 3));
    for (;;) {
      command.m = 1 + static_cast<int>(random_() % (Chance(30) ? 3 : 3 * kRows + 1));
      command.n = 1 + static_cast<int>(random_() % (Chance(30) ? 3 : 5 * kCols + 1));
      const uint32_t step = command.int32 ? 4 : 1;
      command.d_base = begin + step * (random_() % 80);
      command.stride = command.line_bytes() + step * (random_() % (Chance(50) ? 1 : 90));
      const uint32_t extent = (command.lines() - 1) * command.stride + command.line_bytes();
      command.sample_stride = extent + random_() % 40;
      if (Chance(20)) command.sample_stride = (command.sample_stride + 15) / 16 * 16;
      if (command.d_base + command.samples * command.sample_stride < end) return command;
    }
  }

  // Adds a command with random outputs and statistics, and writes down what memory must become.
  void Add(const ResultCommand& command) {
    Job job;
    job.command = command;
    job.index = static_cast<uint32_t>(random_());
    job.tag = static_cast<uint32_t>(random_());
    std::vector<uint32_t> z(command.m * command.n * command.samples);
    for (uint32_t& value : z) value = static_cast<uint32_t>(random_());
    auto at = [&](int r, int c, int s) { return z[(r * command.n + c) * command.samples + s]; };
    ExpectTensor(command, at);
    for (int i = 0; i < kStatWords; ++i) {
      // Counts, from the seventh word on, have 48 bits.
      const bool high_count = i >= 7 && i % 2 == 1;
      job.stats.push_back(static_cast<uint32_t>(random_()) & (high_count ? 0xffff : ~0U));
    }
    job.command.block_cols = static_cast<int>(kGrid.Block(command.block_cols));
    for (const TilePlace& t : TileOrder(kGrid, command.m, command.n, job.command.block_cols))
      AddTile(command, static_cast<int>(t.m0), static_cast<int>(t.n0), at, job);
    jobs_.push_back(job);
  }

  // Runs until all commands are done; at most so many cycles.
  void Run(uint64_t limit = 200000) {
    for (uint64_t i = 0; i < limit && !jobs_.empty(); ++i) {
      Cycle();
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_TRUE(jobs_.empty()) << "the writer hangs";
    Cycle();
    EXPECT_FALSE(unit_.busy_o);
    ExpectMemory();
  }

  void ExpectMemory() {
    for (uint64_t i = 0; i < kMemoryBytes; ++i) {
      ASSERT_EQ(slave_.writes()[i], writes_[i]) << "writes of byte " << std::hex << i;
      ASSERT_EQ(int{slave_.memory()[i]}, int{expected_[i]}) << "byte " << std::hex << i;
    }
  }

  void Cycle() {
    unit_.now_i = now_;
    unit_.halt_i = halt_;
    DriveCommand();
    DriveEngine();
    slave_.Drive(unit_, cycle_, random_);
    unit_.clk_i = 0;
    unit_.eval();
    // All that is open belongs to D or to the record of one command.
    const bool opens = unit_.m_axi_awvalid_o && unit_.m_axi_awready_i;
    const size_t open = slave_.open().size();
    const bool answered = unit_.m_axi_bvalid_i;
    EXPECT_EQ(int{unit_.write_bytes_o}, slave_.Take(unit_, cycle_, random_));
    if (answered) answered_ = now_;
    if (opens) ExpectOrder(open - (answered ? 1 : 0));
    TakeCommand();
    TakeEngine();
    TakeDone();
    unit_.clk_i = 1;
    unit_.eval();
    now_ = (now_ + 1) & 0xffffffffffff;
    // After an answer a command may end: at times with the lower half of the clock full.
    if (answered && random_() % 4 == 0) {
      now_ |= 0xffffff;
      answered_ = now_ - 1;
    }
    ++cycle_;
  }

  // Resets the unit and forgets all commands, what memory should hold included.
  void ResetUnit() {
    jobs_.clear();
    issued_ = in_record_ = offering_ = false;
    done_ = 0;
    slave_.Reset();
    unit_.rst_ni = 0;
    unit_.cmd_valid_i = unit_.d_valid_i = unit_.stats_valid_i = unit_.halt_i = 0;
    unit_.m_axi_bvalid_i = 0;
    for (int clk : {0, 1, 0}) {
      unit_.clk_i = clk;
      unit_.eval();
    }
    unit_.rst_ni = 1;
    unit_.eval();
    expected_ = slave_.memory();
    std::fill(writes_.begin(), writes_.end(), 0);
    std::fill(slave_.writes().begin(), slave_.writes().end(), 0);
  }

 private:
  static constexpr int kStatWords = 1 + 2 + 3 + 2 + 16 + 16;
  struct Beat {
    std::vector<uint32_t> lanes;
    int sample;
  };
  struct Job {
    ResultCommand command;
    uint32_t index = 0, tag = 0;
    uint64_t start = 0;
    std::vector<uint32_t> stats;  // max, sum, squares, wraps, zeros, clipped
    std::deque<Beat> beats;
    bool stats_taken = false;
  };

  bool Chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  void ExpectByte(uint64_t addr, uint8_t value) {
    expected_.at(addr) = value;
    writes_.at(addr) = 1;
  }
  void ExpectWord(uint64_t addr, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) ExpectByte(addr + i, static_cast<uint8_t>(value >> (8 * i)));
  }

  // The tensor of the specification: line l holds row l, or column l of a transposed D.
  template <typename At>
  void ExpectTensor(const ResultCommand& command, const At& at) {
    for (int s = 0; s < command.samples; ++s) {
      for (int line = 0; line < command.lines(); ++line) {
        const uint64_t addr =
            command.d_base + uint64_t{command.stride} * line + uint64_t{command.sample_stride} * s;
        auto element = [&](int i) {
          if (i >= command.length()) return uint32_t{0};
          return command.transposed ? at(i, line, s) : at(line, i, s);
        };
        if (command.int32) {
          for (int i = 0; i < command.length(); ++i) ExpectWord(addr + 4 * i, element(i), 4);
        } else {
          for (int i = 0; i < command.length(); i += 2) {
            ExpectByte(addr + i / 2, (element(i) & 15) | (element(i + 1) & 15) << 4);
          }
        }
      }
    }
  }

  template <typename At>
  void AddTile(const ResultCommand& command, int r0, int c0, const At& at, Job& job) {
    for (int r = r0; r < std::min(command.m, r0 + kRows); ++r) {
      for (int c = c0; c < std::min(command.n, c0 + kCols); c += kLanes) {
        for (int s = 0; s < command.samples; ++s) {
          // What is not an output is anything.
          Beat beat{std::vector<uint32_t>(kLanes), s};
          for (uint32_t& word : beat.lanes) word = static_cast<uint32_t>(random_());
          for (int i = 0; i < kLanes && c + i < command.n; ++i) {
            if (command.int32) {
              beat.lanes[i] = at(r, c + i, s);
            } else {
              uint32_t& word = beat.lanes[i / 8];
              word = (word & ~(15U << (4 * (i % 8)))) | (at(r, c + i, s) & 15) << (4 * (i % 8));
            }
          }
          job.beats.push_back(beat);
        }
      }
    }
  }

  void ExpectRecord(const Job& job) {
    const uint32_t addr = job.command.record;
    const std::vector<uint32_t>& stats = job.stats;
    ExpectWord(addr, 1, 4);
    ExpectWord(addr + 4, job.index, 4);
    // The last acknowledgement is seen a cycle after it came.
    ExpectWord(addr + 8, (answered_ + 1 - job.start) & 0xffffffffffff, 8);
    ExpectWord(addr + 16, stats[1], 4);
    ExpectWord(addr + 20, stats[2], 4);
    ExpectWord(addr + 24, stats[0], 4);
    ExpectWord(addr + 28, job.tag, 4);
    for (int i = 0; i < 3; ++i) ExpectWord(addr + 32 + 4 * i, stats[3 + i], 4);
    ExpectWord(addr + 44, 0, 4);
    ExpectWord(addr + 48, stats[6], 4);
    ExpectWord(addr + 52, stats[7], 4);
    ExpectWord(addr + 56, 0, 8);
    for (int s = 0; s < job.command.samples; ++s) {
      for (int i = 0; i < 2; ++i) {
        ExpectWord(addr + 64 + 16 * s + 4 * i, stats[8 + 2 * s + i], 4);
        ExpectWord(addr + 72 + 16 * s + 4 * i, stats[24 + 2 * s + i], 4);
      }
    }
  }

  void ExpectOrder(size_t open_before) {
    ASSERT_TRUE(issued_) << "a burst without a command";
    const ResultCommand& command = jobs_.front().command;
    const uint64_t addr = slave_.open().back().addr - kMemoryBase;
    const bool record = addr >= command.record && addr < command.record + 256;
    if (record && !in_record_) {
      EXPECT_EQ(open_before, 0U) << "a record before all of D is acknowledged";
      ExpectRecord(jobs_.front());
      in_record_ = true;
    }
    EXPECT_EQ(record, in_record_) << "D after its record";
  }

  // Inputs without a valid are anything.
  void DriveCommand() {
    // The next command may be offered long before it is taken.
    const size_t next = issued_ ? 1 : 0;
    const bool offer = jobs_.size() > next && (unit_.cmd_valid_i || Chance(issued_ ? 2 : 70));
    unit_.cmd_valid_i = offer;
    if (!jobs_.empty()) {  // the place of the record in a ring of any size
      const Job& job = jobs_.front();
      const uint32_t size = uint32_t{1} << job.index % 16;
      unit_.ring_size_i = static_cast<uint16_t>(size);
      const uint64_t place = job.index & (size - 1);
      unit_.record_base_i = (kMemoryBase + job.command.record - place * 256) & 0xffffffffff;
    }
    if (offer) {
      Job& job = jobs_[next];
      if (job.start == 0) job.start = (now_ - random_() % 100000) & 0xffffffffffff;
      const ResultCommand& command = job.command;
      unit_.cmd_d_base_i = kMemoryBase + command.d_base;
      unit_.cmd_d_stride_i = command.stride;
      unit_.cmd_d_sample_stride_i = command.sample_stride;
      unit_.cmd_d_int32_i = command.int32;
      unit_.cmd_d_transposed_i = command.transposed;
      unit_.cmd_samples_i = command.samples;
      unit_.cmd_m_i = command.m;
      unit_.cmd_n_i = command.n;
      unit_.cmd_block_cols_i = command.block_cols;
      unit_.cmd_index_i = job.index;
      unit_.cmd_tag_i = job.tag;
      unit_.cmd_start_i = job.start;
    } else {
      unit_.cmd_d_base_i = random_() & 0xffffffffff;
      unit_.cmd_d_stride_i = static_cast<uint32_t>(random_());
      unit_.cmd_d_sample_stride_i = static_cast<uint32_t>(random_());
      unit_.cmd_d_int32_i = random_() & 1;
      unit_.cmd_d_transposed_i = random_() & 1;
      unit_.cmd_samples_i = random_() & 15;
      unit_.cmd_m_i = random_() & 0xffffff;
      unit_.cmd_n_i = random_() & 0xffffff;
      unit_.cmd_block_cols_i = random_() & 0xffffff;
      unit_.cmd_index_i = unit_.cmd_tag_i = static_cast<uint32_t>(random_());
      unit_.cmd_start_i = random_() >> 16;
    }
  }
  void TakeCommand() {
    if (unit_.cmd_valid_i && unit_.cmd_ready_o) {
      issued_ = true;
      in_record_ = false;
    }
  }

  void DriveEngine() {
    // The engine may be ahead of the command that the writer works on, but not of its statistics.
    const bool offer =
        !jobs_.empty() && !jobs_.front().beats.empty() && (offering_ || !Chance(engine_stalls_));
    if (offer && !offering_) {
      for (int i = 0; i < kLanes; ++i) {
        SetPortWord(unit_.d_data_i, i, jobs_.front().beats.front().lanes[i]);
      }
      unit_.d_sample_i = jobs_.front().beats.front().sample;
    }
    unit_.d_valid_i = offering_ = offer;
    const bool stats = !jobs_.empty() && jobs_.front().beats.empty() && !jobs_.front().stats_taken;
    // A stalled engine gives its statistics now and then later than the memory answers.
    unit_.stats_valid_i = stats && (unit_.stats_valid_i || engine_stalls_ == 0 || Chance(3));
    auto word = [&](int i) {
      return unit_.stats_valid_i ? jobs_.front().stats[i] : static_cast<uint32_t>(random_());
    };
    unit_.stats_max_abs_i = word(0);
    SetPortWord(unit_.stats_sum_abs_i, 0, word(1));
    SetPortWord(unit_.stats_sum_abs_i, 1, word(2));
    for (int i = 0; i < 3; ++i) SetPortWord(unit_.stats_sum_squares_i, i, word(3 + i));
    for (int i = 0; i < 2; ++i) SetPortWord(unit_.stats_wraps_i, i, word(6 + i));
    for (int i = 0; i < 16; ++i) SetPortWord(unit_.stats_zeros_i, i, word(8 + i));
    for (int i = 0; i < 16; ++i) SetPortWord(unit_.stats_clipped_i, i, word(24 + i));
  }
  void TakeEngine() {
    if (unit_.d_valid_i && unit_.d_ready_o) {
      EXPECT_TRUE(issued_) << "a beat taken before its command";
      jobs_.front().beats.pop_front();
      if (jobs_.front().beats.empty()) last_engine_beat_ = cycle_;
      offering_ = false;
    }
    if (unit_.stats_ready_o) {
      EXPECT_TRUE(unit_.stats_valid_i) << "statistics taken that are not there";
      if (!jobs_.empty()) jobs_.front().stats_taken = true;
    }
  }
  void TakeDone() {
    // done_o comes the cycle after the record's last acknowledgement.
    if (unit_.done_o) {
      ASSERT_FALSE(jobs_.empty());
      EXPECT_TRUE(in_record_ && slave_.idle() && jobs_.front().stats_taken) << "done too early";
      EXPECT_EQ(answered_ + 1, now_);
      jobs_.pop_front();
      issued_ = false;
      ++done_;
    }
  }

  std::mt19937_64 random_;
  WriteSlave slave_;
  Unit unit_;
  std::vector<uint8_t> expected_;
  std::vector<int> writes_;
  std::deque<Job> jobs_;
  bool issued_ = false, in_record_ = false, halt_ = false, offering_ = false;
  int engine_stalls_ = 0, done_ = 0;
  uint64_t cycle_ = 0, now_ = 0, answered_ = 0, last_engine_beat_ = 0;
};

}  // namespace tetralog

#endif  // TETRALOG_TESTS_RESULT_WRITER_TESTING_H_
