// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// How well the core keeps its array busy: runs GEMMs from doorbell to completion on the Verilated
// core, reads its counters, and compares the cycles with what bounds them.
//
//   compute  products / (Rows * Cols * Dot)
//   lanes    output elements * samples / Lanes
//   read     bytes of A (all samples), B, C and mask, each once / bytes of a bus word
//   write    bytes of D (all samples) / bytes of a bus word
//
// Memory answers a read after 20 cycles and a write after 20, with no random stalls.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "sim/counters.h"
#include "sim/driver.h"
#include "sim/linear_layer.h"
#include "sim/provenance.h"
#include "sim/utilisation_builds.h"
#include "sim/whole_number.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

struct Gemm {
  std::string name;
  uint64_t m = 0, n = 0, k = 0;             // k over all samples of A
  uint64_t lanes = 0, read = 0, write = 0;  // what bounds it besides computing, in cycles
  Counters counters;
};

class Bench {
 public:
  Bench(Machine& machine, uint64_t seed) : driver_(machine), random_(seed) {}

  const MachineShape& shape() { return driver_.shape(); }

  Tensor Random(uint32_t rows, uint32_t cols, Format format, uint32_t samples = 1) {
    const Tensor tensor = driver_.NewTensor(rows, cols, format, samples);
    if (format == Format::kInt32) {
      std::vector<int32_t> values(size_t{rows} * cols);
      for (int32_t& v : values) v = static_cast<int32_t>(random_() % 2001) - 1000;
      driver_.UploadInt32(tensor, values);
      return tensor;
    }
    std::vector<uint8_t> codes(size_t{rows} * cols);
    for (uint32_t s = 0; s < samples; ++s) {
      for (uint8_t& code : codes) code = Code(format);
      driver_.Upload(tensor, codes, s);
    }
    return tensor;
  }

  // What `submit` submits, from the doorbell on.
  template <typename Submit>
  Gemm Measure(const std::string& name, uint64_t m, uint64_t k, uint64_t n, const Tensor& d,
               uint64_t operand_bytes, Submit&& submit) {
    Gemm gemm;
    gemm.name = name;
    gemm.m = m;
    gemm.k = k;
    gemm.n = n;
    const uint64_t word = shape().axi_data / 8;
    gemm.lanes = m * n * d.samples / shape().lanes;
    gemm.read = operand_bytes / word;
    gemm.write = d.rows * d.row_bytes() * d.samples / word;
    const Handle handle = submit();
    ClearCounters(driver_.machine());
    driver_.Flush();
    driver_.Wait(handle);
    gemm.counters = ReadCounters(driver_.machine());
    return gemm;
  }

  Gemm Square(uint32_t size, bool across) {
    driver_.arena().Reset();
    // A as stored along K and B along N, or the other way round.
    GemmRequest r;
    r.a = Random(size, size, Format::kInt4);
    r.b = Random(size, size, Format::kInt4);
    r.d = driver_.NewTensor(size, size, Format::kInt32);
    r.a_transposed = across;
    r.b_transposed = !across;
    return Measure(fmt::format("{0}x{0}x{0} {1}", size, across ? "A^T B" : "A B^T"), size, size,
                   size, r.d, size * size, [&] { return driver_.Gemm(r); });
  }

  // The GEMMs of a training step of an MLP (all but the input gradient of the first layer), each
  // alone: SMP 2 below the last layer, whose gradient has one sample.
  std::vector<Gemm> MlpStep(uint32_t batch, const std::vector<uint32_t>& sizes) {
    driver_.arena().Reset();
    const auto layers = static_cast<uint32_t>(sizes.size() - 1);
    std::vector<Gemm> gemms;
    OutputOptions output;
    output.scale_shift = 8;
    std::vector<Tensor> w, x;
    for (uint32_t l = 0; l < layers; ++l) {
      w.push_back(Random(sizes[l + 1], sizes[l], Format::kInt4));
      x.push_back(Random(batch, sizes[l], Format::kUint4));
    }
    for (uint32_t l = 0; l < layers; ++l) {
      const Tensor bias = Random(1, sizes[l + 1], Format::kInt32);
      const Tensor y =
          driver_.NewTensor(batch, sizes[l + 1], l + 1 < layers ? Format::kUint4 : Format::kInt32);
      gemms.push_back(Measure(fmt::format("fc{} forward", l + 1), sizes[l + 1], sizes[l], batch, y,
                              Bytes(w[l]) + Bytes(x[l]) + Bytes(bias),
                              [&] { return LinearForward(driver_, w[l], x[l], y, bias, output); }));
    }
    for (uint32_t l = layers; l-- > 0;) {
      const uint32_t samples = l + 1 == layers ? 1 : 2;
      const Tensor dy = Random(batch, sizes[l + 1], Format::kLog4, samples);
      if (l > 0) {
        const Tensor dx = driver_.NewTensor(batch, sizes[l], Format::kLog4, 2);
        gemms.push_back(Measure(fmt::format("fc{} input gradient", l + 1), batch, sizes[l + 1],
                                sizes[l], dx, Bytes(dy) / samples + Bytes(w[l]) + Bytes(x[l]), [&] {
                                  return LinearInputGradient(driver_, dy, w[l], dx, x[l], output);
                                }));
      }
      const Tensor dw = driver_.NewTensor(sizes[l + 1], sizes[l], Format::kInt32);
      gemms.push_back(Measure(fmt::format("fc{} weight gradient", l + 1), sizes[l + 1],
                              uint64_t{batch} * samples, sizes[l], dw, Bytes(dy) + Bytes(x[l]),
                              [&] { return LinearWeightGradient(driver_, dy, x[l], dw); }));
    }
    return gemms;
  }

