// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The command-line tool. `tetralog replay` runs recorded GEMMs on the functional model and on the
// Verilated RTL, and compares both with the reference.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/engine_builds.h"
#include "sim/provenance.h"
#include "sim/replay.h"
#include "sim/trace_file.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

struct ReplayArguments {
  std::vector<std::string> traces;
  std::string gemm;  // only GEMMs whose name contains this
  std::string shape = "16x16x4";
  std::string json, wave;
  uint32_t stalls = 0;
  uint64_t seed = 1;
};

// One line on the terminal that is written over and over; nothing when output goes elsewhere.
class Progress {
 public:
  void Show(const std::string& text) {
    if (shown_) fmt::print(stderr, "\r\033[K{}", text);
  }
  void Clear() { Show(""); }

 private:
  bool shown_ = isatty(STDERR_FILENO);
};

std::string ReproducingCommand(const ReplayArguments& args, const std::string& file,
                               const std::string& gemm) {
  std::string text =
      fmt::format("build/sim/tetralog replay {} --gemm {} --shape {}", file, gemm, args.shape);
  if (args.stalls > 0) text += fmt::format(" --stalls {} --seed {}", args.stalls, args.seed);
  return text + " --wave build/mismatch.fst";
}

struct SelectedTrace {
  std::string file;
  Trace trace;  // with the selected GEMMs only
};

// Everything that can be wrong with the arguments is found here, before any work.
std::vector<SelectedTrace> ReadTraces(const ReplayArguments& args) {
  std::vector<SelectedTrace> selected;
  size_t gemms = 0;
  for (const std::string& file : args.traces) {
    selected.push_back({file, read_trace(file)});
    std::erase_if(selected.back().trace.gemms,
                  [&](const TraceGemm& g) { return g.name.find(args.gemm) == std::string::npos; });
    for (const TraceGemm& g : selected.back().trace.gemms) {
      try {
        CheckGemm(CommandOf(g));
      } catch (const std::invalid_argument& e) {
        throw std::invalid_argument(
            fmt::format("{}: {}: {}; record it again: make traces", file, g.name, e.what()));
      }
      ++gemms;
    }
  }
  if (gemms == 0)
    throw std::invalid_argument(fmt::format(
        "no GEMM's name contains '{}'; run without --gemm to see their names", args.gemm));
  if (!args.json.empty()) WriteReport(args.json, Json::object());  // can it be written?
  return selected;
}

