// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>

#include "sim/replay.h"

namespace tetralog {
namespace {

// A part of the matrix; an offset along nibbles is even.
TensorView PartOf(TensorView view, size_t row, size_t rows, size_t col, size_t cols) {
  if (view.data == nullptr) return view;
  const size_t line = view.transposed ? col : row, nibble = view.transposed ? row : col;
  view.data += line * view.stride + nibble / 2;
  view.rows = rows;
  view.cols = cols;
  return view;
}

// Of the sum, the k products in the middle.
GemmCommand PartOf(const GemmCommand& g, size_t m0, size_t rows, size_t n0, size_t cols, size_t k) {
  const size_t k0 = (g.a.cols - k) / 2 & ~size_t{1};
  GemmCommand part = g;
  part.a = PartOf(g.a, m0, rows, k0, k);
  part.b = PartOf(g.b, k0, k, n0, cols);
  if (g.epilogue.mask_enable) part.mask = PartOf(g.mask, m0, rows, n0, cols);
  if (g.epilogue.c_enable) part.c.data += m0 * g.c.row_stride + n0 * g.c.col_stride;
  part.row0 += static_cast<uint32_t>(m0);
  part.column0 += static_cast<uint32_t>(n0);
  return part;
}

uint64_t BeatsOf(const GemmCommand& g, const EngineShape& shape) {
  const uint64_t k = g.a.cols * static_cast<uint64_t>(g.a_samples);
  return (k + shape.dot - 1) / shape.dot * ((g.b.cols + shape.cols - 1) / shape.cols) *
         ((g.a.rows + shape.rows - 1) / shape.rows);
}

}  // namespace

Workload::Workload(const std::vector<Trace>& traces, const std::string& kind,
                   const EngineShape& shape, int copies, uint64_t beats, Operands operands,
                   uint64_t seed, PartSize size)
    : commands_(static_cast<size_t>(copies)) {
  std::vector<GemmCommand> parts;
  uint64_t all_beats = 0;
  for (const Trace& trace : traces) {
    for (const TraceGemm& gemm : trace.gemms) {
      if (gemm.kind != kind) continue;
      GemmCommand g = CommandOf(gemm);
      g.acc_width = static_cast<int>(shape.acc_width);
      for (size_t m0 = 0; m0 < g.a.rows; m0 += shape.rows)
        for (size_t n0 = 0; n0 < g.b.cols; n0 += size.cols) {
          parts.push_back(PartOf(g, m0, std::min<size_t>(shape.rows, g.a.rows - m0), n0,
                                 std::min(size.cols, g.b.cols - n0), std::min(size.k, g.a.cols)));
          all_beats += BeatsOf(parts.back(), shape);
        }
    }
  }
  if (parts.empty())
    throw std::invalid_argument(fmt::format("the traces have no GEMM of kind {}", kind));

  // Every step-th part from a random place on, to the engine that has least to do.
  const double wanted = static_cast<double>(beats) * copies;
  const double step = std::max(1.0, static_cast<double>(all_beats) / wanted);
  std::mt19937_64 random(seed);
  std::vector<uint64_t> load(static_cast<size_t>(copies), 0);
  std::vector<size_t> chosen;
  for (double at = static_cast<double>(random() % 1024) / 1024 * step;
       at < static_cast<double>(parts.size()); at += step)
    chosen.push_back(static_cast<size_t>(at));
  if (chosen.empty()) chosen.push_back(random() % parts.size());
  // Long ones first, so that the engines end at about the same time.
  std::stable_sort(chosen.begin(), chosen.end(), [&](size_t a, size_t b) {
    return BeatsOf(parts[a], shape) > BeatsOf(parts[b], shape);
  });
  for (const size_t i : chosen) {
    const auto least = std::min_element(load.begin(), load.end());
    GemmCommand part = parts[i];
    *least += BeatsOf(part, shape);
    if (operands != Operands::kRecorded) Replace(part, operands, random());
    CountZeros(part);
    commands_[static_cast<size_t>(least - load.begin())].push_back(part);
  }
  // Whoever takes only the first commands of a copy takes some of every length.
  for (std::vector<GemmCommand>& commands : commands_)
    std::shuffle(commands.begin(), commands.end(), random);
}

void Workload::CountZeros(const GemmCommand& g) {
  const size_t k = g.a.cols;
  for (int s = 0; s < g.a_samples; ++s) {
    TensorView a = g.a;
    a.data += static_cast<size_t>(s) * g.a_sample_stride;
    for (size_t i = 0; i < k; ++i) {
      uint64_t some_a = 0, some_b = 0;
      for (size_t r = 0; r < a.rows; ++r) some_a += IsZero(g.a_format, a.At(r, i)) ? 0 : 1;
      for (size_t c = 0; c < g.b.cols; ++c) some_b += IsZero(g.b_format, g.b.At(i, c)) ? 0 : 1;
      macs_ += a.rows * g.b.cols;
      zeros_ += a.rows * g.b.cols - some_a * some_b;
    }
  }
}

void Workload::Replace(GemmCommand& g, Operands operands, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto change = [&](TensorView& view, Format format, size_t samples, size_t sample_stride) {
    std::vector<uint8_t> others;  // codes that are not zero, as often as they are there
    const auto code = [&](size_t s, size_t r, size_t c) {
      TensorView sample = view;
      sample.data += s * sample_stride;
      return sample.At(r, c);
    };
    for (size_t s = 0; s < samples; ++s)
      for (size_t r = 0; r < view.rows; ++r)
        for (size_t c = 0; c < view.cols; ++c)
          if (!IsZero(format, code(s, r, c))) others.push_back(code(s, r, c));
    if (others.empty()) others.push_back(1);
    const size_t stride = (view.cols + 1) / 2;
    std::vector<uint8_t>& made = tensors_.emplace_back(samples * view.rows * stride, 0);
    for (size_t s = 0; s < samples; ++s)
      for (size_t r = 0; r < view.rows; ++r)
        for (size_t c = 0; c < view.cols; ++c) {
          uint8_t value = code(s, r, c);
          if (operands == Operands::kRandom)
            value = random() & 15;
          else if (IsZero(format, value))
            value = others[random() % others.size()];
          made[(s * view.rows + r) * stride + c / 2] |=
              static_cast<uint8_t>(value << (4 * (c % 2)));
        }
    view = {made.data(), view.rows, view.cols, stride, false};
    return view.rows * stride;
  };
  g.a_sample_stride = change(g.a, g.a_format, static_cast<size_t>(g.a_samples), g.a_sample_stride);
  change(g.b, g.b_format, 1, 0);
}

}  // namespace tetralog
