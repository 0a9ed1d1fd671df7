// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/command_check.h"

#include <array>

namespace tetralog::cycle {
namespace {

constexpr uint32_t kCycles = 48;        // of a check
constexpr uint32_t kOperandCycles = 8;  // more for a mask, and for C

bool IsLog4(uint32_t format) { return format == static_cast<uint32_t>(Format::kLog4); }
bool IsUint4(uint32_t format) { return format == static_cast<uint32_t>(Format::kUint4); }
bool IsInt4(uint32_t format) { return format == static_cast<uint32_t>(Format::kInt4); }
bool IsInt32(uint32_t format) { return format == static_cast<uint32_t>(Format::kInt32); }

// Greatest |a * b| of a pair of formats.
uint32_t ProductMax(const Command& c) {
  if (IsLog4(c.a_format)) return IsUint4(c.b_format) ? kProductMaxLu : kProductMaxLi;
  return IsUint4(c.b_format) ? kProductMaxIu : kProductMaxIi;
}

// A tensor as it lies in memory: sizes of 24 bits, where a command has more or 0 it is refused
// anyway.
struct Stored {
  uint64_t rows1;      // rows less one
  uint64_t row_bytes;  // of one
};

Stored Codes(bool transposed, uint32_t rows, uint32_t cols) {
  const uint32_t stored_rows = transposed ? cols : rows, codes = transposed ? rows : cols;
  return {(stored_rows - 1) & kSizeMask, (uint64_t{codes & kSizeMask} + 1) / 2};
}

Stored StoredD(const Command& c) {
  Stored d = Codes(c.d_transposed, c.m, c.n);
  if (IsInt32(c.d_format)) d.row_bytes = uint64_t{(c.d_transposed ? c.m : c.n) & kSizeMask} * 4;
  return d;
}

bool BadAlignment(const Command& c) {
  if (c.c_enable && (((c.c_base | c.c_row_stride | c.c_col_stride) & 3) != 0 ||
                     (c.c_row_stride != 4 && c.c_col_stride != 4)))
    return true;
  return IsInt32(c.d_format) && ((c.d_base | c.d_stride) & 3) != 0;
}

bool AddendIsOutput(const Command& c) {
  if (!IsInt32(c.d_format) || c.c_base != c.d_base) return false;
  return c.d_transposed ? c.c_row_stride == 4 && c.c_col_stride == c.d_stride
                        : c.c_col_stride == 4 && c.c_row_stride == c.d_stride;
}

}  // namespace

CommandCheck::CommandCheck(const MachineShape& shape)
    : word_codes_(shape.word_codes()),
      panel_a_(shape.panel_a()),
      depth_a_(shape.depth_a),
      depth_b_(shape.depth_b),
      acc_max_((uint32_t{1} << (shape.acc_width - 1)) - 1),
      addr_mask_((uint64_t{1} << shape.axi_addr) - 1) {}

void CommandCheck::Reset() { left_ = 0; }

Cause CommandCheck::FieldCause(const Command& c) const {
  const std::array<uint32_t, 3> none{};
  const auto bad_size = [](uint32_t size) { return size == 0 || size > kMaxDim; };
  const auto bad_samples = [](uint32_t samples) { return samples == 0 || samples > kMaxSamples; };
  const bool d_log = IsLog4(c.d_format);
  const int shift = static_cast<int8_t>(c.scale_shift);
  if (c.op != static_cast<uint8_t>(Operation::kGemm) || c.reserved0 != 0 || c.reserved1 != 0 ||
      c.reserved2 != none || c.reserved3 != 0)
    return Cause::kOperation;
  if ((!IsInt4(c.a_format) && !IsLog4(c.a_format)) || (!IsInt4(c.b_format) && !IsUint4(c.b_format)))
    return Cause::kFormat;
  if (bad_size(c.m) || bad_size(c.n) || bad_size(c.k)) return Cause::kDimension;
  if (bad_samples(c.samples) || bad_samples(c.a_samples) || (c.samples != 1 && !d_log))
    return Cause::kSamples;
  if (!IsInt32(c.d_format) && (c.scale_mul == 0 || (d_log && c.scale_mul != 1) ||
                               shift < kScaleShiftMin || shift > kScaleShiftMax))
    return Cause::kScale;
  if (c.col0 % kRandomGroup != 0 || uint64_t{c.col0} + c.n > uint64_t{1} << kRandomColumnBits)
    return Cause::kIndex;
  return Cause::kNone;
}

bool CommandCheck::early_ok(const Command& c) const {
  if (FieldCause(c) != Cause::kNone) return false;
  // The next power of two of the samples: a bound that needs no product.
  const uint32_t words = Words(c);
  const uint32_t bound = words << (c.a_samples > 4 ? 3 : c.a_samples > 2 ? 2 : c.a_samples > 1);
  return bound <= depth_a_ && words <= depth_b_ && c.block != 0 && c.a_base <= addr_mask_ &&
         c.b_base <= addr_mask_;
}

CommandCheck::Range CommandCheck::At(uint64_t base, uint64_t bytes) const {
  const uint64_t end = base + bytes;  // one past the last byte
  return {base & addr_mask_, (end - 1) & addr_mask_, end < base || end > addr_mask_ + 1};
}

void CommandCheck::Start(const Inputs& in) {
  const Command& c = *in.cmd;
  left_ = kCycles + kOperandCycles * c.mask_enable + kOperandCycles * c.c_enable;

  const uint32_t words = Words(c);
  panel_words_ = static_cast<uint16_t>(c.a_samples * words);
  const uint64_t panels = (c.m + panel_a_ - 1) / panel_a_;
  const bool overflow = uint64_t{c.k} * c.a_samples > acc_max_ / ProductMax(c);
  const uint64_t block_words = uint64_t{c.block} * words;
  const bool buffer = uint64_t{c.a_samples} * words > depth_a_ ||
                      (c.a_resident && panels * panel_words_ > depth_a_) || block_words == 0 ||
                      block_words > depth_b_;

  const Stored a = Codes(c.a_transposed, c.m, c.k), b = Codes(!c.b_transposed, c.n, c.k);
  const Stored d = StoredD(c), mask = Codes(c.mask_transposed, c.m, c.n);
  const uint64_t m1 = (c.m - 1) & kSizeMask, n1 = (c.n - 1) & kSizeMask;
  const uint64_t samples1 = (c.samples - 1) & 15, a_samples1 = (c.a_samples - 1) & 15;
  const uint64_t d_bytes = d.row_bytes + d.rows1 * c.d_stride;  // one sample
  const bool stride = a.row_bytes > c.a_stride || b.row_bytes > c.b_stride ||
                      d.row_bytes > c.d_stride ||
                      (c.mask_enable && mask.row_bytes > c.mask_stride) ||
                      (c.samples > 1 && d_bytes > c.d_sample_stride);

  const Range range_d = At(c.d_base, d_bytes + samples1 * c.d_sample_stride);
  d_first_ = range_d.first;
  d_last_ = range_d.last;
  bool address = range_d.past, overlap = false;
  conflict_ = 0;
  const auto reads = [&](uint64_t base, uint64_t bytes, bool may_meet_d) {
    const Range range = At(base, bytes);
    address |= range.past;
    overlap |= MeetsD(range) && !may_meet_d;
    for (unsigned e = 0; e < 2; ++e)
      conflict_ |= static_cast<uint8_t>(Meets(range, in.busy_first[e], in.busy_last[e]) << e);
  };
  reads(c.a_base, a.row_bytes + a.rows1 * c.a_stride + a_samples1 * c.a_sample_stride, false);
  reads(c.b_base, b.row_bytes + b.rows1 * c.b_stride, false);
  if (c.mask_enable) reads(c.mask_base, mask.row_bytes + mask.rows1 * c.mask_stride, false);
  if (c.c_enable) reads(c.c_base, 4 + m1 * c.c_row_stride + n1 * c.c_col_stride, AddendIsOutput(c));

  Cause cause = FieldCause(c);
  if (cause == Cause::kNone) {
    cause = overflow          ? Cause::kOverflow
            : buffer          ? Cause::kBuffer
            : BadAlignment(c) ? Cause::kAlignment
            : stride          ? Cause::kStride
            : address         ? Cause::kAddress
            : overlap         ? Cause::kOverlap
                              : Cause::kNone;
  }
  cause_ = static_cast<uint8_t>(cause);
}

bool CommandCheck::Clock(const Inputs& in) {
  if (in.start) {
    Start(in);
    return true;
  }
  if (left_ == 0) return false;
  const uint32_t left = left_--;
  if (left > kRingCycles) return false;
  // Ring, then records: the size is read a cycle before the address.
  if (left % 2 == 0) {
    ring_size_ = in.ring_size;
    return true;
  }
  const Range range = left == 3
                          ? At(in.ring_base & addr_mask_, uint64_t{ring_size_} * kCommandBytes)
                          : At(in.record_base & addr_mask_, uint64_t{ring_size_} * kRecordBytes);
  if (MeetsD(range) && cause_ == 0) cause_ = static_cast<uint8_t>(Cause::kOverlap);
  return true;
}

}  // namespace tetralog::cycle
