// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog replay --engine`: recorded GEMMs streamed through the engine alone, without a memory.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/engine_builds.h"
#include "sim/progress.h"
#include "sim/provenance.h"
#include "sim/replay.h"
#include "sim/tool_replay.h"

namespace tetralog {

int RunEngineReplay(const ReplayArguments& args) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<SelectedTrace> traces = ReadTraces(args);
  const MachineArguments& machines = args.machines;
  const std::unique_ptr<Engine> engine = MakeEngine(machines.shape, machines.seed);
  if (!args.wave.empty()) engine->Trace(args.wave);
  const EngineShape& shape = engine->shape();
  const auto busy = [&](uint64_t macs, uint64_t cycles) {
    return static_cast<double>(macs) /
           (static_cast<double>(cycles) * static_cast<double>(shape.macs()));
  };

  Json gemms = Json::array();
  uint64_t outputs = 0, mismatches = 0, cycles = 0, macs = 0;
  std::vector<std::string> failures;
  Progress progress;
  const size_t width = NameWidth(traces);
  fmt::print("{:<8} {:>4} {:<{}} {:>17} {:>9} {:>10} {:>9} {:>6} {:<7}\n", "network", "step",
             "gemm", width, "M x K x N", "outputs", "mismatches", "cycles", "busy", "bound");
  for (const SelectedTrace& selected : traces) {
    const Trace& trace = selected.trace;
    for (const TraceGemm& g : trace.gemms) {
      uint64_t simulated = 0;
      ReplayOptions options{
          machines.stalls, machines.seed, [&](uint64_t) {
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
      const bool by_drain = r.bound.drain > r.bound.compute;
      const uint64_t k = uint64_t{g.k} * g.a_samples;
      fmt::print("{:<8} {:>4} {:<{}} {:>17} {:>9} {:>10} {:>9} {:>5.1f}% {:<7}\n", trace.network,
                 g.step, ShortName(g), width, fmt::format("{} x {} x {}", g.m, k, g.n), r.outputs,
                 r.mismatches, r.cycles, 100 * busy(r.macs, r.cycles),
                 by_drain ? "drain" : "compute");
      for (const Mismatch& first : r.first)
        failures.push_back(Describe(first, g, shape) +
                           "\n  again: " + ReproducingCommand(args, selected.file, g.name));
      Json entry = GemmJson(trace, g);
      entry.update({{"outputs", r.outputs},
                    {"mismatches", r.mismatches},
                    {"cycles", r.cycles},
                    {"utilisation", busy(r.macs, r.cycles)},
                    {"bound_compute", r.bound.compute},
                    {"bound_drain", r.bound.drain}});
      gemms.push_back(std::move(entry));
      outputs += r.outputs;
      mismatches += r.mismatches;
      cycles += r.cycles;
      macs += r.macs;
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print(
      "{} GEMMs, {} outputs at each of the levels functional and rtl against the reference: {} "
      "mismatches\nengine {} ({} MACs a cycle), {} in {} cycles: {:.1f} % of the "
      "MACs busy; {:.1f} s\n",
      gemms.size(), outputs, mismatches, shape.name(), shape.macs(), MacsText(macs), cycles,
      100 * busy(macs, cycles), seconds);

  if (!args.json.empty()) {
    Json report = Provenance();
    report["seed"] = machines.seed;
    report["stalls"] = machines.stalls;
    report["shape"] = {
        {"rows", shape.rows},   {"cols", shape.cols},           {"dot", shape.dot},
        {"lanes", shape.lanes}, {"acc_width", shape.acc_width}, {"random_bits", shape.random_bits}};
    report["levels"] = {"reference", "functional", "rtl"};
    report["traces"] = args.traces;
    report["total"] = {{"gemms", gemms.size()},    {"outputs", outputs},
                       {"mismatches", mismatches}, {"macs", macs},
                       {"cycles", cycles},         {"utilisation", busy(macs, cycles)},
                       {"seconds", seconds}};
    report["gemms"] = std::move(gemms);
    WriteReport(args.json, report);
  }
  for (const std::string& failure : failures) fmt::print(stderr, "mismatch: {}\n", failure);
  engine->Trace("");
  return mismatches == 0 ? 0 : 1;
}

}  // namespace tetralog
