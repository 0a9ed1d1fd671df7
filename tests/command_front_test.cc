// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// command_front.sv in a stand-in for the core: ring entries that come after random latencies, loads
// that take random times, a back end that takes one command at a time, and completions in order.
// Long series of legal commands through rings of several sizes; each of the hazards alone, on both
// sides of its edge; every cause; every rule of the ring, on both sides where it has two.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "Vcommand_front.h"
#include "sim/command_rules.h"
#include "sim/dice.h"
#include "sim/illegal_command.h"

namespace tetralog {
namespace {

// The parameters of the unit in core_tests.cmake.
constexpr MachineShape kShape = {
    .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};
constexpr uint32_t kBeats = kCommandBytes / 8;
using Entry = std::array<uint8_t, kCommandBytes>;

Command LegalCommand(uint32_t tag) {
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

  void Reset() {
    entries_.assign(rings_.size, Entry{});
    unit_ = std::make_unique<Vcommand_front>();
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
      if (early_) {
        ASSERT_EQ(slot_busy_, 0) << "a load before the verdict beside a command in flight";
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
  void Complete() {
    slot_busy_ &= static_cast<uint8_t>(~(1 << (head_ & 1)));
    ++head_;
    due_.pop_front();
  }
  void ExpectCommand() {
    Entry got;
    std::memcpy(got.data(), &unit_->cmd_o[0], got.size());
    ASSERT_EQ(got, commands_[unit_->index_o].Pack());
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

  std::unique_ptr<Vcommand_front> unit_;
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

TEST_F(CommandFrontRtl, RunsAllCommandsInOrderThroughRingsOfAnySize) {
  for (const uint32_t size : {1u, 2u, 4u, 64u}) {
    for (uint64_t seed = 1; seed <= 12; ++seed) {
      SCOPED_TRACE("ring of " + std::to_string(size) + ", seed " + std::to_string(seed));
      dice_ = Dice(seed);
      rings_ = {dice_.Below(1 << 20) * 128, (uint64_t{1} << 39) + dice_.Below(1 << 20) * 256, size};
      stall_ = dice_.Percent(70);
      latency_ = dice_.LogUniform(100);
      load_time_ = dice_.LogUniform(200);
      run_time_ = dice_.LogUniform(300);
      Reset();
      const uint32_t count = 40;
      while (head_ < count) {
        if (tail_ < count && tail_ - head_ < size && dice_.Percent(20)) {
          Command c = LegalCommand(tail_);
          c.seed = dice_.Next();
          c.m = static_cast<uint32_t>(dice_.From(1, 40));
          c.mask_enable = dice_.Percent(30);
          c.c_enable = dice_.Percent(30);
          // One of four places in a random role: some commands meet earlier ones.
          c.d_base = 0x500000 + 0x1000 * dice_.Below(4);
          uint64_t* reads[] = {&c.a_base, &c.b_base, &c.c_base, &c.mask_base};
          if (dice_.Percent(50)) *reads[dice_.Below(4)] = 0x500000 + 0x1000 * dice_.Below(4);
          if (CheckCommand(c, kShape, rings_) != Cause::kNone) c.d_base = 0x600000;
          ASSERT_EQ(CheckCommand(c, kShape, rings_), Cause::kNone);
          Submit(c);
        }
        Cycle();
        ASSERT_FALSE(HasFatalFailure());
        ASSERT_FALSE(unit_->failed_o);
        ASSERT_LT(cycle_, 10'000'000u);
      }
      EXPECT_EQ(fetched_, count);
      EXPECT_EQ(loaded_, count);
      EXPECT_EQ(handed_, count);
      Cycles(50);
      EXPECT_EQ(fetched_, count) << "fetched without a doorbell";
    }
  }
}

TEST_F(CommandFrontRtl, AsksForOperandsThreeCyclesAfterTheDoorbellAndTheRing) {
  Submit(LegalCommand(0));
  // Seen, asked for, a cycle of latency and the beats, the load.
  EXPECT_EQ(Until([&] { return loaded_ == 1; }), 1 + 1 + 1 + static_cast<int>(kBeats) + 1);
  EXPECT_TRUE(early_);
}

TEST_F(CommandFrontRtl, LoadsBeforeTheVerdictOnlyWhenNothingIsInFlight) {
  complete_ = false;
  Submit(LegalCommand(0));
  Until([&] { return loaded_ == 1; });
  EXPECT_TRUE(early_);
  Submit(LegalCommand(1));
  Until([&] { return loaded_ == 2; });
  EXPECT_FALSE(early_);
  EXPECT_EQ(head_, 0u);
}

TEST_F(CommandFrontRtl, LoadsBeforeTheVerdictOnlyWhatSurelyFitsTheBuffers) {
  Command c = LegalCommand(0);
  c.a_format = static_cast<uint8_t>(Format::kLog4);
  c.a_samples = 5;  // 5 * 12 words fit, 8 * 12 would not
  c.k = 12 * 16;
  c.a_stride = 12 * 8;
  c.a_sample_stride = 20 * 12 * 8;
  ASSERT_EQ(CheckCommand(c, kShape, rings_), Cause::kNone);
  Submit(c);
  Until([&] { return handed_ == 1; });
  EXPECT_FALSE(early_);
}

// A command that reads what an earlier one writes, or stays a byte away from it.
class CommandFrontHazardRtl : public CommandFrontRtl {
 protected:
  // Whether the last of the commands waits with its loads for the completion of the first.
  bool Waits(const std::vector<Command>& commands) {
    rings_.size = 4;
    Reset();
    complete_ = false;
    for (const Command& c : commands) Submit(c);
    const uint32_t last = static_cast<uint32_t>(commands.size()) - 1;
    Until([&] { return handed_ == last && fetched_ == last + 1; });
    Cycles(400);
    const bool waits = loaded_ == last;
    // Two commands are in flight behind the front at most.
    EXPECT_EQ(handed_, waits || last == 2 ? last : last + 1);
    if (waits) {
      Complete();
      EXPECT_LE(Until([&] { return loaded_ == last + 1; }), 1);
      Until([&] { return handed_ == last + 1; });
    }
    return waits;
  }
};

TEST_F(CommandFrontHazardRtl, WaitsForAnEarlierCommandThatWritesItsOperandsAndForNoOther) {
  struct Role {
    const char* name;
    uint64_t Command::*base;
    Region (*region)(const Command&);
  };
  for (const Role& role :
       {Role{"A", &Command::a_base, RegionA}, Role{"B", &Command::b_base, RegionB},
        Role{"C", &Command::c_base, RegionC}, Role{"mask", &Command::mask_base, RegionMask}}) {
    for (const uint64_t distance : {1u, 2u}) {
      SCOPED_TRACE(std::string(role.name) + ", distance " + std::to_string(distance));
      std::vector<Command> commands;
      for (uint32_t i = 0; i <= distance; ++i) commands.push_back(LegalCommand(i));
      Command& reader = commands.back();
      reader.c_enable = reader.mask_enable = 1;
      const Region d = RegionD(commands.front());
      const uint64_t extent = role.region(reader).extent();
      const uint64_t align = role.base == &Command::c_base ? 4 : 1;
      back_open_ = true;
      // The middle one leaves the back end, as in the core.
      run_time_ = 10;
      reader.*role.base = d.base + d.extent() - align;
      EXPECT_TRUE(Waits(commands)) << "the last bytes of D";
      reader.*role.base = d.base - extent + align;
      EXPECT_TRUE(Waits(commands)) << "the first bytes of D";
      reader.*role.base = d.base + d.extent();
      EXPECT_FALSE(Waits(commands)) << "behind D";
      reader.*role.base = d.base - extent;
      EXPECT_FALSE(Waits(commands)) << "before D";
    }
  }
}

TEST_F(CommandFrontHazardRtl, WritesOverAnEarlierCommandsOutputOrOperandsDoNotWait) {
  Command first = LegalCommand(0), second = LegalCommand(1);
  second.d_base = first.d_base;
  EXPECT_FALSE(Waits({first, second}));
  second.d_base = first.a_base;
  second.a_base = 0x700000;
  EXPECT_FALSE(Waits({first, second}));
}

TEST_F(CommandFrontHazardRtl, AnOperandThatIsNotEnabledDoesNotWait) {
  Command first = LegalCommand(0), second = LegalCommand(1);
  second.c_base = second.mask_base = first.d_base;
  EXPECT_FALSE(Waits({first, second}));
}

TEST_F(CommandFrontRtl, HandsOverWhenTheBackEndIsFreeAndFetchesTheNextWhenAllIsLoaded) {
  back_open_ = false;
  load_open_ = false;
  Submit(LegalCommand(0));
  Submit(LegalCommand(1));
  Until([&] { return loaded_ == 1; });
  Cycles(300);
  EXPECT_EQ(handed_, 0u);
  back_open_ = true;
  Until([&] { return handed_ == 1; });
  Cycles(300);
  EXPECT_EQ(fetched_, 1u);
  load_open_ = true;
  Until([&] { return fetched_ == 2; });
}

TEST_F(CommandFrontRtl, StopsAtACommandThatIsIllegalWithItsCause) {
  for (int cause = 1; cause <= static_cast<int>(Cause::kOverlap); ++cause) {
    for (uint64_t number = 0; number < 12; ++number) {
      SCOPED_TRACE("cause " + std::to_string(cause) + ", number " + std::to_string(number));
      dice_ = Dice(static_cast<uint64_t>(cause), number);
      stall_ = dice_.Percent(50);
      complete_ = dice_.Percent(50);
      Reset();
      const uint32_t before = static_cast<uint32_t>(dice_.Below(3));
      for (uint32_t i = 0; i < before; ++i) Submit(LegalCommand(i));
      Command legal = LegalCommand(before);
      legal.c_enable = legal.mask_enable = 1;
      Submit(MakeIllegal(legal, static_cast<Cause>(cause), kShape, rings_, dice_));
      Submit(LegalCommand(before + 1));
      Until([&] { return unit_->failed_o; });
      ASSERT_FALSE(HasFailure());
      EXPECT_EQ(unit_->cause_o, cause);
      EXPECT_EQ(unit_->index_o, before);
      Cycles(300);
      EXPECT_TRUE(unit_->failed_o);
      EXPECT_EQ(unit_->cause_o, cause);
      EXPECT_EQ(handed_, before);
      EXPECT_EQ(fetched_, before + 1);
      if (cause <= static_cast<int>(Cause::kIndex)) {
        EXPECT_EQ(loaded_, before) << "loaded for nothing";
      }
    }
  }
}

TEST_F(CommandFrontRtl, StopsAtARingThatIsMisusedBeforeItFetches) {
  const uint64_t end = uint64_t{1} << kShape.axi_addr;
  struct Misuse {
    const char* what;
    Rings rings;
    uint32_t tail;
    bool fails;
  };
  for (const Misuse& misuse :
       {Misuse{"good", {0x1000, 0x8000, 4}, 4, false},
        Misuse{"too many commands", {0x1000, 0x8000, 4}, 5, true},
        Misuse{"many too many", {0x1000, 0x8000, 4}, 0x80000000, true},
        Misuse{"fewer than completed", {0x1000, 0x8000, 4}, ~0u, true},
        Misuse{"no entry", {0x1000, 0x8000, 0}, 1, true},
        Misuse{"three entries", {0x1000, 0x8000, 3}, 1, true},
        Misuse{"49152 entries", {0x1000, 0x8000, 0xc000}, 1, true},
        Misuse{"32768 entries", {0x1000, 0x8000, 0x8000}, 1, false},
        Misuse{"ring off by half", {0x1040, 0x8000, 4}, 1, true},
        Misuse{"ring at 128", {0x1080, 0x8000, 4}, 1, false},
        Misuse{"records off by half", {0x1000, 0x8080, 4}, 1, true},
        Misuse{"records at 256", {0x1000, 0x8100, 4}, 1, false},
        Misuse{"ring up to the end", {end - 512, 0x8000, 4}, 1, false},
        Misuse{"ring beyond the end", {end - 384, 0x8000, 4}, 1, true},
        Misuse{"ring far beyond", {end << 8, 0x8000, 4}, 1, true},
        Misuse{"ring over 2^64", {~uint64_t{0} - 127, 0x8000, 4}, 1, true},
        Misuse{"records up to the end", {0x1000, end - 1024, 4}, 1, false},
        Misuse{"records beyond the end", {0x1000, end - 768, 4}, 1, true},
        Misuse{"records over 2^64", {0x1000, ~uint64_t{0} - 255, 4}, 1, true}}) {
    SCOPED_TRACE(misuse.what);
    rings_ = misuse.rings;
    rings_.size = 4;
    Reset();
    Submit(LegalCommand(0));
    rings_.size = misuse.rings.size;
    unit_->enable_i = 0;
    tail_ = misuse.tail;
    Cycles(20);
    EXPECT_FALSE(unit_->failed_o) << "failed while disabled";
    tail_ = 0;
    unit_->enable_i = 1;
    Cycles(20);
    EXPECT_FALSE(unit_->failed_o) << "failed without a doorbell";
    tail_ = misuse.tail;
    if (misuse.fails) {
      Cycles(3);
      EXPECT_TRUE(unit_->failed_o);
      EXPECT_EQ(unit_->cause_o, static_cast<uint8_t>(Cause::kRing));
      EXPECT_EQ(unit_->index_o, 0u);
      Cycles(100);
      EXPECT_EQ(fetched_, 0u);
      EXPECT_TRUE(unit_->failed_o);
    } else {
      Until([&] { return unit_->req_valid_o; }, 10);
      EXPECT_FALSE(unit_->failed_o);
    }
  }
}

TEST_F(CommandFrontRtl, FindsAnOverrunWhileCommandsAreInFlight) {
  complete_ = false;
  for (uint32_t i = 0; i < 2; ++i) Submit(LegalCommand(i));
  Until([&] { return handed_ == 2; });
  Until([&] { return !loading_; });
  tail_ = 5;  // a ring of 4, none of them completed
  Cycles(5);
  EXPECT_TRUE(unit_->failed_o);
  EXPECT_EQ(unit_->cause_o, static_cast<uint8_t>(Cause::kRing));
  EXPECT_EQ(unit_->index_o, 2u);
}

TEST_F(CommandFrontRtl, FetchesNothingWhileHaltedOrDisabledAndEndsWhatIsFetched) {
  for (const bool halt : {true, false}) {
    Reset();
    const auto stop = [&](bool stopped) {
      if (halt) {
        unit_->halt_i = stopped;
      } else {
        unit_->enable_i = !stopped;
      }
    };
    stop(true);
    Submit(LegalCommand(0));
    Submit(LegalCommand(1));
    Cycles(100);
    EXPECT_EQ(fetched_, 0u);
    stop(false);
    Until([&] { return fetched_ == 1; });
    stop(true);
    Until([&] { return head_ == 1; });
    Cycles(200);
    EXPECT_EQ(fetched_, 1u);
    stop(false);
    Until([&] { return head_ == 2; });
  }
}

}  // namespace
}  // namespace tetralog
