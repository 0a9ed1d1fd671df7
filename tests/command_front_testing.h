// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// command_front.sv in a stand-in for the core: ring entries that come after random latencies, loads
// that take random times, a back end that takes one command at a time, and completions in order.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "Vcommand_front.h"
#include "sim/command_rules.h"
#include "sim/dice.h"
#include "tests/kept_command.h"

namespace tetralog {

// The parameters of the unit in core_tests.cmake.
inline constexpr MachineShape kShape = {
    .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};
inline constexpr uint32_t kBeats = kCommandBytes / 8;
using Entry = std::array<uint8_t, kCommandBytes>;

inline Command LegalCommand(uint32_t tag) {
  Command c;
  c.op = static_cast<uint8_t>(Operation::kGemm);
  c.samples = c.a_samples = 1;
  c.m = c.n = 20;
  c.k = 30;
  c.block = 2;
  c.scale_mul = 1;
  c.a_base = 0x100000;
  c.b_base = 0x200000;
  c.c_base = 0x300000;
  c.mask_base = 0x400000;
  c.d_base = 0x500000 + uint64_t{0x1000} * tag;
  c.a_stride = 15;
  c.b_stride = c.mask_stride = 10;
  c.c_row_stride = 80;
  c.c_col_stride = 4;
  c.d_format = static_cast<uint8_t>(Format::kInt32);
  c.d_stride = 80;
  c.tag = tag;
  return c;
}

class CommandFrontRtl : public testing::Test {
 protected:
  CommandFrontRtl() { Reset(); }

  // A hard reset, and nothing in flight; in the middle of anything.
  void Reset() {
    entries_.assign(rings_.size, Entry{});
    beats_.clear();
    due_.clear();
    load_left_ = back_left_ = 0;
    slot_busy_ = 0;
    head_ = tail_ = 0;
    fetched_ = requested_ = loaded_ = handed_ = 0;
    loading_ = false;
    commands_.clear();
    unit_->rst_ni = 0;
    unit_->enable_i = 1;
    Drive();
    for (int i = 0; i < 3; ++i) Edge();
    unit_->rst_ni = 1;
    Drive();
  }

  // Writes a command into its entry and rings the doorbell.
  void Submit(const Command& command) {
    entries_[tail_ % entries_.size()] = command.Pack();
    commands_.push_back(command);
    ++tail_;
  }

  void Drive() {
    Vcommand_front& u = *unit_;
    u.ring_base_i = rings_.ring_base;
    u.record_base_i = rings_.record_base;
    u.ring_size_i = static_cast<uint16_t>(rings_.size);
    u.tail_i = tail_;
    u.head_i = head_;
    u.req_ready_i = !stall_ || dice_.Percent(60);
    u.beat_valid_i = !beats_.empty() && beats_.front().cycle <= cycle_;
    u.beat_data_i = beats_.empty() ? 0 : beats_.front().data;
    u.slot_busy_i = slot_busy_;
    const auto pack = [](auto& port, uint64_t low, uint64_t high) {  // two of 40 bits
      port[0] = static_cast<uint32_t>(low);
      port[1] = static_cast<uint32_t>(low >> 32) | static_cast<uint32_t>(high << 8);
      port[2] = static_cast<uint32_t>(high >> 24);
    };
    pack(u.slot_first_i, first_[0], first_[1]);
    pack(u.slot_last_i, last_[0], last_[1]);
    u.load_busy_i = loading_;
    u.back_ready_i = back_open_ && back_left_ == 0 && (slot_busy_ >> (handed_ & 1) & 1) == 0 &&
                     (!stall_ || dice_.Percent(50));
    u.eval();
  }
  void Edge() {
    unit_->clk_i = 1;
    unit_->eval();
    unit_->clk_i = 0;
    unit_->eval();
    ++cycle_;
  }

