// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The performance counters of a machine, read through its registers.

#pragma once

#include <array>
#include <cstdint>

#include "sim/machine.h"

namespace tetralog {

// By the contract's numbers: kCounterBusy, kCounterActive, ...
using Counters = std::array<uint64_t, kCounters>;

inline Counters ReadCounters(Machine& machine) {
  Counters counters;
  for (uint32_t i = 0; i < kCounters; ++i) {
    const uint64_t low = machine.ReadRegister(kRegCounters + 8 * i);
    counters[i] = low | uint64_t{machine.ReadRegister(kRegCounters + 8 * i + 4)} << 32;
  }
  return counters;
}

// All become 0; whether commands are fetched stays as it was.
inline void ClearCounters(Machine& machine) {
  const uint32_t control = machine.ReadRegister(kRegControl);
  machine.WriteRegister(kRegControl, control | 1u << kControlClearCounters);
}

}  // namespace tetralog
