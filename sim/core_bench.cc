// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// How many cycles of the core a CPU second simulates, by the Verilated RTL and by the cycle model
// side by side: 256 x 512 x 256 with random operands, memory model and protocol checker included,
// assertions on, no tracing. And how many an estimate passes, of 512 x 512 x 512 to INT32.

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "Vfast_core_16x16x1.h"
#include "Vfast_core_16x16x4.h"
#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/driver.h"
#include "sim/estimate.h"
#include "sim/systemc_core.h"
#include "sim/verilated_core.h"

namespace tetralog {
namespace {

MachineShape ShapeOf(uint32_t dot) {
  MachineShape shape;
  shape.dot = dot;
  return shape;
}

void CoreCycles(benchmark::State& state, std::unique_ptr<Core> core) {
  ClockedMachine machine(std::move(core), 1 << 20);
  Driver driver(machine);
  std::mt19937 rng(1);
  const auto random = [&](uint32_t rows, uint32_t cols, Format format) {
    const Tensor tensor = driver.NewTensor(rows, cols, format);
    std::vector<uint8_t> codes(size_t{rows} * cols);
    for (uint8_t& code : codes) code = rng() & 15;
    driver.Upload(tensor, codes);
    return tensor;
  };
  GemmRequest r;
  r.a = random(256, 512, Format::kLog4);
  r.b = random(512, 256, Format::kUint4);
  r.d = driver.NewTensor(256, 256, Format::kInt32);
  const uint64_t before = machine.cycles();
  for (auto _ : state) driver.Wait(driver.Gemm(r));
  state.counters["cycles_per_second"] = benchmark::Counter(
      static_cast<double>(machine.cycles() - before), benchmark::Counter::kIsRate);
}

template <typename V>
void Rtl(benchmark::State& state, uint32_t dot) {
  CoreCycles(state, std::make_unique<VerilatedCore<V>>(ShapeOf(dot), 1));
}
void Cycle(benchmark::State& state, uint32_t dot) {
  CoreCycles(state, std::make_unique<CycleCore>(ShapeOf(dot)));
}
void Systemc(benchmark::State& state, uint32_t dot) {
  CoreCycles(state, std::make_unique<SystemcCore>(ShapeOf(dot)));
}

void Estimate(benchmark::State& state, uint32_t dot) {
  const LayerGemm gemm{.name = "512",
                       .kind = GemmKind::kProduct,
                       .m = 512,
                       .n = 512,
                       .k = 512,
                       .b = Format::kInt4,
                       .d = Format::kInt32};
  uint64_t cycles = 0;
  for (auto _ : state) cycles += EstimateGemm(gemm, ShapeOf(dot), {}).cycles();
  state.counters["cycles_per_second"] =
      benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
}

void Rtl16x16x1(benchmark::State& state) { Rtl<Vfast_core_16x16x1>(state, 1); }
void Cycle16x16x1(benchmark::State& state) { Cycle(state, 1); }
void Systemc16x16x1(benchmark::State& state) { Systemc(state, 1); }
void Estimate16x16x1(benchmark::State& state) { Estimate(state, 1); }
void Rtl16x16x4(benchmark::State& state) { Rtl<Vfast_core_16x16x4>(state, 4); }
void Cycle16x16x4(benchmark::State& state) { Cycle(state, 4); }
void Systemc16x16x4(benchmark::State& state) { Systemc(state, 4); }
void Estimate16x16x4(benchmark::State& state) { Estimate(state, 4); }
BENCHMARK(Rtl16x16x1)->Unit(benchmark::kMillisecond);
BENCHMARK(Cycle16x16x1)->Unit(benchmark::kMillisecond);
BENCHMARK(Systemc16x16x1)->Unit(benchmark::kMillisecond);
BENCHMARK(Estimate16x16x1)->Unit(benchmark::kMillisecond);
BENCHMARK(Rtl16x16x4)->Unit(benchmark::kMillisecond);
BENCHMARK(Cycle16x16x4)->Unit(benchmark::kMillisecond);
BENCHMARK(Systemc16x16x4)->Unit(benchmark::kMillisecond);
BENCHMARK(Estimate16x16x4)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tetralog

BENCHMARK_MAIN();