  // One cycle of everything, with the checks that hold in any.
  void Cycle() {
    Drive();
    Vcommand_front& u = *unit_;
    const bool load = u.load_start_o, hand = u.back_valid_o && u.back_ready_i;
    const bool request = u.req_valid_o && u.req_ready_i, beat = u.beat_valid_i && u.beat_ready_o;
    if (u.fetched_o) {
      ASSERT_EQ(handed_, fetched_) << "a fetch before the command in front is handed over";
      ASSERT_FALSE(loading_) << "a fetch before the operands are loaded";
      ++fetched_;
    }
    if (request) {
      ASSERT_EQ(fetched_, requested_ + 1);
      ASSERT_EQ(u.req_addr_o, rings_.ring_base + requested_ % entries_.size() * kCommandBytes);
      ASSERT_EQ(u.req_len_o, kBeats - 1);
      uint64_t when = cycle_ + 1 + dice_.Below(latency_);
      for (uint32_t i = 0; i < kBeats; ++i) {
        uint64_t data = 0;
        std::memcpy(&data, &entries_[requested_ % entries_.size()][8 * i], 8);
        when += stall_ ? dice_.Below(3) : 1;
        beats_.push_back({when, data});
      }
      ++requested_;
    }
    if (load) {
      ASSERT_FALSE(loading_);
      ASSERT_EQ(loaded_ + 1, fetched_) << "two loads of a command";
      ExpectCommand();
      early_ = u.checking_o;
      const Command& c = commands_[loaded_];
      for (uint32_t i = head_; i < handed_; ++i) {
        const Region d = RegionD(commands_[i]);
        ASSERT_FALSE(RegionA(c).Meets(d) || RegionB(c).Meets(d)) << "a load of what is written";
      }
      ++loaded_;
    } else if (loading_) {
      ExpectCommand();  // stays
    }
    if (hand) {
      ASSERT_EQ(handed_ + 1, loaded_) << "handed over without a load";
      ASSERT_FALSE(u.checking_o) << "handed over without a verdict";
      const Command& c = commands_[handed_];
      ASSERT_EQ(CheckCommand(c, kShape, rings_), Cause::kNone) << "an illegal command";
      ExpectCommand();
      ASSERT_EQ(u.d_first_o, RegionD(c).base);
      ASSERT_EQ(u.d_last_o, static_cast<uint64_t>(RegionD(c).last()));
      ASSERT_EQ(u.panel_words_o, c.a_samples * ((c.k + kShape.word_codes() - 1) / 16));
      for (uint32_t i = head_; i < handed_; ++i)
        ASSERT_FALSE(ReadsWhatIsWritten(c, commands_[i])) << "a hazard";
    }
    const uint64_t d_first = u.d_first_o, d_last = u.d_last_o;
    BeforeEdge();
    Edge();

    if (beat) beats_.pop_front();
    if (loading_ && load_open_ && --load_left_ == 0) loading_ = false;
    if (load) {
      loading_ = true;
      load_left_ = 1 + dice_.Below(load_time_);
    }
    if (back_left_ != 0) --back_left_;
    if (hand) {
      slot_busy_ |= 1 << (handed_ & 1);
      first_[handed_ & 1] = d_first;
      last_[handed_ & 1] = d_last;
      back_left_ = 1 + dice_.Below(run_time_);
      due_.push_back(cycle_ + back_left_ + dice_.Below(2 * run_time_));
      ++handed_;
    }
    if (complete_ && !due_.empty() && due_.front() <= cycle_) Complete();
  }
  virtual void BeforeEdge() {}  // of a cycle whose inputs and outputs are settled
  void Complete() {
    slot_busy_ &= static_cast<uint8_t>(~(1 << (head_ & 1)));
    ++head_;
    due_.pop_front();
  }
  void ExpectCommand() {
    Entry got;
    std::memcpy(got.data(), &unit_->cmd_o[0], got.size());
    ASSERT_EQ(got, KeptCommand(commands_[unit_->index_o], kShape.axi_addr).Pack());
    ASSERT_EQ(unit_->index_o, fetched_ - 1);
  }
  static bool ReadsWhatIsWritten(const Command& reader, const Command& writer) {
    const Region d = RegionD(writer);
    return RegionA(reader).Meets(d) || RegionB(reader).Meets(d) ||
           (reader.c_enable && RegionC(reader).Meets(d)) ||
           (reader.mask_enable && RegionMask(reader).Meets(d));
  }
  // Cycles until it holds; fails after many.
  int Until(const std::function<bool()>& holds, int limit = 3000) {
    int cycles = 0;
    for (; !holds() && !HasFatalFailure(); ++cycles) {
      if (cycles > limit) {
        ADD_FAILURE() << "nothing happens; fetched " << fetched_ << ", handed over " << handed_;
        break;
      }
      Cycle();
    }
    return cycles;
  }
  void Cycles(int count) {
    for (int i = 0; i < count && !HasFatalFailure(); ++i) Cycle();
  }

  struct Beat {
    uint64_t cycle, data;
  };
  Dice dice_{1};
  Rings rings_ = {.ring_base = 0x1000, .record_base = 0x8000, .size = 4};
  bool stall_ = false;     // at random
  bool complete_ = true;   // commands that run end
  bool back_open_ = true;  // the back end takes commands
  bool load_open_ = true;  // loads go on
  uint64_t latency_ = 1, load_time_ = 20, run_time_ = 50;

  const std::unique_ptr<Vcommand_front> unit_ = std::make_unique<Vcommand_front>();
  std::vector<Entry> entries_;
  std::vector<Command> commands_;
  std::deque<Beat> beats_;
  std::deque<uint64_t> due_;  // completions
  uint64_t cycle_ = 0, load_left_ = 0, back_left_ = 0;
  bool loading_ = false, early_ = false;
  uint8_t slot_busy_ = 0;
  std::array<uint64_t, 2> first_{}, last_{};
  uint32_t head_ = 0, tail_ = 0, fetched_ = 0, requested_ = 0, loaded_ = 0, handed_ = 0;
};

}  // namespace tetralog
