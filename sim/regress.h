// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Regression: random cases on the functional machine and on a second machine, all memory compared.
//
// Each case has a machine of its own, whose memory's latencies and stalls follow from the case. A
// case that ends with an error is followed, on the same machines, by one without: the recovery.
// Cases that fail are shrunk. Which cases a regression has follows from its options alone; only the
// order in which several threads run them does not, nor which are left out after the bound of
// cycles or of failures.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/clocked_machine.h"
#include "sim/machine.h"
#include "sim/random_case.h"

namespace tetralog {

// Makes the machine to be tested.
using MachineFactory = std::function<std::unique_ptr<Machine>(
    const MachineShape& shape, uint64_t memory_bytes, const ClockedMachineOptions& options)>;

struct RegressOptions {
  std::vector<MachineShape> shapes;
  uint64_t commands = 1000;  // of each shape, at least
  uint64_t seed = 1;
  CaseOptions cases;
  uint64_t max_cycles = 0;    // of all shapes; 0: no bound
  uint32_t max_failures = 3;  // cases
  int shrink_attempts = 100;  // for each failing case
  unsigned jobs = 1;          // threads
  bool soft_resets = false;   // those of SoftResetsOf
};

// What became of one case, and of its recovery.
struct CaseResult {
  std::string differences;   // empty: none
  uint32_t cause = 0;        // that stopped the case
  uint64_t completed = 0;    // commands
  uint64_t cycles = 0;       // of the machine under test
  bool recovered = false;    // a recovery ran
  uint64_t soft_resets = 0;  // in its middle
};

struct RegressShape {
  MachineShape shape;
  uint64_t cases = 0, commands = 0, completed = 0, recoveries = 0, cycles = 0, mismatches = 0;
  uint64_t soft_resets = 0;  // in the middle of cases
};

struct RegressFailure {
  Case found, small;  // as it was found, and shrunk
  ClockedMachineOptions memory;
  std::string differences;  // of the shrunk case
};

struct RegressReport {
  std::vector<RegressShape> shapes;
  std::array<uint64_t, 256> errors{};  // cases by the cause that stopped them, if one did
  std::vector<RegressFailure> failures;
  bool complete = false;  // all cases ran

  RegressShape Total() const;  // without a shape
};

// Stalls of 0, 10, 30 or 60 percent and several latencies, by the case's seed and number.
ClockedMachineOptions MemoryOf(const Case& c);

// None to four numbers of cycles, from one to thousands: after each the case is left by a soft
// reset, with whatever is in flight then, and begun anew.
std::vector<uint64_t> SoftResetsOf(const Case& c);

// Runs a case on the functional machine and on `machine`, made for MemoryOf(c). Before, the latter
// begins it and leaves it once for each of the soft resets.
CaseResult RunOneCase(const Case& c, Machine& machine,
                      const std::vector<uint64_t>& soft_resets = {});

// `progress`, if given, is called now and then, never by two threads at once.
RegressReport Regress(const RegressOptions& options, const MachineFactory& make,
                      const std::function<void(const RegressReport&)>& progress = {});

}  // namespace tetralog
