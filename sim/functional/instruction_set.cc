// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/instruction_set.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tetralog {

std::vector<InstructionSet> InstructionSets() {
  std::vector<InstructionSet> sets = {InstructionSet::kBaseline};
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx2) sets.push_back(InstructionSet::kAvx2);
  if (avx2 && avx512) sets.push_back(InstructionSet::kAvx512);
  if (avx2 && avx512 && __builtin_cpu_supports("avx512vnni")) {
    sets.push_back(InstructionSet::kAvx512Vnni);
  }
#endif
  return sets;
}

std::string_view NameOf(InstructionSet set) {
  if (set == InstructionSet::kAvx512Vnni) return "avx512vnni";
  if (set == InstructionSet::kAvx512) return "avx512";
  return set == InstructionSet::kAvx2 ? "avx2" : "baseline";
}

const Kernels& KernelsOf(InstructionSet set) {
  const std::vector<InstructionSet> sets = InstructionSets();
  if (std::find(sets.begin(), sets.end(), set) == sets.end()) {
    throw std::invalid_argument("this processor has no " + std::string(NameOf(set)) +
                                " instructions: use one of InstructionSets()");
  }
#if defined(__x86_64__)
  if (set >= InstructionSet::kAvx512) return kKernelsAvx512;
  if (set == InstructionSet::kAvx2) return kKernelsAvx2;
#endif
  return kKernelsBaseline;
}

}  // namespace tetralog
