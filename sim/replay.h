// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Replays the GEMMs of a recorded training step on the functional model and on a streaming engine,
// and compares every accumulator, every output and every statistic with the reference's.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/gemm.h"
#include "sim/engine.h"
#include "sim/engine_driver.h"
#include "sim/trace_file.h"

namespace tetralog {

// The command of a recorded GEMM; points into `gemm`, which must outlive it.
GemmCommand CommandOf(const TraceGemm& gemm);

// The same product with INT32 output and neither C nor mask: D is the raw accumulator.
GemmCommand RawCommandOf(const TraceGemm& gemm);

// The first difference that was found at a level.
struct Mismatch {
  std::string level;  // "functional", "rtl"
  std::string what;   // "raw result", "output", "statistic max_abs", ...
  int64_t row = -1, col = -1;
  int sample = 0;
  std::string expected, actual;
  std::optional<uint64_t> cycle;  // of the output beat
};

struct GemmReport {
  uint64_t outputs = 0;         // values compared at each level: raw results and outputs
  uint64_t mismatches = 0;      // values and statistics that differ, over all levels
  std::vector<Mismatch> first;  // of each level that differs
  uint64_t macs = 0;            // m * n * k over all samples of A
  uint64_t cycles = 0;          // of the output pass: first operand beat to last output
  CycleBound bound;             // what the cycles cannot fall below
};

struct ReplayOptions {
  uint32_t stall_percent = 0;  // on every stream
  uint64_t seed = 1;           // of the stalls
  std::function<void(uint64_t)> on_cycle;
};

// Compares what a level made, in logical order, with the reference: counts in `report` what differs
// and adds the first of it. `raw` holds the accumulators.
void CompareWithReference(const TraceGemm& gemm, const std::string& level,
                          const std::vector<int32_t>& raw, const GemmResult& output,
                          GemmReport& report);

// Accumulators and outputs of a GEMM; accumulators that are the output count once.
uint64_t OutputsCompared(const TraceGemm& gemm);

// Replays one GEMM. Throws EngineError when the engine breaks the order of its streams.
GemmReport Replay(const TraceGemm& gemm, Engine& engine, const ReplayOptions& options);

// Several lines: what differs, where, in which tile and cycle, and the operands of the element.
std::string Describe(const Mismatch& mismatch, const TraceGemm& gemm, const EngineShape& shape);

}  // namespace tetralog
