// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// command_front.sv in a stand-in for the core: ring entries that come after random latencies, loads
// that take random times, a back end that takes one command at a time, and completions in order.
// Long series of legal commands through rings of several sizes; each of the hazards alone, on both
// sides of its edge; every cause; every bit of a command; every rule of the ring, on both sides
// where it has two.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/command_rules.h"
#include "sim/dice.h"
#include "sim/illegal_command.h"
#include "tests/command_front_testing.h"

namespace tetralog {
namespace {
TEST_F(CommandFrontRtl, RunsAllCommandsInOrderThroughRingsOfAnySize) {
  for (const uint32_t size : {1u, 2u, 4u, 64u}) {
    for (uint64_t seed = 1; seed <= 12; ++seed) {
      SCOPED_TRACE("ring of " + std::to_string(size) + ", seed " + std::to_string(seed));
      dice_ = Dice(seed);
      rings_ = {dice_.Below(1 << 20) * 128, (uint64_t{1} << 39) + dice_.Below(1 << 20) * 256, size};
      // Half of the rings cross a multiple of 2^23 bytes, or end there.
      if (dice_.Percent(50)) rings_.ring_base = (1 << 23) - 128 * dice_.From(1, size);
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

TEST_F(CommandFrontRtl, AsksForOperandsFourCyclesAfterTheDoorbellAndTheRing) {
  Submit(LegalCommand(0));
  // Seen, asked for, a cycle of latency and the beats, a look at the fields, the load.
  EXPECT_EQ(Until([&] { return loaded_ == 1; }), 1 + 1 + 1 + static_cast<int>(kBeats) + 1 + 1);
  EXPECT_TRUE(early_);
}

TEST_F(CommandFrontRtl, LoadsBeforeTheVerdictAtOnceOnlyWhenNothingIsInFlight) {
  complete_ = false;
  Submit(LegalCommand(0));
  Until([&] { return loaded_ == 1; });
  EXPECT_TRUE(early_);
  Submit(LegalCommand(1));
  Until([&] { return fetched_ == 2; });
  // The ranges of D, A and B, known from then on.
  EXPECT_EQ(Until([&] { return loaded_ == 2; }), 1 + static_cast<int>(kBeats) + 1 + 38);
  EXPECT_TRUE(early_);
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
  // What the last of the commands waits with for the completion of the first.
  enum class Wait { kNothing, kHandOver, kLoads };
  Wait Waits(const std::vector<Command>& commands) {
    rings_.size = 4;
    Reset();
    complete_ = false;
    for (const Command& c : commands) Submit(c);
    const uint32_t last = static_cast<uint32_t>(commands.size()) - 1;
    Until([&] { return handed_ == last && fetched_ == last + 1; });
    Cycles(400);
    // Two commands are in flight behind the front at most: the third waits in any case.
    const Wait wait = loaded_ == last               ? Wait::kLoads
                      : handed_ == last && last < 2 ? Wait::kHandOver
                                                    : Wait::kNothing;
    if (wait != Wait::kNothing) {
      Complete();
      uint32_t& count = wait == Wait::kLoads ? loaded_ : handed_;
      EXPECT_LE(Until([&] { return count == last + 1; }), 1);
      Until([&] { return handed_ == last + 1; });
    }
    return wait;
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
      const bool operand = role.base == &Command::a_base || role.base == &Command::b_base;
      const Wait expected = operand         ? Wait::kLoads
                            : distance == 1 ? Wait::kHandOver
                                            : Wait::kNothing;
      back_open_ = true;
      // The middle one leaves the back end, as in the core.
      run_time_ = 10;
      reader.*role.base = d.base + d.extent() - align;
      EXPECT_EQ(Waits(commands), expected) << "the last bytes of D";
      reader.*role.base = d.base - extent + align;
      EXPECT_EQ(Waits(commands), expected) << "the first bytes of D";
      reader.*role.base = d.base + d.extent();
      EXPECT_EQ(Waits(commands), Wait::kNothing) << "behind D";
      reader.*role.base = d.base - extent;
      EXPECT_EQ(Waits(commands), Wait::kNothing) << "before D";
    }
  }
}

TEST_F(CommandFrontHazardRtl, WritesOverAnEarlierCommandsOutputOrOperandsDoNotWait) {
  Command first = LegalCommand(0), second = LegalCommand(1);
  second.d_base = first.d_base;
  EXPECT_EQ(Waits({first, second}), Wait::kNothing);
  second.d_base = first.a_base;
  second.a_base = 0x700000;
  EXPECT_EQ(Waits({first, second}), Wait::kNothing);
}

TEST_F(CommandFrontHazardRtl, AnOperandThatIsNotEnabledDoesNotWait) {
  Command first = LegalCommand(0), second = LegalCommand(1);
  second.c_base = second.mask_base = first.d_base;
  EXPECT_EQ(Waits({first, second}), Wait::kNothing);
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

TEST_F(CommandFrontRtl, LooksAtEveryBitOfACommand) {
  for (uint32_t bit = 0; bit < 8 * kCommandBytes && !HasFailure(); ++bit) {
    SCOPED_TRACE("bit " + std::to_string(bit));
    Reset();
    Command legal = LegalCommand(0);
    legal.c_enable = legal.mask_enable = 1;
    Entry bytes = legal.Pack();
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const Command flipped = Command::Unpack(bytes);
    ASSERT_EQ(flipped.Pack(), bytes);
    const Cause cause = CheckCommand(flipped, kShape, rings_);
    Submit(flipped);
    Until([&] { return unit_->failed_o || handed_ == 1; });
    EXPECT_EQ(unit_->failed_o, cause != Cause::kNone);
    if (unit_->failed_o) {
      EXPECT_EQ(unit_->cause_o, static_cast<uint8_t>(cause));
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

TEST_F(CommandFrontRtl, CountsWhatIsInFlightModulo2To32) {
  for (uint64_t number = 0; number < 2000 && !HasFailure(); ++number) {
    dice_ = Dice(7, number);
    rings_ = {.ring_base = 0x1000, .record_base = 0x8000, .size = 1u << dice_.Below(16)};
    Reset();
    const uint32_t ends[] = {0,
                             rings_.size - 1,
                             rings_.size,
                             rings_.size + 1,
                             2 * rings_.size - static_cast<uint32_t>(dice_.Below(rings_.size)),
                             0x8000,
                             0x10000};
    const auto near = [&] {
      return ends[dice_.Below(7)] + (static_cast<uint32_t>(dice_.Below(4)) << 16);
    };
    const uint32_t flying = dice_.Percent(50) ? near() : static_cast<uint32_t>(dice_.Next());
    head_ = dice_.Percent(50) ? near() - 1 : static_cast<uint32_t>(dice_.Next());
    tail_ = head_ + flying;
    if (tail_ == 0) continue;  // nothing to fetch
    SCOPED_TRACE("number " + std::to_string(number) + ", ring of " + std::to_string(rings_.size) +
                 ", head " + std::to_string(head_) + ", tail " + std::to_string(tail_));
    for (int i = 0; i < 4; ++i) {
      Drive();
      Edge();
    }
    EXPECT_EQ(unit_->failed_o, flying > rings_.size);
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
