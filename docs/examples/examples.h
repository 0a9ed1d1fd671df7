// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The programs of docs/programming.md, which shows their sources word for word. Each runs on any
// machine; tests/programming_test.cc runs them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/machine.h"

namespace tetralog {

// "functional" or "rtl", with a 4x4x1 core and 1 MiB of memory.
std::unique_ptr<Machine> MakeExampleMachine(const std::string& level);

// What the forward product of the example gives.
struct ForwardResult {
  std::vector<uint8_t> y;  // UINT4 codes, [batch, out]
  uint32_t max_abs = 0;    // of z
  uint64_t sum_abs = 0;
  uint64_t zeros = 0, clipped = 0;
  bool operator==(const ForwardResult&) const = default;
};

ForwardResult ForwardWithDriver(Machine& machine);
ForwardResult ForwardWithRegisters(Machine& machine);

// The text of the error that a bad command gives, and Y of the good one after the recovery.
struct RecoveryResult {
  std::string error;
  std::vector<uint8_t> y;
};
RecoveryResult RecoverFromABadCommand(Machine& machine);

}  // namespace tetralog
