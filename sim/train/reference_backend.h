// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The GEMMs of a training step by the reference's own arithmetic: float64 products and the
// quantisers of sim/reference, as the formulas read.

#pragma once

#include <memory>

#include "sim/train/gemm_backend.h"

namespace tetralog::train {

// With R random bits. A call throws std::invalid_argument with one line for a format that a machine
// does not multiply or round to.
std::unique_ptr<GemmBackend> MakeReferenceBackend(unsigned random_bits = kRandomBits);

}  // namespace tetralog::train
