// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "model/formats.h"

namespace tetralog {
namespace {

TensorView ViewOf(const PackedTensor& tensor, size_t rows, size_t cols, bool transposed) {
  return {tensor.bytes.data(), rows, cols, tensor.stride(), transposed};
}

// Code (r, c) of sample s of a packed output.
uint8_t OutputCode(const TraceGemm& g, size_t s, size_t r, size_t c) {
  const size_t stored_rows = g.d_transposed ? g.n : g.m;
  const size_t row = s * stored_rows + (g.d_transposed ? c : r), col = g.d_transposed ? r : c;
  return g.d.bytes[row * g.d.stride() + col / 2] >> (4 * (col % 2)) & 15;
}

std::string Text(unsigned __int128 value) {
  return fmt::format("{:#x}{:016x}", static_cast<uint64_t>(value >> 64),
                     static_cast<uint64_t>(value));
}

// Compares values one by one, counts differences and keeps the first.
class Comparison {
 public:
  Comparison(GemmReport& report, const TraceGemm& gemm, std::string level)
      : report_(report), gemm_(gemm), level_(std::move(level)) {}

  void Raw(const std::vector<int32_t>& actual, const std::vector<uint64_t>* cycles) {
    for (size_t i = 0; i < gemm_.raw.size(); ++i)
      if (actual[i] != gemm_.raw[i])
        Add("raw result", i, 0, std::to_string(gemm_.raw[i]), std::to_string(actual[i]), cycles);
  }

  void Outputs(const GemmResult& actual, const std::vector<uint64_t>* cycles) {
    if (gemm_.d_format == Format::kInt32) {
      for (size_t i = 0; i < gemm_.z.size(); ++i)
        if (actual.z[i] != gemm_.z[i])
          Add("output", i, 0, std::to_string(gemm_.z[i]), std::to_string(actual.z[i]), cycles);
      return;
    }
    for (uint32_t s = 0; s < gemm_.samples; ++s)
      for (size_t i = 0; i < size_t{gemm_.m} * gemm_.n; ++i) {
        const uint8_t expected = OutputCode(gemm_, s, i / gemm_.n, i % gemm_.n);
        if (actual.codes[s][i] != expected)
          Add("output code", i, static_cast<int>(s), fmt::format("{:04b}", expected),
              fmt::format("{:04b}", actual.codes[s][i]), cycles);
      }
  }

  void Statistics(const EpilogueStats& actual) {
    const TraceStatistics& want = gemm_.statistics;
    Statistic("max_abs", want.max_abs, actual.max_abs);
    Statistic("sum_abs", want.sum_abs, actual.sum_abs);
    Statistic("sum_squares",
              static_cast<unsigned __int128>(want.sum_squares_hi) << 64 | want.sum_squares_lo,
              actual.sum_squares);
    Statistic("wraps", want.wraps, actual.wraps);
    for (size_t s = 0; s < gemm_.samples; ++s) {
      Statistic(fmt::format("zeros[{}]", s), want.zeros[s], actual.zeros[s]);
      Statistic(fmt::format("clipped[{}]", s), want.clipped[s], actual.clipped[s]);
    }
  }

 private:
  void Statistic(const std::string& name, unsigned __int128 expected, unsigned __int128 actual) {
    if (expected == actual) return;
    Count({level_, "statistic " + name, -1, -1, 0, Text(expected), Text(actual), std::nullopt});
  }

  void Add(const std::string& what, size_t index, int sample, std::string expected,
           std::string actual, const std::vector<uint64_t>* cycles) {
    Mismatch m{level_,
               what,
               static_cast<int64_t>(index / gemm_.n),
               static_cast<int64_t>(index % gemm_.n),
               sample,
               std::move(expected),
               std::move(actual),
               std::nullopt};
    if (cycles) m.cycle = (*cycles)[index];
    Count(m);
  }

  void Count(const Mismatch& m) {
    ++report_.mismatches;
    if (found_) return;
    found_ = true;
    report_.first.push_back(m);
  }

