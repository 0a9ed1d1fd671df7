// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/version.h>

#include "sim/reference/trainer.h"

namespace tetralog::reference {

const char* variant_name(Variant variant) {
  switch (variant) {
    case Variant::kFp32:
      return "fp32";
    case Variant::kLuq:
      return "luq";
    case Variant::kNearestGradients:
      return "nearest-gradients";
    case Variant::kFlooredUnderflow:
      return "floored-underflow";
  }
  return "";
}

void prepare_process() {
  // Freed tensors stay with the process: steps use the same sizes again and again.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  at::set_num_threads(1);
  // OpenBLAS with its own threads does not listen to the tensor library.
  if (void* set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<void (*)(int)>(set)(1);
  }
}

std::string tensor_library_version() { return TORCH_VERSION; }

}  // namespace tetralog::reference
