// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/stream_reader.h"

#include <bit>

namespace tetralog::cycle {
namespace {

// The low `bytes` bytes of a word of 8.
uint64_t LowBytes(uint32_t bytes) {
  return bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * bytes) - 1;
}

}  // namespace

StreamReader::StreamReader(const MachineShape& shape, uint32_t segments, uint32_t align, bool data)
    : word_bytes_(shape.axi_data / 8),
      offset_bits_(static_cast<uint32_t>(std::countr_zero(word_bytes_))),
      bursts_(segments),
      align_(align),
      word_mask_((uint64_t{1} << (shape.axi_addr - offset_bits_)) - 1),
      data_(data),
      fifo_(segments) {
  Reset();
}

void StreamReader::Reset() {
  req_ = partial_ = tail_ = false;
  wr_ = rd_ = 0;
  beat_ = 0;
}

// Turned right, so that byte `bytes` comes first.
AxiWord StreamReader::Rotated(const AxiWord& beat, uint32_t bytes) const {
  if (word_bytes_ == 8) return {std::rotr(beat[0], static_cast<int>(8 * bytes)), 0};
  const uint64_t low = bytes < 8 ? beat[0] : beat[1], high = bytes < 8 ? beat[1] : beat[0];
  const uint32_t shift = 8 * (bytes % 8);
  if (shift == 0) return {low, high};
  return {low >> shift | high << (64 - shift), high >> shift | low << (64 - shift)};
}

AxiWord StreamReader::word_data(const AxiWord& beat_data) const {
  if (!data_) return {};
  const uint32_t offset = Oldest().offset;
  if (offset == 0) return beat_data;
  // The bytes of the beat before; in a flushed word the last ones of the beat were not kept.
  const uint32_t held = tail_ ? word_bytes_ - align_ : word_bytes_ - offset;
  const AxiWord keep = {LowBytes(held), held > 8 ? LowBytes(held - 8) : 0};
  if (tail_) return {hold_[0] & keep[0], hold_[1] & keep[1]};
  const AxiWord beat = Rotated(beat_data, offset);
  if (!partial_) return beat;
  return {(hold_[0] & keep[0]) | (beat[0] & ~keep[0]), (hold_[1] & keep[1]) | (beat[1] & ~keep[1])};
}

bool StreamReader::Edge(const Inputs& in) {
  const bool req_fire = req_valid() && in.req_ready;
  const bool seg_fire = in.seg_valid && seg_ready(in.req_ready);
  const bool beat_fire = in.beat_valid && beat_ready(in.word_ready);
  const bool flushed = tail_ && in.word_ready;
  if (!req_fire && !seg_fire && !beat_fire && !flushed) return false;

  // Beats and words, from the oldest burst.
  if (flushed) {
    tail_ = false;
    ++rd_;
  } else if (beat_fire) {
    const Burst& burst = Oldest();
    const bool burst_end = beat_ == burst.len, segment_end = burst_end && burst.last;
    if (data_ && burst.offset != 0) hold_ = Rotated(*in.beat_data, burst.offset);
    tail_ = LeavesTail(burst);
    partial_ = burst.offset != 0 && !segment_end;
    beat_ = burst_end ? 0 : static_cast<uint8_t>(beat_ + 1);
    if (burst_end && !tail_) ++rd_;
  }

  // Requests.
  if (req_fire) {
    const bool last = req_last();
    fifo_[wr_++ & (bursts_ - 1)] = {req_offset_, req_len(), last, req_extra_};
    if (last) {
      req_ = false;
    } else {
      req_left_ -= req_room() + 1;
      req_word_ = ((req_word_ | 15) + 1) & word_mask_;
    }
  }
  if (seg_fire) {
    const uint32_t offset = in.seg_addr & (word_bytes_ - 1), end = in.seg_bytes - 1;
    const uint32_t last_byte = offset + (end & (word_bytes_ - 1));  // of the last word's first beat
    req_ = true;
    req_word_ = in.seg_addr >> offset_bits_ & word_mask_;
    req_offset_ = static_cast<uint8_t>(offset);
    req_extra_ = last_byte >= word_bytes_;
    req_left_ = (end >> offset_bits_) + (req_extra_ ? 1 : 0);
  }
  return true;
}

}  // namespace tetralog::cycle