  GemmReport& report_;
  const TraceGemm& gemm_;
  std::string level_;
  bool found_ = false;
};

}  // namespace

GemmCommand CommandOf(const TraceGemm& g) {
  GemmCommand command;
  command.a_format = g.a_format;
  command.b_format = g.b_format;
  command.a = ViewOf(g.a, g.m, g.k, g.a_transposed);
  command.b = ViewOf(g.b, g.k, g.n, g.b_transposed);
  command.a_samples = static_cast<int>(g.a_samples);
  command.a_sample_stride = command.a.stored_rows() * command.a.stride;
  command.epilogue.d_format = g.d_format;
  command.epilogue.rounding = g.rounding;
  command.epilogue.scale_mul = static_cast<int>(g.scale_mul);
  command.epilogue.scale_shift = g.scale_shift;
  if (!g.c.empty()) {
    command.epilogue.c_enable = true;
    command.c = {g.c.data(), g.c_row_stride, g.c_col_stride};
  }
  if (!g.mask.empty()) {
    command.epilogue.mask_enable = true;
    command.mask = ViewOf(g.mask, g.m, g.n, g.mask_transposed);
  }
  command.seed = g.seed;
  command.row0 = g.row0;
  command.column0 = g.col0;
  command.sample0 = static_cast<uint8_t>(g.sample0);
  command.samples = static_cast<int>(g.samples);
  command.acc_width = static_cast<int>(g.acc_width);
  return command;
}

GemmCommand RawCommandOf(const TraceGemm& g) {
  GemmCommand command = CommandOf(g);
  command.epilogue = EpilogueConfig{};
  command.samples = 1;
  return command;
}

void CompareWithReference(const TraceGemm& gemm, const std::string& level,
                          const std::vector<int32_t>& raw, const GemmResult& output,
                          GemmReport& report) {
  Comparison comparison(report, gemm, level);
  comparison.Raw(raw, nullptr);
  comparison.Outputs(output, nullptr);
  comparison.Statistics(output.stats);
}

uint64_t OutputsCompared(const TraceGemm& gemm) {
  const bool output_is_raw = gemm.d_format == Format::kInt32 && gemm.c.empty() && gemm.mask.empty();
  return uint64_t{gemm.m} * gemm.n * (output_is_raw ? 1 : 1 + gemm.samples);
}

GemmReport Replay(const TraceGemm& gemm, Engine& engine, const ReplayOptions& options) {
  GemmReport report;
  report.macs = uint64_t{gemm.m} * gemm.n * gemm.k * gemm.a_samples;

  GemmCommand command = CommandOf(gemm);
  command.keep_raw = true;
  const GemmResult functional = Gemm(command);
  CompareWithReference(gemm, "functional", functional.raw, functional, report);

  // The engine gives accumulators only as INT32 outputs without C and mask, so a GEMM with another
  // output runs twice.
  EngineDriver driver(engine, StallConfig::All(options.stall_percent, options.seed));
  driver.OnCycle(options.on_cycle);
  Comparison rtl(report, gemm, "rtl");
  const EngineRun output = driver.Run(command);
  report.cycles = output.cycles();
  report.bound = Bound(engine.shape(), command);
  const bool output_is_raw = gemm.d_format == Format::kInt32 && gemm.c.empty() && gemm.mask.empty();
  report.outputs = OutputsCompared(gemm);
  if (output_is_raw) {
    rtl.Raw(output.result.z, &output.cycle);
  } else {
    const EngineRun raw = driver.Run(RawCommandOf(gemm));
    rtl.Raw(raw.result.z, &raw.cycle);
  }
  rtl.Outputs(output.result, &output.cycle);
  rtl.Statistics(output.result.stats);
  return report;
}

std::string Describe(const Mismatch& mismatch, const TraceGemm& gemm, const EngineShape& shape) {
  std::string text = fmt::format("{}: {} of level {} differs from the reference", gemm.name,
                                 mismatch.what, mismatch.level);
  if (mismatch.row >= 0)
    text += fmt::format("\n  element: row {}, column {}, sample {}", mismatch.row, mismatch.col,
                        mismatch.sample);
  text += fmt::format("\n  expected: {}\n  actual:   {}", mismatch.expected, mismatch.actual);
  if (mismatch.row < 0) return text;
  text += fmt::format("\n  tile: rows from {}, columns from {} ({})",
                      mismatch.row / shape.rows * shape.rows,
                      mismatch.col / shape.cols * shape.cols, shape.name());
  if (mismatch.cycle) text += fmt::format(", cycle {}", *mismatch.cycle);

  const GemmCommand command = CommandOf(gemm);
  const auto row = static_cast<size_t>(mismatch.row), col = static_cast<size_t>(mismatch.col);
  constexpr size_t kShown = 32;
  std::string a, b;
  for (size_t k = 0; k < std::min<size_t>(gemm.k, kShown); ++k) {
    a += fmt::format(" {}", Decode(gemm.a_format, command.a.At(row, k)));
    b += fmt::format(" {}", Decode(gemm.b_format, command.b.At(k, col)));
  }
  const std::string rest = gemm.k > kShown ? fmt::format(" ... ({} in all)", gemm.k) : "";
  text += fmt::format("\n  A[{},:]:{}{}\n  B[:,{}]:{}{}", row, a, rest, col, b, rest);
  if (command.epilogue.c_enable) text += fmt::format("\n  C: {}", command.c.At(row, col));
  if (command.epilogue.mask_enable)
    text += fmt::format("\n  mask: {:04b}", command.mask.At(row, col));
  return text;
}

}  // namespace tetralog
