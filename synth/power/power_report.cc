// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Energy per MAC of the engine's netlist on recorded training steps; see docs/power.md.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "sim/engine_driver.h"
#include "sim/provenance.h"
#include "synth/power/energy.h"
#include "synth/power/gate_engine.h"
#include "synth/power/netlist_files.h"
#include "synth/power/workload.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

const EngineShape kShape{.rows = 4, .cols = 4, .dot = 4, .lanes = 4};
constexpr double kBiasColumns = 16;  // over which a row's bias unit is spread

struct Arguments {
  std::string lib = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib", dir = "build/power", report;
  std::vector<std::string> traces = {"tests/data/mlp.h5", "tests/data/lenet.h5"};
  uint64_t beats = 1500, seed = 1;
  double wire_ff = 0, slew = 0.06;
  bool glitches = false;
};

struct Run {
  std::map<std::string, Energy> units;
  uint64_t macs = 0, zeros = 0, cycles = 0, beats = 0;
};

std::string Differs(const GemmResult& actual, const GemmResult& expected) {
  if (actual.z != expected.z || actual.codes != expected.codes) return "outputs";
  if (actual.stats.max_abs != expected.stats.max_abs ||
      actual.stats.sum_abs != expected.stats.sum_abs)
    return "statistics";
  return "";
}

Run Measure(const Netlist& netlist, const Annotation& annotation, double voltage,
            const std::vector<Trace>& traces, const std::string& kind, Operands operands,
            const Arguments& args) {
  const Workload work(traces, kind, kShape, GateEngines::kCopies, args.beats, operands, args.seed);
  GateSim sim(netlist, args.seed);
  if (args.glitches) sim.UseDelays(&annotation);
  GateEngines engines(netlist, sim, kShape);
  engines.Run(GateEngines::kCopies, [&](Engine& engine, int copy) {
    EngineDriver driver(engine);
    const std::vector<GemmCommand>& commands = work.commands(copy);
    const std::vector<EngineRun> runs = driver.Run(commands);
    for (size_t i = 0; i < runs.size(); ++i) {
      const std::string what = Differs(runs[i].result, Gemm(commands[i]));
      if (!what.empty())
        throw std::runtime_error(
            fmt::format("{} of command {} of engine {} differ from the model's, {}, seed {}", what,
                        i, copy, kind, args.seed));
    }
  });
  Edges edges;
  for (int net = 0; net < netlist.nets; ++net) {
    edges.rises.push_back(sim.rises(net));
    edges.falls.push_back(sim.falls(net));
  }
  return {EnergyByUnit(netlist, annotation, voltage, edges), work.macs(), work.zeros(),
          engines.cycles(), engines.beats()};
}

int Report(const Arguments& args) {
  const Liberty library = ReadLiberty(args.lib);
  const Netlist netlist =
      ReadNetlist(MakeNetlist(args.lib, args.dir, "tetralog_engine",
                              fmt::format("Rows={} Cols={} Dot={} Lanes={}", kShape.rows,
                                          kShape.cols, kShape.dot, kShape.lanes),
                              "mac_array pe_group row_bias tile_drain epilogue"),
                  "tetralog_engine", library);
  const Annotation annotation =
      Annotate(netlist, {.wire_pf = args.wire_ff / 1000, .input_slew = args.slew});
  std::vector<Trace> traces;
  for (const std::string& path : args.traces) traces.push_back(read_trace(path));
  const std::pair<const char*, Operands> variants[] = {{"recorded", Operands::kRecorded},
                                                       {"no zeros", Operands::kNoZeros},
                                                       {"random", Operands::kRandom}};
  for (const char* kind : {"forward", "input_gradient", "weight_gradient"}) {
    for (const auto& [name, operands] : variants) {
      const Run run = Measure(netlist, annotation, library.voltage, traces, kind, operands, args);
      const double macs = static_cast<double>(run.macs);
      fmt::print("{} {}: {} MACs ({:.1f} % zero), {} cycles, {:.1f} % beats\n", kind, name,
                 run.macs, 100 * static_cast<double>(run.zeros) / macs, run.cycles,
                 100 * static_cast<double>(run.beats) / static_cast<double>(run.cycles));
      for (const auto& [unit, e] : run.units)
        fmt::print("  {:16} {:7.3f} = clock {:6.3f} internal {:6.3f} pins {:6.3f} wires {:6.3f}\n",
                   unit, e.dynamic() / macs, e.clock / macs, e.internal / macs, e.pins / macs,
                   e.wires / macs);
      const double pe = run.units.at("pe_group").dynamic() +
                        run.units.at("row_bias").dynamic() * kShape.cols / kBiasColumns;
      fmt::print("  pe {:.3f}\n", pe / macs);
      std::fflush(stdout);
    }
  }
  return 0;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  tetralog::Arguments args;
  CLI::App app{"Energy per MAC on recorded training steps"};
  app.add_option("--lib", args.lib, "Liberty file")->capture_default_str();
  app.add_option("--traces", args.traces, "recorded training steps");
  app.add_option("--dir", args.dir, "directory of the netlists")->capture_default_str();
  app.add_option("--report", args.report, "JSON report");
  app.add_option("--beats", args.beats, "operand beats of each of 64 engines")
      ->capture_default_str();
  app.add_option("--seed", args.seed, "of the choice of tiles")->capture_default_str();
  app.add_option("--wire", args.wire_ff, "fF of wire for each pin that a net drives");
  app.add_option("--slew", args.slew, "ns, transition of clocks and inputs")->capture_default_str();
  app.add_flag("--glitches", args.glitches, "with the delays of the cells");
  CLI11_PARSE(app, argc, argv);
  try {
    return tetralog::Report(args);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
