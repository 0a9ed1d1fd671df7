// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/tile_drain.h"

#include <algorithm>

namespace tetralog::cycle {

TileDrain::TileDrain(const MachineShape& shape, uint32_t delay, bool data)
    : cols_(shape.cols), lanes_(shape.lanes), delay_(delay), data_(data) {
  if (data_) {
    for (std::vector<int32_t>& sums : sums_) sums.resize(size_t{shape.rows} * shape.cols);
  }
}

void TileDrain::Reset() {
  next_ = out_ = {};
  read_next_ = out_next_ = read_busy_ = out_busy_ = false;
  wait_ = queued_ = 0;
}

bool TileDrain::Clock(const Inputs& in) {
  const bool read = read_busy_ && (read_next_ || wait_ == 0) && queued_ != kQueue;
  const bool read_last = read && read_left_ == 1;
  const bool read_take = read_next_ && (!read_busy_ || read_last);
  const bool take = acc_valid() && in.acc_ready;
  const bool out_last = take && OutLastBeat();
  const bool out_take = out_next_ && (!out_busy_ || out_last);
  // What it waits for are the cycles of a wavefront, or else its owner.
  const bool active = in.start || read || take || wait_ != 0 || read_take || out_take;
  if (!active) return false;

  if (read_take) {
    read_busy_ = true;
    read_next_ = false;
    read_left_ = next_.rows * next_.chunks;
    read_chunks_ = next_.chunks;
  } else if (read) {
    --read_left_;
    read_busy_ = !read_last;
  }

  if (out_take) {
    out_busy_ = true;
    out_next_ = false;
    out_ = next_;
    out_row_ = out_base_ = 0;
  } else if (take) {
    out_busy_ = !out_last;
    out_base_ += lanes_;
    if (out_base_ >= out_.cols) {
      out_base_ = 0;
      ++out_row_;
    }
  }
  queued_ = queued_ + (read ? 1 : 0) - (take ? 1 : 0);

  if (wait_ != 0) --wait_;
  if (in.start) {
    read_next_ = out_next_ = true;
    wait_ = delay_ - 1;
    next_ = {in.rows,          in.cols, in.row, in.col, (in.cols + lanes_ - 1) / lanes_,
             next_.buffer ^ 1, in.last};
    if (data_) std::copy_n(in.sums, size_t{in.rows} * cols_, sums_[next_.buffer].begin());
  }
  return true;
}

}  // namespace tetralog::cycle
