// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Runs random cases on machines, compares what they leave behind, and reduces a case that fails.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/machine.h"
#include "sim/random_case.h"

namespace tetralog {

// What a case leaves behind.
struct CaseOutcome {
  std::vector<uint8_t> memory;
  uint32_t head = 0, tail = 0, status = 0, cause = 0, error_index = 0, irq_status = 0;
  uint64_t products = 0, gated = 0;
  std::string exception;  // of the machine; then the rest is what could still be read

  bool stopped_by_bus() const;  // by an error of the bus
};

// Runs a case from a soft reset on. The machine may be in any state between two transactions: the
// case before may have ended with an error.
CaseOutcome RunCase(const Case& c, Machine& machine);

// Begins a case and leaves it after this many cycles with whatever is in flight then; what follows
// must begin with a soft reset, as RunCase does. A machine without time is left after as many
// reads of a register.
void AbandonCase(const Case& c, Machine& machine, uint64_t cycles);

// The first differences, one a line; empty when there are none. All memory counts but the cycles in
// records and, after an error of the bus, D of the failed command; all members of the outcomes but,
// after an error of the bus, the counters (later commands may have begun).
std::string Differences(const Case& c, const CaseOutcome& expected, const CaseOutcome& got);

// Runs a case on two machines with memories of one size and gives their Differences.
std::string CompareCase(const Case& c, Machine& expected, Machine& got);

// The smallest case found that still fails: leaves out commands and halves dimensions while
// fails() holds. At most `attempts` calls of it.
Case ShrinkCase(const Case& failing, const std::function<bool(const Case&)>& fails,
                int attempts = 200);

}  // namespace tetralog
