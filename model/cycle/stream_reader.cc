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

StreamReader::StreamReader(const MachineShape& shape, uint32_t segments, bool data)
    : word_bytes_(shape.axi_data / 8),
      offset_bits_(static_cast<uint32_t>(std::countr_zero(word_bytes_))),
      bursts_(segments),
      word_mask_((uint64_t{1} << (shape.axi_addr - offset_bits_)) - 1),
      data_(data) {
  for (Under& under : under_) under.bursts.resize(segments);
  Reset();
}

void StreamReader::Reset() {
  for (Request& request : requests_) request.valid = false;
  for (Under& under : under_) under.wr = under.rd = 0;
  partial_ = tail_ = word_valid_ = 0;
}

uint32_t StreamReader::req_valid() const {
  uint32_t valid = 0;
  for (uint32_t s = 0; s < kStreams; ++s) {
    if (requests_[s].valid && under_[s].wr - under_[s].rd != bursts_) valid |= 1U << s;
  }
  return valid;
}

uint32_t StreamReader::seg_ready(uint32_t req_ready) const {
  uint32_t ready = 0;
  for (uint32_t s = 0; s < kStreams; ++s) {
    const bool taken = (req_ready & req_valid() & 1U << s) != 0;
    if (!requests_[s].valid || (taken && requests_[s].last())) ready |= 1U << s;
  }
  return ready;
}

// Turned right, so that byte `bytes` comes first.
AxiWord StreamReader::Rotated(const AxiWord& beat, uint32_t bytes) const {
  if (word_bytes_ == 8) return {std::rotr(beat[0], static_cast<int>(8 * bytes)), 0};
  const uint64_t low = bytes < 8 ? beat[0] : beat[1], high = bytes < 8 ? beat[1] : beat[0];
  const uint32_t shift = 8 * (bytes % 8);
  if (shift == 0) return {low, high};
  return {low >> shift | high << (64 - shift), high >> shift | low << (64 - shift)};
}

AxiWord StreamReader::Low(const AxiWord& word, uint32_t bytes) const {
  return {word[0] & LowBytes(bytes), bytes > 8 ? word[1] & LowBytes(bytes - 8) : 0};
}

void StreamReader::TakeSegment(const Segment& segment, Request& request) const {
  const uint32_t offset = segment.addr & (word_bytes_ - 1), end = segment.bytes - 1;
  const uint32_t last_byte = offset + (end & (word_bytes_ - 1));  // of the last word's first beat
  request.valid = true;
  request.word = segment.addr >> offset_bits_ & word_mask_;
  request.offset = static_cast<uint8_t>(offset);
  request.extra = last_byte >= word_bytes_;
  request.left = (end >> offset_bits_) + (request.extra ? 1 : 0);
}

void StreamReader::TakeRequest(uint32_t stream) {
  Request& r = requests_[stream];
  Under& under = under_[stream];
  under.bursts[under.wr++ & (bursts_ - 1)] = {r.offset, r.last(), r.extra};
  if (r.last()) {
    r.valid = false;
  } else {
    r.left -= r.room() + 1;
    r.word = ((r.word | 15) + 1) & word_mask_;
  }
}

// A beat of an unaligned segment completes the word that the beat before has begun. What is left
// over at the end, if anything, goes out by itself.
void StreamReader::TakeBeat(const Inputs& in) {
  const uint32_t offset = burst_.offset;
  const bool unaligned = offset != 0, partial = (partial_ & in.beat_valid) != 0;
  const bool ends = in.beat_last && burst_.last, to_tail = ends && partial && !burst_.extra;
  if (!unaligned || partial || ends) word_valid_ = in.beat_valid;
  word_last_ = ends && !to_tail;
  tail_ = to_tail ? in.beat_valid : 0;
  partial_ = unaligned && !ends ? partial_ | in.beat_valid : partial_ & ~in.beat_valid;
  if (!data_) return;
  AxiWord& hold = hold_[static_cast<uint32_t>(std::countr_zero(in.beat_valid))];
  const AxiWord beat = Rotated(*in.beat_data, offset);
  word_data_ = beat;
  if (partial) {
    const uint32_t held = word_bytes_ - offset;
    const AxiWord low = Low(hold, held), covered = Low(beat, held);
    word_data_ = {low[0] | (beat[0] ^ covered[0]), low[1] | (beat[1] ^ covered[1])};
  }
  hold = beat;
}

bool StreamReader::Clock(const Inputs& in) {
  const uint32_t fires = in.req_ready & req_valid(), taken = in.seg_valid & seg_ready(in.req_ready);
  const bool beat = in.beat_valid != 0 && tail_ == 0;
  if ((fires | taken | in.next | tail_ | word_valid_) == 0 && !beat) return false;

  word_valid_ = 0;
  if (tail_ != 0) {
    word_valid_ = tail_;
    word_last_ = true;
    // The last byte of a rotated beat is not kept.
    if (data_)
      word_data_ = Low(hold_[static_cast<uint32_t>(std::countr_zero(tail_))], word_bytes_ - 1);
    tail_ = 0;
  } else if (beat) {
    TakeBeat(in);
  }
  if (in.next != 0) {
    Under& under = under_[static_cast<uint32_t>(std::countr_zero(in.next))];
    burst_ = under.bursts[under.rd & (bursts_ - 1)];
    if (in.next_last) ++under.rd;
  }
  for (uint32_t s = 0; s < kStreams; ++s) {
    if ((fires >> s & 1) != 0) TakeRequest(s);
    if ((taken >> s & 1) != 0) TakeSegment(in.segment[s], requests_[s]);
  }
  return true;
}

}  // namespace tetralog::cycle
