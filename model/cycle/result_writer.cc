// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/result_writer.h"

#include <bit>
#include <utility>

namespace tetralog::cycle {

ResultWriter::ResultWriter(const MachineShape& shape, bool data)
    : data_(data),
      lanes_(shape.lanes),
      elements_(shape.axi_data / 32),
      addr_mask_((uint64_t{1} << shape.axi_addr) - 1),
      walker_(shape),
      buffer_(shape, data),
      write_(shape, OutputBuffer::Banks(shape), data) {
  Reset();
}

void ResultWriter::Reset() {
  waiting_ = kNotWaiting;
  state_ = State::kIdle;
  walker_.Reset();
  copied_ = fill_half_ = full_ = taken_ = writing_ = false;
  filled_ = {};
  held_ = fill_row_ = fill_col_ = 0;
  tile_ = {};
  reading_ = {};
  buffer_.Reset();
  write_.Reset();
}

bool ResultWriter::Move(const Inputs& in) {
  if (state_ == State::kIdle) {  // nothing is open, nothing is held
    if (!in.cmd_valid) return false;
    command_ = *in.cmd;
    cycles_ = in.cmd->start;
    state_ = State::kStart;
    return true;
  }
  const bool d_moves = in.d_valid && d_ready();
  const bool fill = d_moves && in.d_sample + 1U == command_.samples;  // an element has all samples
  const bool fill_end = fill && fill_row_ + 1 == filled_.rows && FillsLastCol();

  AxiWrite::Inputs write;
  write.word = state_ == State::kAck ? &record_word_ : &buffer_.rd_word();
  write.codes = buffer_.rd_codes();
  write.halt = in.halt;
  write.aw_ready = in.aw_ready;
  write.w_ready = in.w_ready;
  write.b = in.b;
  const bool record = state_ == State::kRecord;
  const bool seg_moves = write_.seg_ready(in.halt, in.aw_ready, in.w_ready) &&
                         (record ? in.stats_valid : writing_ && LineReady(fill_end));
  if (seg_moves) {
    write.seg_valid = true;
    write.seg_int32 = record || command_.d_int32;
    write.seg_count = record ? 16 + 4 * command_.samples : tile_.length;
    write.seg_addr = record ? record_address_ : tile_.addr;
  }
  const bool seg_take = seg_moves && !record;
  const bool last_sample = tile_.sample + 1U == command_.samples;
  const bool tile_end = seg_take && last_sample && tile_.line + 1 == tile_.lines;
  const bool take = !taken_ && filled_.valid && (!writing_ || tile_end);
  const bool next = (full_ || fill_end) && (taken_ || take);
  const bool copy = walker_.valid() && !copied_ && (!filled_.valid || next);

  // The edge. The write port takes what was read before, so it goes first.
  Read read = {write_.rd_en(in.w_ready)};
  if (read.enable) {
    if (data_) read = {true, write_.rd_first(), write_.rd_valid()};
    if (reading_.tile_end && write_.rd_end()) --held_;
  }
  const State state = NextState(tile_end && tile_.last, seg_moves);
  if (state_ == State::kDrain && state != state_) {
    cycles_ = (in.now - cycles_) & kCyclesMask;
    record_address_ = (in.record_base / kRecordBytes + record_place_) * kRecordBytes & addr_mask_;
  }
  bool active = state != state_ || d_moves || take || next || copy || copied_;
  active |= write_.Clock(write);
  if (data_ && (d_moves || read.enable)) MoveData(in, d_moves, read);
  if (data_ && seg_moves && record) PackRecord(*in.stats);

  if (seg_moves) reading_ = {tile_.half, tile_end, tile_.sample, tile_.line};
  if (take) {
    TakeTile();
  } else if (tile_end) {
    writing_ = false;
  } else if (seg_take) {
    NextSegment(last_sample);
  }
  if (fill) NextFill();
  full_ |= fill_end;
  taken_ |= take;
  if (next) {
    full_ = taken_ = false;
    fill_half_ = !fill_half_;
    ++held_;
    filled_.valid = false;
  }
  if (copy) filled_ = {true, walker_.last(), walker_.rows(), walker_.cols(), walker_.addr() / 2};
  if (copied_) walker_.Next();
  copied_ = copy;
  if (state_ == State::kStart) StartWalk(in);
  state_ = state;
  return active;
}

// A line is offered when it is in the buffer, or will be before it is read: any of a tile that is
// full, and of the one that is filled the rows above the one that is filled.
bool ResultWriter::LineReady(bool fill_end) const {
  return !taken_ || fill_end || (!command_.d_transposed && tile_.line < fill_row_);
}

ResultWriter::State ResultWriter::NextState(bool last_tile_end, bool seg_moves) const {
  switch (state_) {
    case State::kStart:
      return State::kData;
    case State::kData:
      return last_tile_end ? State::kDrain : state_;
    case State::kDrain:
      return Finished() ? State::kRecord : state_;
    case State::kRecord:
      return seg_moves ? State::kAck : state_;
    case State::kAck:
      return Finished() ? State::kIdle : state_;
    default:
      return state_;
  }
}

void ResultWriter::StartWalk(const Inputs& in) {
  record_place_ = in.ring_size == 0 ? 0 : command_.index & (std::bit_floor(in.ring_size) - 1U);
  const uint64_t line_step = uint64_t{command_.d_stride} * 2;  // nibbles
  const uint64_t element_step = command_.d_int32 ? 8 : 1;
  TileWalk walk = {command_.m,      command_.n, command_.block_cols,
                   command_.d_base, line_step,  element_step};
  if (command_.d_transposed) std::swap(walk.row_step, walk.col_step);
  walker_.Start(walk);
}

void ResultWriter::NextFill() {
  const bool last_col = FillsLastCol();
  fill_col_ = last_col ? 0 : fill_col_ + lanes_;
  if (last_col) fill_row_ = fill_row_ + 1 == filled_.rows ? 0 : fill_row_ + 1;
}

void ResultWriter::TakeTile() {
  writing_ = true;
  tile_ = {};
  tile_.half = fill_half_;
  tile_.last = filled_.last;
  tile_.lines = command_.d_transposed ? filled_.cols : filled_.rows;
  tile_.length = command_.d_transposed ? filled_.rows : filled_.cols;
  tile_.line_addr = tile_.addr = filled_.addr;
}

// The same line of the next sample, or the next line.
void ResultWriter::NextSegment(bool last_sample) {
  if (!last_sample) {
    tile_.addr = (tile_.addr + command_.d_sample_stride) & addr_mask_;
    ++tile_.sample;
    return;
  }
  tile_.line_addr = tile_.addr = (tile_.line_addr + command_.d_stride) & addr_mask_;
  ++tile_.line;
  tile_.sample = 0;
}

void ResultWriter::MoveData(const Inputs& in, bool d_moves, const Read& read) {
  if (read.enable && state_ == State::kAck) {
    const size_t word = static_cast<size_t>(read.first) / 2;  // 64 bits
    for (size_t i = 0; i < elements_ / 2; ++i) record_word_[i] = record_[word + i];
    return;
  }
  OutputBuffer::Inputs buffer;
  buffer.wr_en = d_moves;
  buffer.wr_half = fill_half_;
  buffer.wr_row = fill_row_;
  buffer.wr_col = fill_col_;
  buffer.wr_int32 = command_.d_int32;
  buffer.wr_sample = in.d_sample;
  buffer.wr_data = in.d_data;
  buffer.rd_en = read.enable;
  buffer.rd_half = reading_.half;
  buffer.rd_transposed = command_.d_transposed;
  buffer.rd_line = reading_.line;
  buffer.rd_first = read.first;
  buffer.rd_valid = read.valid;
  buffer.rd_sample = reading_.sample;
  buffer_.Clock(buffer);
}

void ResultWriter::PackRecord(const EpilogueStats& stats) {
  Completion completion;
  completion.status = 1;
  completion.index = command_.index;
  completion.cycles = cycles_;
  completion.sum_abs = stats.sum_abs;
  completion.max_abs = stats.max_abs;
  completion.tag = command_.tag;
  for (size_t i = 0; i < completion.sum_squares.size(); ++i) {
    completion.sum_squares[i] = static_cast<uint32_t>(stats.sum_squares >> (32 * i));
  }
  completion.wraps = stats.wraps;
  const auto bytes = completion.Pack();
  const size_t words = bytes.size() / 8;
  for (size_t i = 0; i < words; ++i) record_[i] = GetBits(bytes, 64 * i, 64);
  for (size_t s = 0; s < kMaxSamples; ++s) {
    record_[words + 2 * s] = stats.zeros[s];
    record_[words + 2 * s + 1] = stats.clipped[s];
  }
}

}  // namespace tetralog::cycle
