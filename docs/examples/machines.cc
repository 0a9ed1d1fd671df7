// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "docs/examples/examples.h"
#include "sim/core_builds.h"
#include "sim/functional_machine.h"

namespace tetralog {

std::unique_ptr<Machine> MakeExampleMachine(const std::string& level) {
  constexpr uint64_t kMemoryBytes = 1 << 20;
  if (level == "rtl") return MakeRtlMachine("4x4x1", kMemoryBytes);
  return std::make_unique<FunctionalMachine>(RtlShape("4x4x1"), kMemoryBytes);
}

}  // namespace tetralog
