// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/tetralog_engine.sv: the streaming engine. Operands count as beats only; the
// sums of a tile come ready with its last beat and are seen when the array's wavefront has passed.
//
// Latency, throughput and limits: header of rtl/tetralog_engine.sv. The accessors show the outputs
// of a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do
// the outputs, and the call may be left out.

#pragma once

#include <cstdint>

#include "model/contract.h"
#include "model/cycle/epilogue.h"
#include "model/cycle/tile_drain.h"
#include "model/epilogue_stats.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class TetralogEngine {
 public:
  // The tile descriptor. The formats of A and B are the business of who makes the sums.
  struct Tile {
    Format d_format = Format::kInt32;
    Rounding rounding = Rounding::kNearest;
    uint8_t scale_mul = 1;
    int8_t scale_shift = 0;
    bool c_enable = false, mask_enable = false;
    uint8_t samples = 1, sample0 = 0;
    uint64_t seed = 0;
    uint32_t rows = 0, cols = 0;  // valid ones
    uint32_t row = 0, col = 0;    // logical output row and column of the first element
    bool last = false;            // last tile of the command
  };

  struct Inputs {
    bool tile_valid = false;
    const Tile* tile = nullptr;  // read only when the tile's last beat is taken
    bool op_valid = false;
    bool op_last = false;
    const int32_t* sums = nullptr;  // with op_last: Rows x Cols, row by row; not read without data
    bool c_valid = false;
    const int32_t* c_data = nullptr;  // a word a lane
    bool mask_valid = false;
    uint32_t mask_data = 0;  // a bit a lane: the code is not 0
    bool d_ready = false;
    bool stats_ready = false;
    bool operator==(const Inputs&) const = default;
  };

  TetralogEngine(const MachineShape& shape, bool data);
  void Reset();

  bool op_ready(bool tile_valid, bool op_last) const {
    return tile_valid && !(op_last && drain_.busy());
  }
  bool tile_ready(bool tile_valid, bool op_valid, bool op_last) const {
    return op_valid && op_last && op_ready(tile_valid, op_last);
  }
  bool c_ready(bool c_valid, bool mask_valid, bool d_ready) const {
    return epilogue_.c_ready(drain_.acc_valid(), c_valid, mask_valid, d_ready);
  }
  bool mask_ready(bool c_valid, bool mask_valid, bool d_ready) const {
    return epilogue_.mask_ready(drain_.acc_valid(), c_valid, mask_valid, d_ready);
  }
  bool addend_wait(bool c_valid, bool mask_valid) const {
    return epilogue_.addend_wait(drain_.acc_valid(), c_valid, mask_valid);
  }

  bool d_valid() const { return epilogue_.d_valid(); }
  // Lanes words of 32 bits, 0 where no element is.
  const uint32_t* d_data() const { return epilogue_.d_data(); }
  uint32_t d_lane_valid() const { return epilogue_.d_lane_valid(); }  // a bit a lane
  uint32_t d_sample() const { return epilogue_.d_sample(); }
  bool d_last() const { return epilogue_.d_last(); }

  bool stats_valid() const { return epilogue_.stats_valid(); }
  const EpilogueStats& stats() const { return epilogue_.stats(); }

  // False while no tile is drained and the epilogue is empty, or while it waits for a stream: beats
  // of operands before a tile's last pass without a trace here.
  bool Clock(const Inputs& in);

 private:
  TileDrain drain_;
  Epilogue epilogue_;
  bool quiet_ = false;     // nothing changed at the last edge, nor will while
  uint32_t steering_ = 0;  // the inputs that can change that stay as they were
};

}  // namespace tetralog::cycle
