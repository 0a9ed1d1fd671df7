// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/operand_path.h"

namespace tetralog::cycle {

OperandPath::OperandPath(const MachineShape& shape, bool data)
    : shape_(shape),
      data_(data),
      load_a_(shape, Operand::kA),
      load_b_(shape, Operand::kB),
      buffer_a_(shape, Operand::kA, data),
      buffer_b_(shape, Operand::kB, data),
      feeder_(shape, data),
      addend_(shape, data),
      mask_(shape, data),
      sums_(data ? size_t{shape.rows} * shape.cols : 0) {}

void OperandPath::Reset() {
  load_a_.Reset();
  load_b_.Reset();
  buffer_a_.Reset();
  buffer_b_.Reset();
  feeder_.Reset();
  products_.Reset();
  addend_.Reset();
  mask_.Reset();
}

OperandPath::Segment OperandPath::segment(uint32_t stream) const {
  const auto of = [](const auto& user) {
    return Segment{.addr = user.seg_addr(), .bytes = user.seg_bytes()};
  };
  if (stream == 0) return of(load_a_);
  if (stream == 1) return of(load_b_);
  return stream == 2 ? of(addend_) : of(mask_);
}

OperandLoader::Load OperandPath::LoadA(const Command& c) const {
  const bool resident = c.a_resident != 0;
  return {.base = c.a_base,
          .stride = c.a_stride,
          .sample_stride = c.a_sample_stride,
          .samples = c.a_samples,
          .across = c.a_transposed != 0,
          .rows = c.m & kSizeMask,
          .k = c.k & kSizeMask,
          .repeat_extent = resident ? 1 : c.n & kSizeMask,
          .repeat_step = resident ? 1 : BlockCols(c, shape_)};
}

OperandLoader::Load OperandPath::LoadB(const Command& c) const {
  return {.base = c.b_base,
          .stride = c.b_stride,
          .across = c.b_transposed == 0,
          .rows = c.n & kSizeMask,
          .k = c.k & kSizeMask};
}

Feeder::Inputs OperandPath::FeedInputs(const Inputs& in) const {
  const bool a_taken = (in.seg_ready & 1) != 0 && load_a_.seg_valid();
  const bool b_taken = (in.seg_ready & 2) != 0 && load_b_.seg_valid();
  return {.start = in.back_start,
          .feed = &feed_,
          .a_asked = a_taken ? load_a_.asked_next() : load_a_.asked(),
          .b_asked = b_taken ? load_b_.asked_next() : load_b_.asked(),
          .a_loaded = load_a_.loaded(),
          .b_loaded = load_b_.loaded(),
          .op_ready = in.op_ready};
}

bool OperandPath::Clock(const Inputs& in) {
  if (in.back_start) {
    const Command& c = *in.back;
    feed_ = {.m = c.m & kSizeMask,
             .n = c.n & kSizeMask,
             .k = c.k & kSizeMask,
             .block_cols = BlockCols(c, shape_),
             .a_samples = c.a_samples,
             .a_resident = c.a_resident != 0,
             .panel_words = in.panel_words};
  }
  // The feeder looks at the loaders, which take what it gives back.
  const Feeder::Inputs feed = FeedInputs(in);
  const bool a_release = feeder_.a_release(), b_release = feeder_.b_release();
  const uint32_t b_panel_words = feeder_.b_panel_words();
  bool active = ClockOperands(in, feed);
  // Most cycles load nothing.
  if ((in.word_valid & 3) != 0 || in.load_start || a_release || b_release || load_a_.seg_valid() ||
      load_b_.seg_valid()) {
    OperandLoader::Load loads[2];
    if (in.load_start) {
      loads[0] = LoadA(*in.front);
      loads[1] = LoadB(*in.front);
    }
    active |= load_a_.Clock({.start = in.load_start,
                             .load = &loads[0],
                             .release = a_release,
                             .release_words = in.panel_words,
                             .seg_ready = (in.seg_ready & 1) != 0,
                             .word_valid = (in.word_valid & 1) != 0,
                             .word_last = in.word_last});
    active |= load_b_.Clock({.start = in.load_start,
                             .load = &loads[1],
                             .release = b_release,
                             .release_words = b_panel_words,
                             .seg_ready = (in.seg_ready & 2) != 0,
                             .word_valid = (in.word_valid & 2) != 0,
                             .word_last = in.word_last});
  }
  return ClockTiles(in) || active;
}

// Buffers, feeder, and the count of products.
bool OperandPath::ClockOperands(const Inputs& in, const Feeder::Inputs& feed) {
  const bool fire = feeder_.fire(feed);
  if (data_ && feeder_.tile_done(fire))
    TileSums(buffer_a_, buffer_b_, feeder_.tile_operands(), sums_.data());
  ProductCounter::Inputs products = {.beat = feeder_.op_valid() && in.op_ready,
                                     .k_valid = feeder_.op_k_valid(),
                                     .rows = feeder_.tile_rows(),
                                     .cols = feeder_.tile_cols()};
  if (data_) {
    const size_t place = size_t{feeder_.beat()} * shape_.dot;
    products.a_nonzero = buffer_a_.nonzero() + place;
    products.b_nonzero = buffer_b_.nonzero() + place;
  }
  bool active = products_.Clock(products);

  const bool rd_en = feeder_.rd_en(fire);
  active |= buffer_a_.Clock({.wr_valid = (in.word_valid & 1) != 0,
                             .wr_across = load_a_.wr_across(),
                             .wr_bank = load_a_.wr_bank(),
                             .wr_addr = load_a_.wr_addr(),
                             .wr_nibble = load_a_.wr_nibble(),
                             .wr_data = in.word_data,
                             .wr_format = static_cast<Format>(in.front->a_format),
                             .rd_en = rd_en,
                             .rd_addr = feeder_.a_addr(),
                             .rd_group = feeder_.a_group(),
                             .rd_rows = feeder_.rd_rows()});
  active |= buffer_b_.Clock({.wr_valid = (in.word_valid & 2) != 0,
                             .wr_across = load_b_.wr_across(),
                             .wr_bank = load_b_.wr_bank(),
                             .wr_addr = load_b_.wr_addr(),
                             .wr_nibble = load_b_.wr_nibble(),
                             .wr_data = in.word_data,
                             .wr_format = static_cast<Format>(in.front->b_format),
                             .rd_en = rd_en,
                             .rd_addr = feeder_.b_addr(),
                             .rd_group = feeder_.b_group(),
                             .rd_rows = feeder_.rd_cols()});
  return feeder_.Clock(feed) || active;
}

// C and the mask.
bool OperandPath::ClockTiles(const Inputs& in) {
  if (!in.back_start && !addend_.busy() && !mask_.busy()) return false;
  const Command& c = *in.back;
  bool active = addend_.Clock({.start = in.back_start && c.c_enable != 0,
                               .base = c.c_base,
                               .row_stride = c.c_row_stride,
                               .col_stride = c.c_col_stride,
                               .m = c.m & kSizeMask,
                               .n = c.n & kSizeMask,
                               .block_cols = BlockCols(c, shape_),
                               .seg_ready = (in.seg_ready & 4) != 0,
                               .word_valid = (in.word_valid & 4) != 0,
                               .word_last = in.word_last,
                               .word_data = in.word_data,
                               .c_ready = in.c_ready});
  active |= mask_.Clock({.start = in.back_start && c.mask_enable != 0,
                         .base = c.mask_base,
                         .stride = c.mask_stride,
                         .transposed = c.mask_transposed != 0,
                         .m = c.m & kSizeMask,
                         .n = c.n & kSizeMask,
                         .block_cols = BlockCols(c, shape_),
                         .seg_ready = (in.seg_ready & 8) != 0,
                         .word_valid = (in.word_valid & 8) != 0,
                         .word_last = in.word_last,
                         .word_data = in.word_data,
                         .mask_ready = in.mask_ready});
  return active;
}

}  // namespace tetralog::cycle
