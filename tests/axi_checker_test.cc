// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Each rule is broken once, by a script of cycles whose last one breaks it, and must be named; each
// has a neighbour that is legal.

#include "sim/axi_checker.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "sim/machine.h"
#include "tests/axi_testing.h"

namespace tetralog {
namespace {

using ::tetralog::testing::Beat;
using ::tetralog::testing::Burst;

// The signals of a cycle, written as a chain.
struct Cycle {
  AxiMaster master;
  AxiSlave slave;
  Cycle& Aw(const AxiAddress& address, bool ready = true) {
    master.aw = address;
    slave.aw_ready = ready;
    return *this;
  }
  Cycle& Ar(const AxiAddress& address, bool ready = true) {
    master.ar = address;
    slave.ar_ready = ready;
    return *this;
  }
  Cycle& W(const AxiWriteData& data, bool ready = true) {
    master.w = data;
    slave.w_ready = ready;
    return *this;
  }
  Cycle& B(uint8_t id, bool ready = true, uint8_t resp = kAxiOkay) {
    slave.b = {true, id, resp};
    master.b_ready = ready;
    return *this;
  }
  Cycle& R(uint8_t id, bool last, bool ready = true, uint64_t value = 0, uint8_t resp = kAxiOkay) {
    slave.r.valid = true;
    slave.r.id = id;
    slave.r.last = last;
    slave.r.resp = resp;
    slave.r.data = {value, 0};
    master.r_ready = ready;
    return *this;
  }
};

void Legal(AxiChecker& checker, std::initializer_list<Cycle> cycles) {
  for (const Cycle& cycle : cycles) ASSERT_NO_THROW(checker.Check(cycle.master, cycle.slave));
}

// All but the last cycle are legal; that one is not, and the message ends with `rule`.
void Breaks(const std::string& rule, std::initializer_list<Cycle> cycles,
            AxiChecker checker = AxiChecker(16)) {
  size_t count = 0;
  for (const Cycle& cycle : cycles) {
    if (++count < cycles.size()) {
      ASSERT_NO_THROW(checker.Check(cycle.master, cycle.slave)) << rule;
      continue;
    }
    try {
      checker.Check(cycle.master, cycle.slave);
      FAIL() << "not found: " << rule;
    } catch (const MachineError& error) {
      EXPECT_EQ(std::string(error.what()),
                "AXI rule broken in cycle " + std::to_string(count - 1) + ", " + rule);
    }
  }
}

AxiAddress With(AxiAddress address, const std::function<void(AxiAddress&)>& change) {
  change(address);
  return address;
}

TEST(AxiChecker, LegalTrafficPassesAndIsCounted) {
  AxiChecker checker(16);
  EXPECT_TRUE(checker.idle());
  Legal(checker, {Cycle().Aw(Burst(0xf00, 16), false).Ar(Burst(0xff0, 1, 16, 7), false),
                  Cycle().Aw(Burst(0xf00, 16)).Ar(Burst(0xff0, 1, 16, 7))});
  EXPECT_FALSE(checker.idle());
  Legal(checker, {Cycle().R(7, true, false, 5), Cycle().R(7, true, true, 5)});
  EXPECT_FALSE(checker.idle());
  for (int i = 0; i < 16; ++i) Legal(checker, {Cycle().W(Beat(1, i == 15))});
  Legal(checker, {Cycle().B(0, false), Cycle().B(0)});
  EXPECT_TRUE(checker.idle());
  EXPECT_EQ(checker.transfers(), 20u);
}

TEST(AxiChecker, DataMayComeBeforeItsAddress) {
  AxiChecker checker(16);
  Legal(checker, {Cycle().W(Beat(1, false)), Cycle().W(Beat(2, true)), Cycle().W(Beat(3, false))});
  EXPECT_FALSE(checker.idle());
  Legal(checker, {Cycle().Aw(Burst(0, 2, 16, 1)), Cycle().Aw(Burst(32, 2, 16, 2)).B(1),
                  Cycle().W(Beat(4, true)), Cycle().B(2)});
  EXPECT_TRUE(checker.idle());
}

TEST(AxiChecker, IdleIsFalseFromTheOfferOn) {
  AxiChecker checker(16);
  Legal(checker, {Cycle().Ar(Burst(0, 1), false)});
  EXPECT_FALSE(checker.idle());
}

TEST(AxiChecker, ReadsOfDifferentIdsMayInterleave) {
  AxiChecker checker(16);
  Legal(checker, {Cycle().Ar(Burst(0, 2, 16, 0)), Cycle().Ar(Burst(0, 1, 16, 1)),
                  Cycle().Ar(Burst(64, 1, 16, 0)), Cycle().R(0, false), Cycle().R(1, true),
                  Cycle().R(0, true), Cycle().R(0, true)});
  EXPECT_TRUE(checker.idle());
}

TEST(AxiChecker, ValidStaysUntilReady) {
  const Cycle none;
  Breaks("AW: valid fell before ready", {Cycle().Aw(Burst(0, 1), false), none});
  Breaks("AR: valid fell before ready", {Cycle().Ar(Burst(0, 1), false), none});
  Breaks("W: valid fell before ready", {Cycle().W(Beat(0, true), false), none});
  Breaks("B: valid fell before ready",
         {Cycle().Aw(Burst(0, 1)).W(Beat(0, true)), Cycle().B(0, false), none});
  Breaks("R: valid fell before ready", {Cycle().Ar(Burst(0, 1)), Cycle().R(0, true, false), none});
}

TEST(AxiChecker, PayloadStaysUntilReady) {
  Breaks("AW: payload changed before ready",
         {Cycle().Aw(Burst(0, 1), false), Cycle().Aw(Burst(16, 1))});
  Breaks("AR: payload changed before ready",
         {Cycle().Ar(Burst(0, 1), false), Cycle().Ar(Burst(0, 2))});
  Breaks("W: payload changed before ready",
         {Cycle().W(Beat(0, true), false), Cycle().W(Beat(0, true, 0x7fff))});
  Breaks("W: payload changed before ready",
         {Cycle().W(Beat(0, true), false), Cycle().W(Beat(1, true))});
  Breaks("B: payload changed before ready", {Cycle().Aw(Burst(0, 1)).W(Beat(0, true)),
                                             Cycle().B(0, false), Cycle().B(0, true, kAxiSlvErr)});
  Breaks("R: payload changed before ready",
         {Cycle().Ar(Burst(0, 1)), Cycle().R(0, true, false, 1), Cycle().R(0, true, true, 2)});
}

TEST(AxiChecker, AddressesFollowTheRulesOfTheBus) {
  const AxiAddress good = Burst(0x40, 2);
  const auto both = [&](const std::string& rule, const std::function<void(AxiAddress&)>& change) {
    Breaks("AW: " + rule, {Cycle().Aw(With(good, change), false)}, AxiChecker(16, 5));
    Breaks("AR: " + rule, {Cycle().Ar(With(good, change), false)}, AxiChecker(16, 5));
  };
  both("burst type 0 is not INCR", [](AxiAddress& a) { a.burst = 0; });
  both("burst type 2 is not INCR", [](AxiAddress& a) { a.burst = 2; });
  both("size 3 is not the 16 bytes of the bus", [](AxiAddress& a) { a.size = 3; });
  both("address 0x48 is no multiple of 16 bytes", [](AxiAddress& a) { a.addr = 0x48; });
  both("17 beats, more than 16", [](AxiAddress& a) { a.len = 16; });
  both("2 beats from 0xff0 cross 4 KiB", [](AxiAddress& a) { a.addr = 0xff0; });
  both("exclusive access", [](AxiAddress& a) { a.lock = 1; });
  both("unknown ID 5, IDs are 0..4", [](AxiAddress& a) { a.id = 5; });
  Breaks("AR: size 4 is not the 8 bytes of the bus", {Cycle().Ar(good)}, AxiChecker(8));
}

TEST(AxiChecker, LastMarksTheLastBeatOfAWrite) {
  Breaks("W: WLAST is 0 on beat 2 of 2",
         {Cycle().Aw(Burst(0, 2)), Cycle().W(Beat(0, false)), Cycle().W(Beat(0, false))});
  Breaks("W: WLAST is 1 on beat 1 of 2", {Cycle().Aw(Burst(0, 2)), Cycle().W(Beat(0, true))});
  Breaks("AW: 2 beats, but 1 were written before",
         {Cycle().W(Beat(0, true)), Cycle().Aw(Burst(0, 2))});
  Breaks("AW: 1 beats, but 1 were written before without WLAST",
         {Cycle().W(Beat(0, false)), Cycle().Aw(Burst(0, 1))});
  AxiChecker checker(16);
  for (int i = 0; i < 16; ++i) Legal(checker, {Cycle().W(Beat(0, false))});
  const Cycle more = Cycle().W(Beat(0, false));
  EXPECT_THROW(checker.Check(more.master, more.slave), MachineError);
}

TEST(AxiChecker, StrobesLieWithinTheBus) {
  Breaks("W: strobe 0x100 beyond the 8 bytes of the bus", {Cycle().W(Beat(0, true, 0x100), false)},
         AxiChecker(8));
}

TEST(AxiChecker, AResponseNeedsAWholeWriteInAnEarlierCycle) {
  Breaks("B: no whole write of ID 0 waits for a response",
         {Cycle().Aw(Burst(0, 1)).W(Beat(0, true)).B(0)});
  Breaks("B: no whole write of ID 0 waits for a response",
         {Cycle().W(Beat(0, true)), Cycle().B(0)});
  Breaks("B: no whole write of ID 0 waits for a response",
         {Cycle().Aw(Burst(0, 2)), Cycle().W(Beat(0, false)), Cycle().B(0)});
  Breaks("B: no whole write of ID 1 waits for a response",
         {Cycle().Aw(Burst(0, 1)).W(Beat(0, true)), Cycle().B(1)});
  Breaks("B: no whole write of ID 0 waits for a response",
         {Cycle().Aw(Burst(0, 1)).W(Beat(0, true)), Cycle().B(0), Cycle().B(0)});
  Breaks("B: EXOKAY, but nothing is exclusive",
         {Cycle().Aw(Burst(0, 1)).W(Beat(0, true)), Cycle().B(0, true, kAxiExOkay)});
}

TEST(AxiChecker, ReadBeatsAnswerReadsInOrder) {
  Breaks("R: no read of ID 0 is outstanding", {Cycle().Ar(Burst(0, 1)).R(0, true)});
  Breaks("R: no read of ID 2 is outstanding", {Cycle().Ar(Burst(0, 1)), Cycle().R(2, true)});
  Breaks("R: no read of ID 0 is outstanding",
         {Cycle().Ar(Burst(0, 1)), Cycle().R(0, true), Cycle().R(0, true)});
  Breaks("R: RLAST is 1 on beat 1 of 2", {Cycle().Ar(Burst(0, 2)), Cycle().R(0, true)});
  Breaks("R: RLAST is 0 on beat 2 of 2",
         {Cycle().Ar(Burst(0, 2)), Cycle().R(0, false), Cycle().R(0, false)});
  Breaks("R: RLAST is 1 on beat 1 of 2",  // the second read's burst before the first's
         {Cycle().Ar(Burst(0, 2)), Cycle().Ar(Burst(64, 1)), Cycle().R(0, true)});
  Breaks("R: EXOKAY, but nothing is exclusive",
         {Cycle().Ar(Burst(0, 1)), Cycle().R(0, true, true, 0, kAxiExOkay)});
}

TEST(AxiChecker, TooManyOutstandingIsSaid) {
  AxiChecker checker(16);
  for (int i = 0; i < 256; ++i) Legal(checker, {Cycle().Ar(Burst(0, 1)).Aw(Burst(0, 1))});
  const Cycle read = Cycle().Ar(Burst(0, 1)), write = Cycle().Aw(Burst(0, 1));
  AxiChecker other = checker;
  EXPECT_THROW(checker.Check(read.master, read.slave), MachineError);
  EXPECT_THROW(other.Check(write.master, write.slave), MachineError);
}

}  // namespace
}  // namespace tetralog
