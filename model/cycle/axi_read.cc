// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/axi_read.h"

#include <bit>

namespace tetralog::cycle {

AxiRead::AxiRead(const MachineShape& shape) {
  ar_.size = static_cast<uint8_t>(std::countr_zero(shape.axi_data / 8));
  ar_.burst = kAxiIncr;
  ar_.cache = 3;  // not cacheable, bufferable
  Reset();
}

void AxiRead::Reset() {
  ar_.valid = false;
  error_ = 0;
  beats_ = 0;
  r_stream_ = 0;
  r_valid_ = r_bad_ = skid_valid_ = false;
}

uint32_t AxiRead::Choose(uint32_t req_valid, uint32_t urgent) const {
  const uint32_t wants = req_valid & ~error_;
  if ((wants & 1) != 0 || wants == 0) return wants & 1;
  return std::bit_floor((wants & urgent) != 0 ? wants & urgent : wants);
}

bool AxiRead::Edge(const Inputs& in) {
  const uint32_t granted = req_ready(in.req_valid, in.urgent, in.halt, in.ar_ready);
  const bool ar_taken = ar_.valid && in.ar_ready;
  const bool r_done = Done(in.beat_ready, in.halt);
  const bool r_free = !r_valid_ || r_done;
  const bool r_moves = r_free ? r_valid_ || in.r->valid : in.r->valid && !skid_valid_;
  if (granted == 0 && !ar_taken && !r_moves) return false;

  if (granted != 0) {
    const auto stream = static_cast<uint8_t>(std::countr_zero(granted));
    ar_.valid = true;
    ar_.id = stream;
    ar_.addr = in.req_addr[stream];
    ar_.len = in.req_len[stream];
    beats_ = static_cast<uint8_t>(beats_ + ar_.len + 1);
  } else if (ar_taken) {
    ar_.valid = false;
  }

  if (r_bad_) error_ |= r_stream_;
  if (r_done) --beats_;
  const AxiReadData& r = *in.r;
  if (r_free && skid_valid_) {
    r_stream_ = skid_stream_;
    r_bad_ = skid_bad_;
    r_last_ = skid_last_;
    r_data_ = skid_data_;
    skid_valid_ = false;
  } else if (r_free) {
    r_valid_ = r.valid;
    r_stream_ = r.valid ? Stream(r) : 0;
    r_last_ = r.last;
    r_bad_ = r.valid && r.resp >= kAxiSlvErr;
    if (r.valid) r_data_ = r.data;
  } else if (r.valid && !skid_valid_) {
    skid_valid_ = true;
    skid_stream_ = Stream(r);
    skid_last_ = r.last;
    skid_bad_ = r.resp >= kAxiSlvErr;
    skid_data_ = r.data;
  }
  return true;
}

}  // namespace tetralog::cycle
