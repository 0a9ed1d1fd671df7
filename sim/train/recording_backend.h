// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Records the GEMMs of a training step for a trace, whatever backend computes them.
//
// The accumulators, sums and statistics of a recording are the reference's own (float64 from the
// codes, sim/reference/recorder.h); of the backend it takes the codes that it rounded. What both
// know must agree.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/trace_file.h"
#include "sim/train/gemm_backend.h"

namespace tetralog::train {

// Every call runs on `backend` and is appended to `trace` as step<step>/<layer>_<kind>, in several
// commands where K is long (docs/traces.md). Both outlive the result. A call throws what the
// backend throws, std::invalid_argument for random rounding to integers, and std::runtime_error
// with one line when its results are not the reference's.
std::unique_ptr<GemmBackend> MakeRecordingBackend(GemmBackend& backend, uint64_t step,
                                                  std::vector<TraceGemm>* trace);

}  // namespace tetralog::train
