// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/command_rules.h"

#include <algorithm>
#include <array>

namespace tetralog {
namespace {

using Wide = unsigned __int128;

constexpr uint8_t kInt4 = static_cast<uint8_t>(Format::kInt4);
constexpr uint8_t kUint4 = static_cast<uint8_t>(Format::kUint4);
constexpr uint8_t kLog4 = static_cast<uint8_t>(Format::kLog4);
constexpr uint8_t kInt32 = static_cast<uint8_t>(Format::kInt32);

uint64_t CodeBytes(uint64_t codes) { return (codes + 1) / 2; }

uint64_t CeilDiv(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

// A stored tensor of 4-bit codes, rows x cols logically.
Region Codes(uint64_t base, uint64_t rows, uint64_t cols, bool transposed, uint64_t stride) {
  if (transposed) std::swap(rows, cols);
  return {base, rows, CodeBytes(cols), stride};
}

bool BadOperation(const Command& c) {
  const std::array<uint32_t, 3> none{};
  return c.op != static_cast<uint8_t>(Operation::kGemm) || c.reserved0 != 0 || c.reserved1 != 0 ||
         c.reserved2 != none || c.reserved3 != 0;
}

bool BadFormat(const Command& c) {
  return (c.a_format != kInt4 && c.a_format != kLog4) ||
         (c.b_format != kInt4 && c.b_format != kUint4);
}

bool BadDimension(const Command& c) {
  const auto bad = [](uint64_t dim) { return dim == 0 || dim > kMaxDim; };
  return bad(c.m) || bad(c.n) || bad(c.k);
}

bool BadSamples(const Command& c) {
  const auto bad = [](unsigned count) { return count == 0 || count > kMaxSamples; };
  return bad(c.samples) || bad(c.a_samples) || (c.samples > 1 && c.d_format != kLog4);
}

bool BadScale(const Command& c) {
  if (c.d_format == kInt32) return false;
  const int shift = static_cast<int8_t>(c.scale_shift);
  return c.scale_mul == 0 || (c.d_format == kLog4 && c.scale_mul != 1) || shift < kScaleShiftMin ||
         shift > kScaleShiftMax;
}

bool BadIndex(const Command& c) {
  return c.col0 % kRandomGroup != 0 || uint64_t{c.col0} + c.n > uint64_t{1} << kRandomColumnBits;
}

bool Overflows(const Command& c, const MachineShape& shape) {
  return uint64_t{c.k} * c.a_samples > ProductLimit(c.a_format, c.b_format, shape.acc_width);
}

bool BufferTooSmall(const Command& c, const MachineShape& shape) {
  const uint64_t words = CeilDiv(c.k, shape.word_codes());
  const uint64_t panel = c.a_samples * words;
  if (panel > shape.depth_a) return true;
  if (c.a_resident && CeilDiv(c.m, shape.panel_a()) * panel > shape.depth_a) return true;
  return c.block == 0 || c.block * words > shape.depth_b;
}

bool Misaligned(const Command& c) {
  if (c.c_enable) {
    if (c.c_base % 4 != 0 || c.c_row_stride % 4 != 0 || c.c_col_stride % 4 != 0) return true;
    if (c.c_row_stride != 4 && c.c_col_stride != 4) return true;
  }
  return c.d_format == kInt32 && (c.d_base % 4 != 0 || c.d_stride % 4 != 0);
}

bool BadStride(const Command& c) {
  const auto overlap = [](const Region& region) { return region.row_bytes > region.stride; };
  if (overlap(RegionA(c)) || overlap(RegionB(c)) || overlap(RegionD(c))) return true;
  if (c.mask_enable && overlap(RegionMask(c))) return true;
  Region sample = RegionD(c);
  sample.samples = 1;
  return c.samples > 1 && c.d_sample_stride < sample.extent();
}

bool BadAddress(const Command& c, const MachineShape& shape) {
  const Wide end = Wide{1} << shape.axi_addr;
  const auto beyond = [&](const Region& region) { return region.last() >= end; };
  return beyond(RegionA(c)) || beyond(RegionB(c)) || beyond(RegionD(c)) ||
         (c.c_enable && beyond(RegionC(c))) || (c.mask_enable && beyond(RegionMask(c)));
}

// C is read from where D is written, element by element.
bool AddendIsOutput(const Command& c) {
  const uint64_t along = c.d_transposed ? c.c_row_stride : c.c_col_stride;
  const uint64_t across = c.d_transposed ? c.c_col_stride : c.c_row_stride;
  return c.d_format == kInt32 && c.c_base == c.d_base && along == 4 && across == c.d_stride;
}

bool Overlaps(const Command& c, const Rings& rings) {
  const Region d = RegionD(c);
  if (d.Meets(RegionA(c)) || d.Meets(RegionB(c))) return true;
  if (c.mask_enable && d.Meets(RegionMask(c))) return true;
  if (d.Meets(rings.commands()) || d.Meets(rings.records())) return true;
  return c.c_enable && d.Meets(RegionC(c)) && !AddendIsOutput(c);
}

}  // namespace

Region RegionA(const Command& c) {
  Region region = Codes(c.a_base, c.m, c.k, c.a_transposed, c.a_stride);
  region.samples = c.a_samples;
  region.sample_stride = c.a_sample_stride;
  return region;
}

Region RegionB(const Command& c) { return Codes(c.b_base, c.k, c.n, c.b_transposed, c.b_stride); }

Region RegionC(const Command& c) {
  if (c.c_col_stride == 4) return {c.c_base, c.m, uint64_t{c.n} * 4, c.c_row_stride};
  return {c.c_base, c.n, uint64_t{c.m - 1} * c.c_row_stride + 4, c.c_col_stride};
}

Region RegionMask(const Command& c) {
  return Codes(c.mask_base, c.m, c.n, c.mask_transposed, c.mask_stride);
}

Region RegionD(const Command& c) {
  Region region = Codes(c.d_base, c.m, c.n, c.d_transposed, c.d_stride);
  if (c.d_format == kInt32) region.row_bytes = uint64_t{c.d_transposed ? c.m : c.n} * 4;
  region.samples = c.samples;
  region.sample_stride = c.d_sample_stride;
  return region;
}

Cause Rings::Check(const MachineShape& shape) const {
  const bool power_of_two = size != 0 && (size & (size - 1)) == 0;
  if (!power_of_two || size > kMaxRing) return Cause::kRing;
  if (ring_base % kCommandBytes != 0 || record_base % kRecordBytes != 0) return Cause::kRing;
  const Wide end = Wide{1} << shape.axi_addr;
  return commands().last() >= end || records().last() >= end ? Cause::kRing : Cause::kNone;
}

Cause CheckCommand(const Command& c, const MachineShape& shape, const Rings& rings) {
  if (BadOperation(c)) return Cause::kOperation;
  if (BadFormat(c)) return Cause::kFormat;
  if (BadDimension(c)) return Cause::kDimension;
  if (BadSamples(c)) return Cause::kSamples;
  if (BadScale(c)) return Cause::kScale;
  if (BadIndex(c)) return Cause::kIndex;
  if (Overflows(c, shape)) return Cause::kOverflow;
  if (BufferTooSmall(c, shape)) return Cause::kBuffer;
  if (Misaligned(c)) return Cause::kAlignment;
  if (BadStride(c)) return Cause::kStride;
  if (BadAddress(c, shape)) return Cause::kAddress;
  if (Overlaps(c, rings)) return Cause::kOverlap;
  return Cause::kNone;
}

uint64_t ProductLimit(uint8_t a_format, uint8_t b_format, uint32_t acc_width) {
  const uint64_t a_max = a_format == kLog4 ? kLog4Max : 8;
  const uint64_t b_max = b_format == kUint4 ? kUint4Max : 8;
  return ((uint64_t{1} << (acc_width - 1)) - 1) / (a_max * b_max);
}

const char* CauseName(Cause cause) {
  static constexpr std::array kNames = {
      "None",   "Operation", "Format", "Dimension", "Samples", "Scale", "Index", "Overflow",
      "Buffer", "Alignment", "Stride", "Address",   "Overlap", "Ring",  "Read",  "Write"};
  const auto i = static_cast<size_t>(cause);
  return i < kNames.size() ? kNames[i] : "unknown";
}

std::string CauseText(Cause cause) {
  static constexpr std::array kTexts = {
      "no error",
      "the operation is unknown or a reserved bit is set: write zeros there",
      "A must be INT4 or LOG4, B must be INT4 or UINT4",
      "M, N and K must be in 1..16777215",
      "samples must be in 1..8, and 1 unless D is LOG4",
      "scale_mul must be in 1..255 (1 for LOG4), scale_shift in -32..63",
      "col0 must be a multiple of 16, and col0 + N at most 2^28",
      "K * a_samples could overflow the accumulator: split K and add the parts through C",
      "the operands do not fit the buffers: split K, or choose a smaller block",
      "addresses and strides of INT32 tensors must be multiples of 4, and one stride of C must be "
      "4",
      "a stored row is longer than its stride, or samples of D overlap: use longer strides",
      "a tensor ends beyond the address width: use lower addresses",
      "D overlaps an operand or a ring: only C may lie there, if it is exactly D",
      "too many commands were submitted, or a ring register is wrong: set it up again",
      "the memory answered a read with an error: check the addresses",
      "the memory answered a write with an error: check the addresses"};
  const auto i = static_cast<size_t>(cause);
  return std::string(CauseName(cause)) + ": " + (i < kTexts.size() ? kTexts[i] : "not a cause");
}

}  // namespace tetralog
