// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/axi_write.h"

namespace tetralog::cycle {

namespace {

// The low 4 * codes bits.
uint64_t CodeBits(uint32_t codes) {
  return codes == 16 ? ~uint64_t{0} : (uint64_t{1} << (4 * codes)) - 1;
}

}  // namespace

AxiWrite::AxiWrite(const MachineShape& shape, uint32_t group, bool data)
    : with_data_(data),
      group_(group),
      elements_(shape.axi_data / 32),
      slots_(shape.word_codes() / group),
      byte_bits_(static_cast<uint32_t>(std::countr_zero(shape.axi_data / 8))),
      addr_mask_((uint64_t{1} << shape.axi_addr) - 1) {
  Reset();
}

void AxiWrite::Reset() {
  more_ = error_ = read_ = loading_ = part_ = false;
  open_ = 0;
  data_ = {};
  w_ = {};
  aw_ = {};
  aw_.size = static_cast<uint8_t>(byte_bits_);
  aw_.burst = kAxiIncr;
  aw_.cache = 3;
}

// A burst ends at a multiple of 16 bus words; what is left of its segment follows there.
void AxiWrite::Open(uint64_t addr, uint32_t count, bool int32) {
  uint32_t room = kAxiMaxBeats, words = words_left_;
  if (more_) {
    aw_.addr = ((aw_.addr >> byte_bits_ | (kAxiMaxBeats - 1)) + 1) << byte_bits_ & addr_mask_;
  } else {
    const auto byte = static_cast<uint32_t>(addr & ((1U << byte_bits_) - 1));
    const uint32_t place = int32 ? byte / 4 : 2 * byte;  // of the first element in its word
    const uint32_t word_places = int32 ? elements_ : elements_ * 8;
    const uint32_t skip = place & (group_ - 1);
    room -= static_cast<uint32_t>(addr >> byte_bits_ & (kAxiMaxBeats - 1));
    words = (place + count + word_places - 1) / word_places;
    aw_.addr = addr >> byte_bits_ << byte_bits_;
    int32_ = int32;
    first_ = -static_cast<int32_t>(skip);
    left_ = count + skip;
    step_ = int32 ? elements_ : group_;
    slot_ = place / group_;
    last_slot_ = int32 ? 0 : slots_ - 1;
  }
  const uint32_t beats = std::min(words, room);
  words_left_ = words - beats;
  more_ = words_left_ != 0;
  aw_.valid = true;
  aw_.len = static_cast<uint8_t>(beats - 1);
  beat_ = beats - 1;
  read_ = true;
  ++open_;
}

void AxiWrite::Read() {
  data_ = {int32_,
           WordEnd(),
           BurstEnd(),
           rd_end(),
           static_cast<uint8_t>(slot_),
           static_cast<uint8_t>(ReadBegin()),
           static_cast<uint8_t>(ReadEnd())};
  loading_ = true;
  if (data_.burst_end) {
    read_ = false;
  } else if (data_.word_end) {
    --beat_;
  }
  first_ += static_cast<int32_t>(step_);
  left_ -= step_;
  slot_ = (slot_ + 1) & last_slot_;
}

void AxiWrite::LoadWord(const AxiWord* word, uint64_t codes) {
  const uint32_t begin = data_.begin, end = data_.end;
  if (data_.int32) {
    const uint32_t word_end = std::min(end, elements_);
    w_.strb = static_cast<uint16_t>(Ones(4 * word_end) & ~Ones(4 * begin));
    if (with_data_) {
      w_.data = *word;
      for (uint32_t i = 0; i < elements_; ++i) {
        if (i < begin || i >= word_end) w_.data[i / 2] &= ~(uint64_t{0xffffffff} << (32 * (i % 2)));
      }
    }
  } else {
    if (!part_) {
      w_.strb = 0;
      w_.data = {};
    }
    // A segment starts at a byte; that of its last code may have but the lower one.
    const uint32_t strobes = Ones((end + 1) / 2) & ~Ones(begin / 2);
    const uint32_t at = data_.slot * group_;  // codes of the bus word before these
    w_.strb = static_cast<uint16_t>(w_.strb | strobes << (at / 2));
    if (with_data_)
      w_.data[at / 16] |= (codes & CodeBits(end) & ~CodeBits(begin)) << (4 * (at % 16));
  }
  part_ = !data_.word_end;
  w_.valid = data_.word_end;
  w_.last = data_.burst_end;
}

}  // namespace tetralog::cycle
