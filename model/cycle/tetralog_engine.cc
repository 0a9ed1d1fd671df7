// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/tetralog_engine.h"

namespace tetralog::cycle {
namespace {

// From a tile's last beat until its sums can be read. A wavefront crosses a group of columns a
// cycle, and a beat of more lanes than a group has columns waits for all groups.
uint32_t Delay(const MachineShape& shape) {
  constexpr uint32_t kReadLatency = 3;
  const uint32_t group_cols = shape.cols % 4 == 0 ? 4 : shape.cols % 2 == 0 ? 2 : 1;
  return kReadLatency + (shape.lanes > group_cols ? shape.cols / group_cols - 1 : 0);
}

EpilogueSettings SettingsOf(const TetralogEngine::Tile& tile) {
  EpilogueSettings settings;
  settings.config = {.d_format = tile.d_format,
                     .rounding = tile.rounding,
                     .scale_mul = tile.scale_mul,
                     .scale_shift = tile.scale_shift,
                     .c_enable = tile.c_enable,
                     .mask_enable = tile.mask_enable};
  settings.samples = tile.samples;
  settings.sample0 = tile.sample0;
  settings.seed = tile.seed;
  return settings;
}

}  // namespace

TetralogEngine::TetralogEngine(const MachineShape& shape, bool data)
    : drain_(shape, Delay(shape), data), epilogue_(shape, data) {}

void TetralogEngine::Reset() {
  drain_.Reset();
  epilogue_.Reset();
  quiet_ = false;
}

bool TetralogEngine::Clock(const Inputs& in) {
  const bool start = tile_ready(in.tile_valid, in.op_valid, in.op_last);
  const uint32_t steering = (start ? 1u : 0) | (in.c_valid ? 2u : 0) | (in.mask_valid ? 4u : 0) |
                            (in.d_ready ? 8u : 0) | (in.stats_ready ? 16u : 0);
  if (quiet_ && steering == steering_) return false;

  Epilogue::Inputs beat;
  beat.acc_valid = drain_.acc_valid();
  if (beat.acc_valid) {
    beat.acc_data = drain_.acc_data();
    beat.acc_lane_valid = drain_.acc_lane_valid();
    beat.acc_row = drain_.acc_row();
    beat.acc_col = drain_.acc_col();
    beat.acc_last = drain_.acc_last();
  }
  beat.c_valid = in.c_valid;
  beat.c_data = in.c_data;
  beat.mask_valid = in.mask_valid;
  beat.mask_data = in.mask_data;
  beat.d_ready = in.d_ready;
  beat.stats_ready = in.stats_ready;

  TileDrain::Inputs drain;
  drain.acc_ready = epilogue_.acc_ready(in.c_valid, in.mask_valid, in.d_ready);
  drain.start = start;
  if (start) {
    drain.rows = in.tile->rows;
    drain.cols = in.tile->cols;
    drain.row = in.tile->row;
    drain.col = in.tile->col;
    drain.last = in.tile->last;
    drain.sums = in.sums;
  }

  const bool epilogue_active = epilogue_.Clock(beat);
  const bool drain_active = drain_.Clock(drain);
  if (start) epilogue_.Configure(SettingsOf(*in.tile));
  quiet_ = !epilogue_active && !drain_active;
  steering_ = steering;
  return !quiet_;
}

}  // namespace tetralog::cycle
