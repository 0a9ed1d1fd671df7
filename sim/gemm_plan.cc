// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/gemm_plan.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "sim/command_rules.h"

namespace tetralog {
namespace {

uint32_t CeilDiv(uint32_t a, uint32_t b) { return a / b + (a % b != 0); }

struct Dimensions {
  uint32_t m, n, k;
};

void Agree(const char* what, uint32_t a, uint32_t b) {
  if (a == b) return;
  throw std::invalid_argument(std::string(what) + " is " + std::to_string(a) + " here and " +
                              std::to_string(b) + " there: give tensors of agreeing sizes");
}

Dimensions DimensionsOf(const GemmRequest& r) {
  const Dimensions dims{r.a_transposed ? r.a.cols : r.a.rows, r.b_transposed ? r.b.rows : r.b.cols,
                        r.a_transposed ? r.a.rows : r.a.cols};
  Agree("K (A and B)", dims.k, r.b_transposed ? r.b.cols : r.b.rows);
  Agree("M (A and D)", dims.m, r.d_transposed ? r.d.cols : r.d.rows);
  Agree("N (B and D)", dims.n, r.d_transposed ? r.d.rows : r.d.cols);
  if (r.mask) {
    Agree("M (A and mask)", dims.m, r.mask_transposed ? r.mask->cols : r.mask->rows);
    Agree("N (B and mask)", dims.n, r.mask_transposed ? r.mask->rows : r.mask->cols);
  }
  if (r.a_samples == 0 || r.a_samples > r.a.samples) {
    throw std::invalid_argument("a_samples = " + std::to_string(r.a_samples) + ", but A has " +
                                std::to_string(r.a.samples) + " samples: give 1 to that");
  }
  return dims;
}

uint32_t PanelsA(const MachineShape& shape, uint32_t m) { return CeilDiv(m, shape.panel_a()); }
uint32_t PanelsB(const MachineShape& shape, uint32_t n) { return CeilDiv(n, shape.panel_b()); }

// Panels of B that are at least two tiles wide keep the array busy while the next row of A loads.
uint32_t LeastBlock(const MachineShape& shape) { return shape.panel_b() >= 2 * shape.cols ? 1 : 2; }

// The words a row of operands may have in the buffers.
uint32_t MaxWords(const MachineShape& shape, const GemmRequest& r, const Dimensions& dims) {
  const uint64_t all = CeilDiv(dims.k, shape.word_codes());
  uint32_t a = shape.depth_a / r.a_samples;
  if (all * PanelsA(shape, dims.m) > a) a = std::max(a / 2, std::min(a, 1u));
  uint32_t b = shape.depth_b;
  if (all * PanelsB(shape, dims.n) > b) b = std::max(b / 2 / LeastBlock(shape), 1u);
  return std::min(a, b);
}

// The codes of K of one part, whole words unless even one overflows; 0: none fits.
uint32_t PartSize(const MachineShape& shape, const GemmRequest& r, const Dimensions& dims) {
  const uint32_t word = shape.word_codes();
  uint64_t most = uint64_t{MaxWords(shape, r, dims)} * word;
  const uint64_t limit = ProductLimit(static_cast<uint8_t>(r.a.format),
                                      static_cast<uint8_t>(r.b.format), shape.acc_width) /
                         r.a_samples;
  if (dims.k <= std::min(most, limit)) return dims.k;
  if (limit < most) most = limit >= word ? limit / word * word : limit / 2 * 2;
  if (most == 0) return 0;
  const auto parts = static_cast<uint32_t>((dims.k + most - 1) / most);
  const uint32_t grain = most >= word ? word : 2;  // rows of operands begin at whole bytes
  return CeilDiv(CeilDiv(dims.k, parts), grain) * grain;
}

void PlanBuffers(const MachineShape& shape, Command& c) {
  const uint32_t words = CeilDiv(c.k, shape.word_codes());
  const uint32_t panels = PanelsB(shape, c.n);
  const uint32_t fit = shape.depth_b / words;
  uint32_t block = panels;
  if (panels > fit) {
    const uint32_t most = std::max(fit / 2, std::min(LeastBlock(shape), fit));
    block = CeilDiv(panels, CeilDiv(panels, most));  // blocks of about one size
  }
  c.block = static_cast<uint16_t>(std::min(block, 0xffffu));
  const uint64_t all_a = uint64_t{PanelsA(shape, c.m)} * c.a_samples * words;
  c.a_resident = c.block < panels && all_a <= shape.depth_a;
}

void SetAddend(Command& c, const Addend& addend) {
  c.c_enable = 1;
  c.c_base = addend.address;
  c.c_row_stride = addend.row_stride;
  c.c_col_stride = addend.col_stride;
}

void SetOutput(Command& c, const Tensor& d, bool transposed) {
  c.d_format = static_cast<uint8_t>(d.format);
  c.d_transposed = transposed;
  c.d_base = d.address;
  c.d_stride = d.stride;
  c.d_sample_stride = d.sample_stride;
  c.samples = static_cast<uint8_t>(d.samples);
}

// What all parts share.
Command Common(const GemmRequest& r, const Dimensions& dims) {
  Command c;
  c.op = static_cast<uint8_t>(Operation::kGemm);
  c.a_format = static_cast<uint8_t>(r.a.format);
  c.b_format = static_cast<uint8_t>(r.b.format);
  c.a_transposed = r.a_transposed;
  c.b_transposed = r.b_transposed;
  c.a_samples = static_cast<uint8_t>(r.a_samples);
  c.a_stride = r.a.stride;
  c.a_sample_stride = r.a.sample_stride;
  c.b_stride = r.b.stride;
  c.m = dims.m;
  c.n = dims.n;
  c.scale_mul = r.output.scale_mul;
  c.scale_shift = static_cast<uint8_t>(r.output.scale_shift);
  c.rounding = static_cast<uint8_t>(r.output.rounding);
  c.seed = r.output.seed;
  c.row0 = r.output.row0;
  c.col0 = r.output.col0;
  c.sample0 = r.output.sample0;
  return c;
}

void SetMask(Command& c, const GemmRequest& r) {
  if (!r.mask) return;
  c.mask_enable = 1;
  c.mask_transposed = r.mask_transposed;
  c.mask_base = r.mask->address;
  c.mask_stride = r.mask->stride;
}

// Where partial sums lie: in D when it is INT32, else in the scratch memory.
struct Partial {
  Tensor tensor;
  bool transposed;
};

Partial PartialOf(const GemmRequest& r, const Dimensions& dims, uint64_t scratch) {
  if (r.d.format == Format::kInt32) return {r.d, r.d_transposed};
  Tensor tensor;
  tensor.address = scratch;
  tensor.rows = dims.m;
  tensor.cols = dims.n;
  tensor.stride = (dims.n * 4 + 15) / 16 * 16;
  tensor.format = Format::kInt32;
  return {tensor, false};
}

}  // namespace

Addend MatrixAddend(const Tensor& tensor, bool transposed) {
  if (transposed) return {tensor.address, 4, tensor.stride};
  return {tensor.address, tensor.stride, 4};
}

Addend RowBias(const Tensor& tensor) { return {tensor.address, 4, 0}; }

Addend ColumnBias(const Tensor& tensor) { return {tensor.address, 0, 4}; }

uint64_t PlanScratchBytes(const MachineShape& shape, const GemmRequest& request) {
  const Dimensions dims = DimensionsOf(request);
  const bool whole = PartSize(shape, request, dims) == dims.k;
  if (whole || request.d.format == Format::kInt32) return 0;
  return PartialOf(request, dims, 0).tensor.sample_bytes();
}

std::vector<Command> PlanGemm(const MachineShape& shape, const GemmRequest& r, uint64_t scratch) {
  const Dimensions dims = DimensionsOf(r);
  const uint32_t part = PartSize(shape, r, dims);
  if (part == 0 && dims.k != 0) {
    throw std::invalid_argument("a_samples = " + std::to_string(r.a_samples) +
                                " fits neither buffer A nor the accumulator of " + shape.name() +
                                ": add the samples in several products through C");
  }
  const Partial partial = PartialOf(r, dims, scratch);
  const Addend sum = MatrixAddend(partial.tensor, partial.transposed);
  std::vector<Command> commands;
  uint32_t k0 = 0;
  do {
    Command c = Common(r, dims);
    c.k = std::min(part, dims.k - k0);
    c.a_base = r.a.address + (r.a_transposed ? uint64_t{k0} * r.a.stride : k0 / 2);
    c.b_base = r.b.address + (r.b_transposed ? k0 / 2 : uint64_t{k0} * r.b.stride);
    if (k0 != 0) {
      SetAddend(c, sum);
    } else if (r.c) {
      SetAddend(c, *r.c);
    }
    k0 += c.k;
    if (k0 == dims.k) {
      SetOutput(c, r.d, r.d_transposed);
      SetMask(c, r);
    } else {
      SetOutput(c, partial.tensor, partial.transposed);
    }
    if (c.k != 0) PlanBuffers(shape, c);
    commands.push_back(c);
  } while (k0 < dims.k);
  return commands;
}

}  // namespace tetralog
