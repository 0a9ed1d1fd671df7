// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Runs GEMM commands on a streaming engine: cuts them into tiles, feeds the operand, C and mask
// streams, and collects outputs and statistics, with seeded random pauses on any stream.
//
// Tiles go row-major over the output, commands follow each other without a gap. The driver knows
// the order in which beats must come and throws EngineError when the engine loses, repeats or
// reorders one, or stops making progress.

#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <vector>

#include "model/gemm.h"
#include "sim/engine.h"

namespace tetralog {

class EngineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Probability in percent that a stream pauses in a cycle.
struct StallConfig {
  uint32_t op = 0, tile = 0, c = 0, mask = 0, d = 0, stats = 0;
  uint64_t seed = 1;

  static StallConfig None() { return {}; }
  static StallConfig All(uint32_t percent, uint64_t seed) {
    return {percent, percent, percent, percent, percent, percent, seed};
  }
};

struct EngineRun {
  GemmResult result;            // `raw` is empty: the engine gives outputs only
  std::vector<uint64_t> cycle;  // [m*n] cycle of the (last sample of the) element's output beat
  uint64_t first_cycle = 0;     // cycle of the first operand beat
  uint64_t last_cycle = 0;      // cycle of the last output or of the statistics, the later
  uint64_t cycles() const { return last_cycle - first_cycle + 1; }
};

class EngineDriver {
 public:
  explicit EngineDriver(Engine& engine, const StallConfig& stalls = {})
      : engine_(engine), stalls_(stalls) {}

  // Called once a cycle with the cycle number; for progress.
  void OnCycle(std::function<void(uint64_t)> callback) { on_cycle_ = std::move(callback); }

  // Runs the commands back to back and returns their results in order.
  std::vector<EngineRun> Run(std::span<const GemmCommand> commands);
  EngineRun Run(const GemmCommand& command) { return Run(std::span(&command, 1)).front(); }

  uint64_t cycle() const { return cycle_; }  // since construction

 private:
  Engine& engine_;
  StallConfig stalls_;
  std::function<void(uint64_t)> on_cycle_;
  uint64_t cycle_ = 0;
};

// Operand beats of a tile, and cycles of its drain: what bounds a GEMM on this engine.
struct CycleBound {
  uint64_t compute = 0;  // operand beats of all tiles
  uint64_t drain = 0;    // output beats of all tiles
};
CycleBound Bound(const EngineShape& shape, const GemmCommand& command);

}  // namespace tetralog