int RunReplay(const ReplayArguments& args) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<SelectedTrace> traces = ReadTraces(args);
  const std::unique_ptr<Engine> engine = MakeEngine(args.shape, args.seed);
  if (!args.wave.empty()) engine->Trace(args.wave);
  const EngineShape& shape = engine->shape();

  Json gemms = Json::array();
  uint64_t outputs = 0, mismatches = 0, cycles = 0, macs = 0;
  std::vector<std::string> failures;
  Progress progress;
  fmt::print("{:<7} {:>4} {:<27} {:>16} {:>9} {:>10} {:>9} {:>6} {:<7}\n", "network", "step",
             "gemm", "M x K x N", "outputs", "mismatches", "cycles", "MACs", "bound");
  for (const SelectedTrace& selected : traces) {
    const Trace& trace = selected.trace;
    for (const TraceGemm& g : trace.gemms) {
      uint64_t simulated = 0;
      ReplayOptions options{
          args.stalls, args.seed, [&](uint64_t) {
            if (++simulated % 4096 == 0)
              progress.Show(fmt::format("{} {}: {} cycles", trace.network, g.name, simulated));
          }};
      const GemmReport r = [&] {
        try {
          return Replay(g, *engine, options);
        } catch (const EngineError& e) {
          progress.Clear();
          throw EngineError(fmt::format("{}: {}; again: {}", g.name, e.what(),
                                        ReproducingCommand(args, selected.file, g.name)));
        }
      }();
      progress.Clear();
      const double utilisation = static_cast<double>(r.macs) / (static_cast<double>(r.cycles) *
                                                                static_cast<double>(shape.macs()));
      const bool by_drain = r.bound.drain > r.bound.compute;
      const std::string name = g.name.substr(g.name.find('/') + 1);
      const uint64_t k = uint64_t{g.k} * g.a_samples;
      fmt::print("{:<7} {:>4} {:<27} {:>16} {:>9} {:>10} {:>9} {:>5.1f}% {:<7}\n", trace.network,
                 g.step, name, fmt::format("{} x {} x {}", g.m, k, g.n), r.outputs, r.mismatches,
                 r.cycles, 100 * utilisation, by_drain ? "drain" : "compute");
      for (const Mismatch& first : r.first)
        failures.push_back(Describe(first, g, shape) +
                           "\n  again: " + ReproducingCommand(args, selected.file, g.name));
      gemms.push_back({{"network", trace.network},
                       {"step", g.step},
                       {"name", name},
                       {"kind", g.kind},
                       {"m", g.m},
                       {"k", k},
                       {"n", g.n},
                       {"samples", g.samples},
                       {"outputs", r.outputs},
                       {"mismatches", r.mismatches},
                       {"cycles", r.cycles},
                       {"utilisation", utilisation},
                       {"bound_compute", r.bound.compute},
                       {"bound_drain", r.bound.drain}});
      outputs += r.outputs;
      mismatches += r.mismatches;
      cycles += r.cycles;
      macs += r.macs;
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double utilisation =
      static_cast<double>(macs) / (static_cast<double>(cycles) * static_cast<double>(shape.macs()));
  fmt::print(
      "{} GEMMs, {} outputs at each of the levels functional and rtl against the reference: {} "
      "mismatches\n{} ({} MACs a cycle), {} million MACs in {} cycles: {:.1f} % of the MACs busy; "
      "{:.1f} s\n",
      gemms.size(), outputs, mismatches, shape.name(), shape.macs(), macs / 1000000, cycles,
      100 * utilisation, seconds);

  if (!args.json.empty()) {
    Json report = Provenance();
    report["seed"] = args.seed;
    report["stalls"] = args.stalls;
    report["shape"] = {
        {"rows", shape.rows},   {"cols", shape.cols},           {"dot", shape.dot},
        {"lanes", shape.lanes}, {"acc_width", shape.acc_width}, {"random_bits", shape.random_bits}};
    report["levels"] = {"reference", "functional", "rtl"};
    report["traces"] = args.traces;
    report["total"] = {{"gemms", gemms.size()}, {"outputs", outputs}, {"mismatches", mismatches},
                       {"macs", macs},          {"cycles", cycles},   {"utilisation", utilisation},
                       {"seconds", seconds}};
    report["gemms"] = std::move(gemms);
    WriteReport(args.json, report);
  }
  for (const std::string& failure : failures) fmt::print(stderr, "mismatch: {}\n", failure);
  return mismatches == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  CLI::App app{"Tetralog: a 4-bit training accelerator, its model and its RTL"};
  app.require_subcommand(1);
  tetralog::ReplayArguments args;
  CLI::App* replay = app.add_subcommand(
      "replay", "run recorded GEMMs on model and RTL and compare them with the reference");
  replay->add_option("traces", args.traces, "trace files (HDF5), e.g. tests/data/mlp.h5")
      ->required();
  replay->add_option("--gemm", args.gemm, "only GEMMs whose name contains this");
  replay->add_option("--shape", args.shape, "array shape ROWSxCOLSxDOT")->capture_default_str();
  replay->add_option("--stalls", args.stalls, "percent of cycles in which each stream pauses")
      ->check(CLI::Range(0, 95));
  replay->add_option("--seed", args.seed, "seed of stalls and of undefined registers")
      ->capture_default_str();
  replay->add_option("--json", args.json, "write the report to this file");
  replay->add_option("--wave", args.wave, "write a waveform (FST) to this file");
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return fmt::format("error: {}; see --help\n", e.what());
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    return tetralog::RunReplay(args);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
