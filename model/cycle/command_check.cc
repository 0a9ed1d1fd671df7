// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/command_check.h"

#include <array>
#include <bit>

namespace tetralog::cycle {
namespace {

// Steps of the RTL's program beside those that multiply.
constexpr uint32_t kOutputSteps = 4, kInputSteps = 9, kSizeSteps = 2, kRingSteps = 7;

// Steps of count * size, a bit of count a cycle and one to see that none is left.
uint32_t ProductSteps(uint64_t count) { return static_cast<uint32_t>(std::bit_width(count)); }

bool IsLog4(uint32_t format) { return format == static_cast<uint32_t>(Format::kLog4); }
bool IsUint4(uint32_t format) { return format == static_cast<uint32_t>(Format::kUint4); }
bool IsInt4(uint32_t format) { return format == static_cast<uint32_t>(Format::kInt4); }
bool IsInt32(uint32_t format) { return format == static_cast<uint32_t>(Format::kInt32); }

// Greatest |a * b| of a pair of formats.
uint32_t ProductMax(const Command& c) {
  if (IsLog4(c.a_format)) return IsUint4(c.b_format) ? kProductMaxLu : kProductMaxLi;
  return IsUint4(c.b_format) ? kProductMaxIu : kProductMaxIi;
}

// A tensor as it lies in memory, sizes of 24 bits: where a command has more or 0 it is refused
// anyway.
struct Stored {
  uint64_t rows1;       // rows less one
  uint64_t row_bytes1;  // bytes of a row less one
};

Stored Codes(bool transposed, uint32_t rows, uint32_t cols) {
  const uint32_t stored_rows = transposed ? cols : rows, codes = transposed ? rows : cols;
  return {(stored_rows - 1) & kSizeMask, ((codes - 1) & kSizeMask) / 2};
}

Stored StoredD(const Command& c) {
  Stored d = Codes(c.d_transposed, c.m, c.n);
  if (IsInt32(c.d_format))
    d.row_bytes1 = uint64_t{((c.d_transposed ? c.m : c.n) - 1) & kSizeMask} * 4 + 3;
  return d;
}

// C has one stride of 4; the other is as good as a row's.
struct StoredAddend : Stored {
  uint64_t stride;
};

StoredAddend StoredC(const Command& c) {
  const uint64_t m1 = (c.m - 1) & kSizeMask, n1 = (c.n - 1) & kSizeMask;
  if (c.c_col_stride == 4) return {{m1, 4 * n1 + 3}, c.c_row_stride};
  return {{n1, 4 * m1 + 3}, c.c_col_stride};
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

CommandCheck::Range CommandCheck::At(uint64_t base, uint64_t bytes1) const {
  const uint64_t first = base & addr_mask_, last = first + bytes1;
  return {first, last & addr_mask_, last > addr_mask_, last > addr_mask_ || base != first};
}

void CommandCheck::Start(const Inputs& in) {
  const Command& c = *in.cmd;
  const uint64_t words = Words(c), panel_words = c.a_samples * words;
  panel_words_ = static_cast<uint16_t>(panel_words);
  const uint64_t panels1 = ((c.m - 1) & kSizeMask) / panel_a_;
  const bool overflow = (((c.k - 1) & kSizeMask) + 1) * c.a_samples > acc_max_ / ProductMax(c);
  const uint64_t block_words = c.block * words;
  const bool buffer = panel_words > depth_a_ ||
                      (c.a_resident && (panels1 + 1) * panel_words > depth_a_) ||
                      block_words == 0 || block_words > depth_b_;

  const Stored a = Codes(c.a_transposed, c.m, c.k), b = Codes(!c.b_transposed, c.n, c.k);
  const Stored d = StoredD(c), mask = Codes(c.mask_transposed, c.m, c.n);
  const StoredAddend addend = StoredC(c);
  const uint64_t samples1 = (c.samples - 1) & 15, a_samples1 = (c.a_samples - 1) & 15;
  const uint64_t d_bytes1 = d.row_bytes1 + d.rows1 * c.d_stride;  // one sample
  const bool stride = a.row_bytes1 >= c.a_stride || b.row_bytes1 >= c.b_stride ||
                      d.row_bytes1 >= c.d_stride ||
                      (c.mask_enable && mask.row_bytes1 >= c.mask_stride) ||
                      (c.samples > 1 && d_bytes1 >= c.d_sample_stride);

  const Range range_d = At(c.d_base, d_bytes1 + samples1 * c.d_sample_stride);
  d_first_ = range_d.first;
  d_last_ = range_d.last;
  bool address = range_d.past, overlap = false;
  conflict_ = 0;
  left_ = kOutputSteps + ProductSteps(d.rows1);
  if (c.samples != 1) left_ += 2 + ProductSteps(samples1);
  const auto reads = [&](uint64_t base, const Stored& stored, uint64_t row_stride, uint64_t more,
                         bool may_meet_d) {
    const Range range = At(base, stored.row_bytes1 + stored.rows1 * row_stride + more);
    address |= range.past;
    overlap |= MeetsD(range) && !may_meet_d;
    for (unsigned e = 0; e < 2; ++e)
      conflict_ |= static_cast<uint8_t>(Meets(range, in.busy_first[e], in.busy_last[e]) << e);
    left_ += kInputSteps + ProductSteps(stored.rows1);
  };
  reads(c.a_base, a, c.a_stride, a_samples1 * c.a_sample_stride, false);
  if (c.a_samples != 1) left_ += 1 + ProductSteps(a_samples1);
  reads(c.b_base, b, c.b_stride, 0, false);
  load_conflict_ = conflict_;
  const uint32_t known = left_;
  left_ += 3 * kSizeSteps + 2 * ProductSteps(c.a_samples) + ProductSteps(c.block);
  if (c.a_resident) left_ += kSizeSteps + ProductSteps(panels1);
  if (c.mask_enable) reads(c.mask_base, mask, c.mask_stride, 0, false);
  if (c.c_enable) reads(c.c_base, addend, addend.stride, 0, AddendIsOutput(c));
  left_ += kRingSteps;
  known_left_ = left_ - known;

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

// Ring, then records: the base is read a cycle before the size.
void CommandCheck::Rings(const Inputs& in) {
  const uint64_t size1 = (in.ring_size - 1) & 0xffff;
  switch (left_) {
    case 8:
      ring_base_ = in.ring_base;
      return;
    case 7:
    case 4: {
      const uint64_t bytes = left_ == 7 ? kCommandBytes : kRecordBytes;
      const Range range = At(ring_base_ & addr_mask_, size1 * bytes + bytes - 1);
      if (MeetsD(range) && cause_ == 0) cause_ = static_cast<uint8_t>(Cause::kOverlap);
      return;
    }
    case 5:
      ring_base_ = in.record_base;
      return;
    default:
      return;
  }
}

bool CommandCheck::Clock(const Inputs& in) {
  if (in.start) {
    Start(in);
    return true;
  }
  if (left_ == 0) return false;
  const bool rings = left_ <= kRingCycles;
  if (rings) Rings(in);
  --left_;
  return rings || left_ == known_left_;
}

}  // namespace tetralog::cycle
