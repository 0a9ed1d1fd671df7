// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The instruction sets for which the vector loops of the fast path are compiled, and which of them
// this processor has.
#pragma once

#include <string_view>
#include <vector>

#include "sim/functional/fast_kernels.h"

namespace tetralog {

enum class InstructionSet {
  kBaseline,  // of the compiler's target
  kAvx2,      // x86-64-v3
  kAvx512,    // x86-64-v4
  kAvx512Vnni
};

// What this processor and this build have, the best last.
std::vector<InstructionSet> InstructionSets();

// "baseline", "avx2", "avx512", "avx512vnni".
std::string_view NameOf(InstructionSet set);

// Refuses a set that is missing (std::invalid_argument).
const Kernels& KernelsOf(InstructionSet set);

}  // namespace tetralog
