// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/tile_drain.sv: hands the sums of finished tiles to the epilogue, row by row,
// Lanes columns a beat.
//
// A tile's sums are copied when it starts. Two tiles are kept, not a queue of beats: a tile starts
// only when the output side is at the tile before it, which is then the only other one in use.
//
// Latency, throughput and limits: header of rtl/tile_drain.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/machine_shape.h"

namespace tetralog::cycle {

class TileDrain {
 public:
  struct Inputs {
    bool start = false;             // only while busy() is false
    uint32_t rows = 0, cols = 0;    // valid ones of the tile that starts
    uint32_t row = 0, col = 0;      // logical output row and column of its first element
    bool last = false;              // last tile of the command
    const int32_t* sums = nullptr;  // Rows x Cols, row by row; not read without data
    bool acc_ready = false;
  };

  // `delay`: cycles from start until the sums can be read, at least 3.
  TileDrain(const MachineShape& shape, uint32_t delay, bool data);
  void Reset();

  bool busy() const {
    return read_next_ || out_next_ || (out_busy_ && (out_.last || (read_busy_ && !Fits())));
  }
  bool acc_valid() const { return queued_ != 0; }
  // The beat that is offered, while acc_valid().
  const int32_t* acc_data() const {  // of lane 0; null without data
    return data_ ? sums_[out_.buffer].data() + out_row_ * cols_ + out_base_ : nullptr;
  }
  uint32_t acc_lane_valid() const {  // a bit a lane
    const uint32_t left = out_.cols - out_base_;
    return (uint32_t{1} << (left < lanes_ ? left : lanes_)) - 1;
  }
  uint32_t acc_row() const { return out_.row + out_row_; }
  uint32_t acc_col() const { return out_.col + out_base_; }
  bool acc_last() const { return out_.last && OutLastBeat(); }

  bool Clock(const Inputs& in);

 private:
  struct Tile {
    uint32_t rows = 0, cols = 0, row = 0, col = 0;
    uint32_t chunks = 0;  // beats of a row
    uint32_t buffer = 0;  // its place in sums_
    bool last = false;
  };

  // All that is left to read of the tile is sure to be read before the next one overwrites it.
  bool Fits() const {
    if (wait_ != 0) return false;
    return read_left_ == 1 ? queued_ != kQueue
                           : read_left_ == 2 && read_chunks_ >= 2 && queued_ < kQueue - 1;
  }
  bool OutLastBeat() const { return out_base_ + lanes_ >= out_.cols && out_row_ + 1 == out_.rows; }

  static constexpr uint32_t kQueue = 3;  // beats between array and epilogue

  const uint32_t cols_, lanes_, delay_;
  const bool data_;
  std::array<std::vector<int32_t>, 2> sums_;

  Tile next_;                                  // the tile that started last
  bool read_next_ = false, out_next_ = false;  // not yet taken over by the read, the output side
  uint32_t wait_ = 0;                          // cycles until its wavefront has passed
  bool read_busy_ = false;
  uint32_t read_left_ = 0, read_chunks_ = 0;  // beats to read, beats of a row
  uint32_t queued_ = 0;
  bool out_busy_ = false;
  Tile out_;
  uint32_t out_row_ = 0, out_base_ = 0;  // row in the tile and first column of the beat
};

}  // namespace tetralog::cycle
