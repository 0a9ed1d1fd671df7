// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "tests/engine_testing.h"

#include <fmt/format.h>

#include <stdexcept>

#include "Vengine_4x4x1.h"
#ifndef ENGINE_NETLIST
#include "Vengine_3x5x3.h"
#include "Vengine_4x16x4.h"
#include "Vengine_8x4x2.h"
#endif
#include "sim/verilated_engine.h"

namespace tetralog::testing {

// Square and not, more rows than columns and fewer, Dot 1 to 4, one lane to sixteen, groups of one
// element and of sixteen, more lanes than the columns of a group, 20-bit accumulators, R = 8.
#ifdef ENGINE_NETLIST  // gates of the smallest only
std::vector<std::string> EngineShapes() { return {"4x4x1"}; }
#else
std::vector<std::string> EngineShapes() { return {"4x4x1", "8x4x2", "3x5x3", "4x16x4"}; }
#endif

std::unique_ptr<Engine> MakeTestEngine(const std::string& shape, uint64_t seed) {
  if (shape == "4x4x1")
    return std::make_unique<VerilatedEngine<Vengine_4x4x1>>(EngineShape{4, 4, 1, 4, 24, 12}, seed);
#ifndef ENGINE_NETLIST
  if (shape == "8x4x2")
    return std::make_unique<VerilatedEngine<Vengine_8x4x2>>(EngineShape{8, 4, 2, 2, 24, 12}, seed);
  if (shape == "3x5x3")
    return std::make_unique<VerilatedEngine<Vengine_3x5x3>>(EngineShape{3, 5, 3, 1, 20, 8}, seed);
  if (shape == "4x16x4")
    return std::make_unique<VerilatedEngine<Vengine_4x16x4>>(EngineShape{4, 16, 4, 16, 24, 12},
                                                             seed);
#endif
  throw std::invalid_argument("no test engine of shape " + shape);
}

namespace {

uint64_t Below(std::mt19937_64& rng, uint64_t n) { return rng() % n; }

// Log-uniform in 1..max.
size_t Dimension(std::mt19937_64& rng, size_t max) {
  const size_t limit = size_t{1} << Below(rng, 64 - static_cast<unsigned>(__builtin_clzll(max)));
  return 1 + Below(rng, std::min(limit * 2, max));
}

std::vector<uint8_t> RandomTensor(std::mt19937_64& rng, TensorView& view, size_t rows, size_t cols,
                                  size_t copies) {
  view.rows = rows;
  view.cols = cols;
  view.transposed = rng() & 1;
  view.stride = (view.stored_cols() + 1) / 2 + Below(rng, 3);
  std::vector<uint8_t> bytes(view.stored_rows() * view.stride * copies);
  const unsigned kind = Below(rng, 4);
  for (uint8_t& byte : bytes) {
    if (kind == 0) byte = static_cast<uint8_t>(rng());
    if (kind == 1) byte = (rng() & 3) ? 0 : static_cast<uint8_t>(rng());
    if (kind == 2) byte = (rng() & 1) ? 0x78 : 0x87;  // least and greatest of INT4, LOG4 64
    if (kind == 3) byte = (rng() & 1) ? 0xff : 0x77;  // greatest of UINT4, LOG4 +-64
  }
  view.data = bytes.data();
  return bytes;
}

}  // namespace

std::string RandomGemm::Text() const {
  const GemmCommand& g = command;
  return fmt::format(
      "{} x {} x {}, A format {}{} x{}, B format {}{}, D format {} rounding {} m {} n {}, C {} "
      "mask "
      "{}, samples {} from {}, seed {:#x}, at {},{}",
      g.a.rows, g.a.cols, g.b.cols, static_cast<int>(g.a_format), g.a.transposed ? "^T" : "",
      g.a_samples, static_cast<int>(g.b_format), g.b.transposed ? "^T" : "",
      static_cast<int>(g.epilogue.d_format), static_cast<int>(g.epilogue.rounding),
      g.epilogue.scale_mul, g.epilogue.scale_shift, g.epilogue.c_enable, g.epilogue.mask_enable,
      g.samples, g.sample0, g.seed, g.row0, g.column0);
}

std::unique_ptr<RandomGemm> MakeRandomGemm(const EngineShape& shape,
                                           const RandomGemmOptions& options, std::mt19937_64& rng) {
  auto gemm = std::make_unique<RandomGemm>();
  GemmCommand& g = gemm->command;
  const size_t m = Dimension(rng, options.max_m), n = Dimension(rng, options.max_n),
               k = Dimension(rng, options.max_k);
  g.a_format = (rng() & 1) ? Format::kLog4 : Format::kInt4;
  g.b_format = (rng() & 1) ? Format::kUint4 : Format::kInt4;
  g.a_samples = (rng() & 3) ? 1 : 2;
  gemm->a = RandomTensor(rng, g.a, m, k, static_cast<size_t>(g.a_samples));
  g.a_sample_stride = g.a.stored_rows() * g.a.stride;
  gemm->b = RandomTensor(rng, g.b, k, n, 1);
  EpilogueConfig& e = g.epilogue;
  e.d_format = static_cast<Format>(Below(rng, 4));
  e.rounding = (rng() & 1) ? Rounding::kStochastic : Rounding::kNearest;
  e.random_bits = static_cast<int>(shape.random_bits);
  const bool scaled = e.d_format == Format::kInt4 || e.d_format == Format::kUint4;
  e.scale_mul = scaled ? static_cast<int>(1 + Below(rng, 255)) : 1;
  // Mostly shifts that bring results into range, now and then any.
  e.scale_shift = (rng() & 7) ? static_cast<int>(Below(rng, 20)) - (scaled ? 0 : 6)
                              : static_cast<int>(Below(rng, 96)) - 32;
  if (rng() & 1) {
    e.c_enable = true;
    g.c.row_stride = (rng() & 1) ? n : 0;
    g.c.col_stride = (rng() & 1) ? 1 : 0;
    gemm->c.resize(m * n + n);
    const bool wide = (rng() & 3) == 0;  // wraps
    for (int32_t& c : gemm->c)
      c = wide ? static_cast<int32_t>(rng()) : static_cast<int32_t>(Below(rng, 2001)) - 1000;
    g.c.data = gemm->c.data();
  }
  if (rng() & 1) {
    e.mask_enable = true;
    gemm->mask = RandomTensor(rng, g.mask, m, n, 1);
  }
  g.seed = rng();
  g.row0 = (rng() & 1) ? 0 : static_cast<uint32_t>(rng());
  g.column0 = (rng() & 1) ? 0 : static_cast<uint32_t>(Below(rng, 1 << 20)) * 16;
  g.sample0 = (rng() & 1) ? 0 : static_cast<uint8_t>(rng());
  g.samples = e.d_format == Format::kLog4 ? static_cast<int>(1 + Below(rng, 8)) : 1;
  g.acc_width = static_cast<int>(shape.acc_width);
  return gemm;
}

}  // namespace tetralog::testing
