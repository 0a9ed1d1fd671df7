// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/instruction_set.h"
#include "sim/train/host_kernels.h"

namespace tetralog::train {

const HostKernels& BestHostKernels() {
#if defined(__x86_64__)
  static const InstructionSet best = InstructionSets().back();
  if (best >= InstructionSet::kAvx512) return kHostKernelsAvx512;
  if (best == InstructionSet::kAvx2) return kHostKernelsAvx2;
#endif
  return kHostKernelsBaseline;
}

}  // namespace tetralog::train
