// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Measures the fast functional path against torch::mm in FP32 and against the plain model, in one
// process and with equal threads, and writes the ratios as JSON.
//
// A pair is two benchmarks, "<pair>/fast" and "<pair>/fp32" or "<pair>/plain"; its ratio is the
// time of the other over that of the fast path, each the median of interleaved repetitions. The
// fast path starts from packed operands and ends with codes and statistics: decoding and quantising
// included. The FP32 side multiplies and nothing else, a weight gradient over one sample of the
// gradient.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "model/formats.h"
#include "sim/functional/fast_gemm.h"
#include "sim/functional/torch_product.h"
#include "sim/provenance.h"
#include "sim/replay.h"
#include "sim/trace_file.h"

namespace tetralog {
namespace {

constexpr double kProductLimit = 3;  // times as fast as FP32, where the processor has VNNI
constexpr double kStepLimit = 1;

// Operands of random bytes and a command on them.
struct RandomProduct {
  std::vector<uint8_t> a, b;
  GemmCommand command;

  RandomProduct(Format a_format, Format b_format, size_t m, size_t k, size_t n)
      : a(m * RowBytes(k)), b(k * RowBytes(n)) {
    std::mt19937 engine(1);
    for (uint8_t& byte : a) byte = engine() & 0xff;
    for (uint8_t& byte : b) byte = engine() & 0xff;
    command.a_format = a_format;
    command.b_format = b_format;
    command.a = {a.data(), m, k, RowBytes(k), false};
    command.b = {b.data(), k, n, RowBytes(n), false};
  }
};

using Commands = std::vector<GemmCommand>;

void RunFast(benchmark::State& state, const Commands& commands, int threads) {
  for (auto _ : state) {
    for (const GemmCommand& command : commands) {
      benchmark::DoNotOptimize(FastGemm(command, {.threads = threads}));
    }
  }
}

void RunPlain(benchmark::State& state, const Commands& commands) {
  for (auto _ : state) {
    for (const GemmCommand& command : commands) benchmark::DoNotOptimize(Gemm(command));
  }
}

void RunTorch(benchmark::State& state, const Commands& commands, int threads) {
  std::vector<TorchProduct> products;
  for (const GemmCommand& c : commands) {
    products.emplace_back(c.a.rows, c.a.cols, c.b.cols, c.a.transposed, c.b.transposed);
  }
  SetTorchThreads(threads);
  for (auto _ : state) {
    for (const TorchProduct& product : products) product.Run();
  }
  SetTorchThreads(1);
}

template <typename Function, typename... Args>
void Register(const std::string& name, Function function, Args... args) {
  benchmark::RegisterBenchmark(name.c_str(), function, args...)
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

void RegisterTorchPair(const std::string& name, const Commands& commands, int threads) {
  Register(name + "/fast", RunFast, commands, threads);
  Register(name + "/fp32", RunTorch, commands, threads);
}

void RegisterPlainPair(const std::string& name, const Commands& commands) {
  Register(name + "/fast", RunFast, commands, 1);
  Register(name + "/plain", RunPlain, commands);
}

// The GEMMs of a recorded step, together and one by one.
void RegisterStep(const Trace& trace, uint32_t step) {
  Commands all;
  for (const TraceGemm& gemm : trace.gemms) {
    if (gemm.step != step) continue;
    all.push_back(CommandOf(gemm));
    const std::string name = gemm.name.substr(gemm.name.rfind('/') + 1);
    RegisterTorchPair(trace.network + "_" + name, {all.back()}, 1);
  }
  RegisterTorchPair(trace.network + "_step", all, 1);
  RegisterPlainPair(trace.network + "_step_plain", all);
}

GemmCommand WithOutput(GemmCommand command, Format format, Rounding rounding, int shift) {
  command.epilogue.d_format = format;
  command.epilogue.rounding = rounding;
  command.epilogue.scale_shift = shift;
  command.seed = 1;
  return command;
}

// Keeps the time of every repetition.
class Recorder : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      times_[run.run_name.function_name].push_back(run.GetAdjustedRealTime());
    }
  }

  // Sorted, in microseconds; empty when it did not run.
  std::vector<double> Times(const std::string& name) const {
    const auto found = times_.find(name);
    if (found == times_.end()) return {};
    std::vector<double> sorted = found->second;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

  const std::map<std::string, std::vector<double>>& times() const { return times_; }

 private:
  std::map<std::string, std::vector<double>> times_;
};

// What /proc/cpuinfo says of the first processor under this key.
std::string CpuInfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return line.substr(std::min(line.find(':') + 2, line.size()));
  }
  return "";
}

// Of the instruction sets that matter here, those that the processor has.
std::vector<std::string> ProcessorSets() {
  std::istringstream flags(CpuInfo("flags"));
  std::vector<std::string> sets;
  for (std::string flag; flags >> flag;) {
    for (const char* set : {"avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8"}) {
      if (flag == set) sets.push_back(flag);
    }
  }
  return sets;
}

