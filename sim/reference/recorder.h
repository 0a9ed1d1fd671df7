// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Makes the GEMMs of a trace file from the tensors of a training step.
//
// The accumulator is computed again here in float64 from the operands as they are stored, whatever
// route the training took. A GEMM whose K may overflow the accumulator is recorded as several
// commands along K, chained through C.

#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/trace_file.h"

namespace tetralog::reference {

// Operands in units of their scales, in the orientation in which they are stored: whole numbers of
// any type within the range of their format. Values and shapes are not checked.
struct StoredTensors {
  at::Tensor a;     // [a_samples, m, k] or transposed [a_samples, k, m]
  at::Tensor b;     // [k, n] or transposed [n, k]
  at::Tensor mask;  // [m, n] or transposed; undefined: no mask
  at::Tensor d;     // [samples, m, n] or transposed; undefined for INT32
};

// step<number of at least three digits>/<layer>_<kind>
std::string group_name(uint64_t step, const std::string& layer, const std::string& kind);

// Appends the GEMM, or its parts, to the trace. `gemm` carries everything but tensors, dimensions,
// samples and statistics; C may be set. Throws c10::Error when K * a_samples may overflow acc_width
// bits and D is not INT32.
void record_gemm(TraceGemm gemm, const StoredTensors& tensors, std::vector<TraceGemm>* trace);

}  // namespace tetralog::reference
