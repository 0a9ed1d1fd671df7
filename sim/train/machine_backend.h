// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The GEMMs of a training step on a machine: operands up, one product (in as many commands as its
// size needs), results down.

#pragma once

#include <memory>
#include <string>

#include "sim/machine.h"
#include "sim/train/gemm_backend.h"

namespace tetralog::train {

// The machine outlives the backend, is reset, and its memory belongs to the backend. A call throws
// std::invalid_argument with one line when its tensors make no sense or do not fit the memory, and
// what the driver throws.
std::unique_ptr<GemmBackend> MakeMachineBackend(Machine& machine);

// Every n-th call (the first one too) runs on both; a difference is a std::runtime_error with one
// line that names the call and the first element. Both outlive the result.
std::unique_ptr<GemmBackend> MakeCheckingBackend(GemmBackend& backend, GemmBackend& check,
                                                 uint64_t every);

}  // namespace tetralog::train