 private:
  static uint64_t Bytes(const Tensor& t) { return t.rows * t.row_bytes() * t.samples; }

  // Gradients are mostly small, and about half of all activations are zero.
  uint8_t Code(Format format) {
    const uint64_t r = random_();
    if (format == Format::kLog4)
      return r % 2 ? 0 : static_cast<uint8_t>((r >> 8 & 8) | (r >> 16) % 5);
    if (format == Format::kUint4) return r % 2 ? 0 : r >> 8 & 15;
    return static_cast<uint8_t>((r >> 8) % 15 + 9) & 15;
  }

  Driver driver_;
  std::mt19937_64 random_;
};

struct Summary {
  Json json;
  double weighted = 0;
};

// Prints a line for each GEMM, and gives their JSON and the utilisation weighted by products.
Summary Report(const MachineShape& shape, const std::vector<Gemm>& gemms) {
  Summary summary;
  double macs_all = 0;
  for (const Gemm& g : gemms) {
    const double macs =
        static_cast<double>(g.m) * static_cast<double>(g.k) * static_cast<double>(g.n);
    const double compute = macs / static_cast<double>(shape.macs());
    const auto cycles = static_cast<double>(g.counters[kCounterBusy]);
    const std::array<std::pair<double, const char*>, 4> bounds = {
        {{compute, "compute"},
         {static_cast<double>(g.lanes), "lanes"},
         {static_cast<double>(g.read), "read"},
         {static_cast<double>(g.write), "write"}}};
    const auto bound = *std::max_element(bounds.begin(), bounds.end());
    const double utilisation = compute / cycles;
    fmt::print(
        "{:<8} {:<22} {:>15} {:>9} {:>9.0f} {:<7} {:>6.1f} % {:>10.1f} % {:>8} {:>7} {:>7} {:>7}\n",
        shape.name(), g.name, fmt::format("{} x {} x {}", g.m, g.k, g.n), g.counters[kCounterBusy],
        bound.first, bound.second, 100 * utilisation, 100 * bound.first / cycles,
        g.counters[kCounterStallOperand], g.counters[kCounterStallDrain],
        g.counters[kCounterStallAddend], g.counters[kCounterStallWrite]);
    summary.json.push_back({{"shape", shape.name()},
                            {"name", g.name},
                            {"m", g.m},
                            {"k", g.k},
                            {"n", g.n},
                            {"cycles", g.counters[kCounterBusy]},
                            {"utilisation", utilisation},
                            {"bound", bound.second},
                            {"bound_cycles", bound.first},
                            {"of_bound", bound.first / cycles},
                            {"active", g.counters[kCounterActive]},
                            {"stall_operand", g.counters[kCounterStallOperand]},
                            {"stall_drain", g.counters[kCounterStallDrain]},
                            {"stall_addend", g.counters[kCounterStallAddend]},
                            {"stall_write", g.counters[kCounterStallWrite]},
                            {"read_bytes", g.counters[kCounterReadBytes]},
                            {"write_bytes", g.counters[kCounterWriteBytes]},
                            {"gated", g.counters[kCounterGated]}});
    summary.weighted += utilisation * macs;
    macs_all += macs;
  }
  summary.weighted /= macs_all;
  return summary;
}

int Run(const std::vector<std::string>& shapes, uint64_t seed, const std::string& json) {
  Json gemms = Json::array(), steps;
  fmt::print("{:<8} {:<22} {:>15} {:>9} {:>9} {:<7} {:>8} {:>12} {:>8} {:>7} {:>7} {:>7}\n",
             "shape", "gemm", "M x K x N", "cycles", "bound", "by", "MACs", "of bound", "operand",
             "drain", "addend", "write");
  for (const std::string& name : shapes) {
    const auto machine = MakeUtilisationMachine(name, seed);
    Bench bench(*machine, seed);
    std::vector<Gemm> squares;
    for (const uint32_t size : {512U, 64U})
      for (const bool across : {false, true}) squares.push_back(bench.Square(size, across));
    for (Json& g : Report(bench.shape(), squares).json) gemms.push_back(std::move(g));
    Summary step = Report(bench.shape(), bench.MlpStep(128, {784, 256, 128, 10}));
    for (Json& g : step.json) gemms.push_back(std::move(g));
    fmt::print("{:<8} MLP step, batch 128: {:.1f} % of the MACs busy, weighted by products\n", name,
               100 * step.weighted);
    steps[name] = step.weighted;
  }
  if (!json.empty()) {
    Json report = Provenance();
    report["seed"] = seed;
    report["memory"] = {{"read_latency", 20}, {"write_latency", 20}, {"stalls", 0}};
    report["mlp_step_utilisation"] = steps;
    report["gemms"] = gemms;
    WriteReport(json, report);
  }
  return 0;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  CLI::App app{"Utilisation of the core's array, GEMM by GEMM"};
  std::vector<std::string> shapes = {"16x16x1", "16x16x4"};
  uint64_t seed = 1;
  std::string json;
  app.add_option("--shape", shapes, "shapes of the core")->delimiter(',')->capture_default_str();
  app.add_option("--seed", seed, "seed of the operands")
      ->check(tetralog::WholeNumberFault)
      ->capture_default_str();
  app.add_option("--json", json, "write the report to this file");
  CLI11_PARSE(app, argc, argv);
  try {
    return tetralog::Run(shapes, seed, json);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
