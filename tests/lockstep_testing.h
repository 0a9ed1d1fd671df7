// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Random cases on two cores in step.

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "sim/clocked_machine.h"
#include "sim/lockstep_core.h"
#include "sim/random_commands.h"
#include "sim/regress.h"

namespace tetralog {

// Makes a core; the seed fills what its reset leaves undefined.
using MakeCore = std::function<std::unique_ptr<Core>(uint64_t seed)>;

// Cases with stalls, errors and soft resets in flight: every pin of `second` as that of `first`,
// and all memory as the functional machine leaves it.
inline void RunInLockstep(uint64_t seed, uint64_t cases, const MakeCore& first,
                          const MakeCore& second) {
  constexpr CaseOptions kCases = {
      .max_dim = 40, .max_commands = 4, .max_cycles = 2000, .memory_bytes = 1 << 20};
  for (uint64_t number = 0; number < cases; ++number) {
    auto core = std::make_unique<LockstepCore>(first(number), second(number));
    const Case c = RandomCase(seed, number, core->shape(), kCases);
    ClockedMachine machine(std::move(core), kCases.memory_bytes, MemoryOf(c));
    const CaseResult result = RunOneCase(c, machine, SoftResetsOf(c));
    EXPECT_EQ(result.differences, "") << c.Describe();
    EXPECT_GT(result.cycles, 0u);
  }
}

}  // namespace tetralog
