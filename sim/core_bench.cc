// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// How many cycles of the core a CPU second simulates, side by side: the Verilated RTL, the cycle
// model, and the cycle model as a SystemC module with a signal at every pin, all of them with data,
// memory model and protocol checker, assertions on, no tracing: 256 x 512 x 256. And the cycle
// model without data as `tetralog estimate` runs it: 512 x 512 x 512.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "Vfast_core_16x16x1.h"
#include "Vfast_core_16x16x4.h"
#include "sim/clocked_machine.h"
#include "sim/cycle_core.h"
#include "sim/driver.h"
#include "sim/estimate_machine.h"
#include "sim/provenance.h"
#include "sim/systemc_core.h"
#include "sim/verilated_core.h"

namespace tetralog {
namespace {

MachineShape ShapeOf(uint32_t dot) {
  MachineShape shape;
  shape.dot = dot;
  return shape;
}

// Counts the cycles of a product, again and again.
void Simulate(benchmark::State& state, Machine& machine, Driver& driver, const GemmRequest& r) {
  const uint64_t before = machine.cycles();
  for (auto _ : state) driver.Wait(driver.Gemm(r));
  state.counters["cycles_per_second"] = benchmark::Counter(
      static_cast<double>(machine.cycles() - before), benchmark::Counter::kIsRate);
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
  Simulate(state, machine, driver, r);
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
  EstimateMachine machine(ShapeOf(dot));
  Driver driver(machine);
  GemmRequest r;
  r.a = driver.NewTensor(512, 512, Format::kInt4);
  r.b = driver.NewTensor(512, 512, Format::kUint4);
  r.d = driver.NewTensor(512, 512, Format::kInt4);
  Simulate(state, machine, driver, r);
}

// Cycles a second of each run, by the name of the benchmark.
class Recorder : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Iteration)
        rates_[run.run_name.function_name].push_back(run.counters.at("cycles_per_second").value);
    }
  }
  double Median(const std::string& name) const {
    if (rates_.count(name) == 0) return 0;  // not among those that --benchmark_filter names
    std::vector<double> rates = rates_.at(name);
    std::sort(rates.begin(), rates.end());
    return rates[rates.size() / 2];
  }

 private:
  std::map<std::string, std::vector<double>> rates_;
};

// What is promised: cycles a second, and the cycle model's over the RTL's.
constexpr double kRtlDot1 = 3e5, kRtlDot4 = 1.2e5, kCycle = 1e6, kRatio = 4, kEstimate = 2e7;

int Main(int argc, char** argv) {
  std::string defaults[] = {"--benchmark_repetitions=7", "--benchmark_min_time=0.1",
                            "--benchmark_enable_random_interleaving=true"};
  std::vector<char*> args(argv, argv + argc);
  for (std::string& flag : defaults) args.insert(args.begin() + 1, flag.data());
  int count = static_cast<int>(args.size());
  benchmark::Initialize(&count, args.data());
  const std::string output = count > 1 ? args[1] : "build/report/core_bench.json";

  using Body = void (*)(benchmark::State&, uint32_t);
  for (const uint32_t dot : {1U, 4U}) {
    const std::pair<const char*, Body> bodies[] = {
        {"rtl", dot == 1 ? Rtl<Vfast_core_16x16x1> : Rtl<Vfast_core_16x16x4>},
        {"cycle", Cycle},
        {"systemc", Systemc},
        {"estimate", Estimate}};
    for (const auto& [name, body] : bodies)
      benchmark::RegisterBenchmark(fmt::format("{}_16x16x{}", name, dot).c_str(), body, dot)
          ->Unit(benchmark::kMillisecond);
  }
  Recorder recorder;
  benchmark::RunSpecifiedBenchmarks(&recorder);

  nlohmann::ordered_json report = Provenance();
  bool met = true;
  const auto expect = [&](const std::string& what, double value, double limit) {
    if (value >= limit || value == 0) return;
    met = false;
    fmt::print("error: {} is {:.3g}, but must be {:.3g}\n", what, value, limit);
  };
  fmt::print("\n{:12}{:>14}{:>14}{:>14}{:>14}{:>12}\n", "cycles/s", "rtl", "cycle", "systemc",
             "estimate", "cycle/rtl");
  for (const uint32_t dot : {1U, 4U}) {
    const std::string shape = fmt::format("16x16x{}", dot);
    const auto rate = [&](const char* level) {
      return recorder.Median(std::string(level) + "_" + shape);
    };
    const double rtl = rate("rtl"), cycle = rate("cycle"), systemc = rate("systemc"),
                 estimate = rate("estimate"), over = rtl == 0 ? 0 : cycle / rtl;
    fmt::print("{:12}{:14.0f}{:14.0f}{:14.0f}{:14.0f}{:12.1f}\n", shape, rtl, cycle, systemc,
               estimate, over);
    report["cycles_per_second"][shape] = {{"rtl", rtl},
                                          {"cycle", cycle},
                                          {"systemc", systemc},
                                          {"estimate", estimate},
                                          {"cycle_over_rtl", over}};
    expect(shape + " rtl", rtl, dot == 1 ? kRtlDot1 : kRtlDot4);
    expect(shape + " cycle", cycle, kCycle);
    expect(shape + " cycle over rtl", over, kRatio);
    if (dot == 1) expect(shape + " estimate", estimate, kEstimate);
  }
  WriteReport(output, report);
  fmt::print("wrote {}\n", output);
  return met ? 0 : 1;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  try {
    return tetralog::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