// 0: none.
double LimitOf(const std::string& pair, bool has_vnni) {
  if (pair == "product_1024" && has_vnni) return kProductLimit;
  return pair == "mlp_step" || pair == "lenet_step" ? kStepLimit : 0;
}

nlohmann::ordered_json Report(const Recorder& recorder, bool& met) {
  const std::vector<std::string> sets = ProcessorSets();
  const bool has_vnni = std::find(sets.begin(), sets.end(), "avx512_vnni") != sets.end();
  nlohmann::ordered_json report = {{"processor", CpuInfo("model name")},
                                   {"instruction_sets", sets},
                                   {"loops", NameOf(InstructionSets().back())},
                                   {"fp32", TorchVersion()},
                                   {"pairs", nlohmann::ordered_json::object()}};
  for (const auto& [name, times] : recorder.times()) {
    const size_t slash = name.find('/');
    const std::string pair = name.substr(0, slash), side = name.substr(slash + 1);
    const std::vector<double> fast_times = recorder.Times(pair + "/fast");
    if (side == "fast" || fast_times.empty()) continue;
    const std::vector<double> other_times = recorder.Times(name);
    const double fast = fast_times.front(), other = other_times.front(), ratio = other / fast;
    const double medians = other_times[other_times.size() / 2] / fast_times[fast_times.size() / 2];
    const double limit = LimitOf(pair, has_vnni);
    auto& entry = report["pairs"][pair];
    entry = {
        {"fast_us", fast}, {side + "_us", other}, {"ratio", ratio}, {"ratio_of_medians", medians}};
    fmt::print("{:40} {:10.1f} us {:10.1f} us  {:8.2f}\n", pair + " to " + side, fast, other,
               ratio);
    if (limit == 0) continue;
    entry["limit"] = limit;
    if (ratio >= limit) continue;
    met = false;
    fmt::print("error: {} is {:.2f} times as fast as FP32, but must be {} times\n", pair, ratio,
               limit);
  }
  report.update(Provenance());
  return report;
}

int Main(int argc, char** argv) {
  std::vector<char*> args(argv, argv + argc);
  // Defaults; the command line may repeat them with other values.
  std::string defaults[] = {"--benchmark_min_time=0.05", "--benchmark_repetitions=9",
                            "--benchmark_enable_random_interleaving=true"};
  int position = 1;
  for (std::string& flag : defaults) args.insert(args.begin() + position++, flag.data());
  int count = static_cast<int>(args.size());
  benchmark::Initialize(&count, args.data());

  CLI::App app("Benchmark of the fast functional path");
  std::string output = "build/report/bench.json", mlp = "tests/data/mlp.h5";
  std::string lenet = "tests/data/lenet.h5";
  app.add_option("--output", output, "report (JSON)")->capture_default_str();
  app.add_option("--mlp", mlp, "trace of the MLP")->capture_default_str();
  app.add_option("--lenet", lenet, "trace of LeNet")->capture_default_str();
  CLI11_PARSE(app, count, args.data());

  const Trace mlp_trace = read_trace(mlp), lenet_trace = read_trace(lenet);
  const RandomProduct big(Format::kInt4, Format::kInt4, 1024, 1024, 1024);
  const RandomProduct gradient(Format::kLog4, Format::kInt4, 1024, 1024, 1024);
  const RandomProduct small(Format::kInt4, Format::kInt4, 256, 256, 256);
  const RandomProduct shallow(Format::kLog4, Format::kInt4, 1024, 16, 1024);
  // As in training, freed results stay with the process: no page faults on either side.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  SetTorchThreads(1);
  RegisterTorchPair("product_1024", {big.command}, 1);
  if (std::thread::hardware_concurrency() > 1) {
    RegisterTorchPair("product_1024_2_threads", {big.command}, 2);
  }
  RegisterTorchPair("product_1024_log4",
                    {WithOutput(gradient.command, Format::kLog4, Rounding::kStochastic, 8)}, 1);
  RegisterPlainPair("product_256_plain", {small.command});
  // Little to multiply: what an output costs.
  const Rounding nearest = Rounding::kNearest, stochastic = Rounding::kStochastic;
  RegisterTorchPair("outputs_int32", {shallow.command}, 1);
  RegisterTorchPair("outputs_uint4", {WithOutput(shallow.command, Format::kUint4, nearest, 3)}, 1);
  RegisterTorchPair("outputs_int4_stochastic",
                    {WithOutput(shallow.command, Format::kInt4, stochastic, 3)}, 1);
  RegisterTorchPair("outputs_log4", {WithOutput(shallow.command, Format::kLog4, stochastic, 3)}, 1);
  RegisterStep(mlp_trace, 200);
  RegisterStep(lenet_trace, 200);

  Recorder recorder;
  benchmark::RunSpecifiedBenchmarks(&recorder);
  bool met = true;
  WriteReport(output, Report(recorder, met));
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
