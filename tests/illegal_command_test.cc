// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Illegal commands: each cause, made from random legal commands of two shapes, must be the one that
// the rules report, must fit the fields of a command, and must not always be made the same way.

#include "sim/illegal_command.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "sim/random_commands.h"

namespace tetralog {
namespace {

TEST(IllegalCommandModel, EveryCauseIsMadeInSeveralWays) {
  MachineShape small;
  small.rows = small.cols = 4;
  small.acc_width = 20;
  small.axi_data = 64;
  small.depth_a = small.depth_b = 32;
  for (const MachineShape& shape : {MachineShape{}, small}) {
    for (int number = 1; number <= static_cast<int>(Cause::kOverlap); ++number) {
      const auto cause = static_cast<Cause>(number);
      Dice dice(5);
      std::set<std::vector<size_t>> ways;  // the bits that changed
      for (uint64_t i = 0; i < 40; ++i) {
        const Case c = RandomCase(5, i, shape, {.illegal_percent = 0});
        const Command& legal = c.commands[0];
        const Command illegal = MakeIllegal(legal, cause, shape, c.rings, dice);
        EXPECT_EQ(CheckCommand(illegal, shape, c.rings), cause) << CauseName(cause);
        EXPECT_EQ(Command::Unpack(illegal.Pack()), illegal) << CauseName(cause);
        const auto before = legal.Pack(), after = illegal.Pack();
        std::vector<size_t> changed;
        for (size_t b = 0; b < 8 * before.size(); ++b) {
          if (((before[b / 8] ^ after[b / 8]) >> b % 8 & 1) != 0) changed.push_back(b);
        }
        ways.insert(changed);
      }
      EXPECT_GE(ways.size(), 2u) << CauseName(cause);
    }
  }
}

TEST(IllegalCommandModel, CausesThatAreNotOfCommandsAreRefused) {
  const Case c = RandomCase(5, 0, {}, {.illegal_percent = 0});
  Dice dice(5);
  for (const Cause cause : {Cause::kRing, Cause::kRead, Cause::kWrite}) {
    EXPECT_THROW(MakeIllegal(c.commands[0], cause, {}, c.rings, dice), std::logic_error);
  }
}

}  // namespace
}  // namespace tetralog
