// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/measure.h"

#include <fmt/format.h>

#include <atomic>
#include <stdexcept>

#include "sim/engine_driver.h"
#include "synth/power/gate_engine.h"

namespace tetralog {
namespace {

// With delays a cycle takes long to simulate: short sums, of few columns.
Workload::PartSize PartsOf(const Sample& sample) {
  return sample.glitches || sample.short_sums ? Workload::PartSize{16, 64} : Workload::PartSize{};
}

// What differs between an output of the gates and the model's; empty: nothing.
std::string Difference(const GemmResult& actual, const GemmResult& expected) {
  if (actual.z != expected.z || actual.codes != expected.codes) return "outputs";
  const EpilogueStats &a = actual.stats, &e = expected.stats;
  if (a.max_abs != e.max_abs || a.sum_abs != e.sum_abs) return "statistics";
  return "";
}

std::map<std::string, Energy> UnitsOf(const PowerNetlist& n, const GateSim& sim) {
  Edges edges;
  for (int net = 0; net < n.netlist.nets; ++net) {
    edges.rises.push_back(sim.rises(net));
    edges.falls.push_back(sim.falls(net));
  }
  std::map<std::string, Energy> units = EnergyByUnit(n.netlist, n.pins, n.voltage, edges);
  // What wires add: their own load, and what it does to transition times.
  for (const auto& [unit, energy] : EnergyByUnit(n.netlist, n.wires, n.voltage, edges))
    units[unit].wires = energy.dynamic() - units[unit].dynamic();
  return units;
}

}  // namespace

PowerNetlist::PowerNetlist(const Liberty& library, const std::string& json, const std::string& top,
                           double wire_pf, double slew)
    : netlist(ReadNetlist(json, top, library)),
      pins(Annotate(netlist, {.wire_pf = 0, .input_slew = slew})),
      wires(Annotate(netlist, {.wire_pf = wire_pf, .input_slew = slew})),
      voltage(library.voltage) {}

EngineShape PowerShape() { return {.rows = 4, .cols = 4, .dot = 4, .lanes = 4}; }

Measurement MeasureEngine(const PowerNetlist& n, const std::vector<Trace>& traces,
                          const std::string& kind, Operands operands, const Sample& sample,
                          const EngineShape& shape) {
  constexpr int kCopies = GateEngines::kCopies;
  const Workload work(traces, kind, shape, kCopies, sample.beats, operands, sample.seed,
                      PartsOf(sample));
  GateSim sim(n.netlist, sample.seed);
  if (sample.glitches) sim.UseDelays(&n.pins);
  GateEngines engines(n.netlist, sim, shape);
  std::atomic<uint64_t> outputs = 0;
  engines.Run(kCopies, [&](Engine& engine, int copy) {
    const std::vector<GemmCommand>& commands = work.commands(copy);
    const std::vector<EngineRun> runs = EngineDriver(engine).Run(commands);
    for (size_t i = 0; i < runs.size(); ++i) {
      const std::string what = Difference(runs[i].result, Gemm(commands[i]));
      if (!what.empty())
        throw std::runtime_error(
            fmt::format("{} of the gates differ from the model's: {}, copy {}, command {}, seed {}",
                        what, kind, copy, i, sample.seed));
      outputs += commands[i].a.rows * commands[i].b.cols;
    }
  });
  return {UnitsOf(n, sim), work.macs(), work.zeros(), engines.cycles(), engines.beats(), outputs};
}

Measurement MeasureMac(const PowerNetlist& n, const MacBlock& block,
                       const std::vector<Trace>& traces, const std::string& kind,
                       const Sample& sample) {
  const Workload work(traces, kind, PowerShape(), GateEngines::kCopies, sample.beats,
                      Operands::kRecorded, sample.seed, PartsOf(sample));
  GateSim sim(n.netlist, sample.seed);
  if (sample.glitches) sim.UseDelays(&n.pins);
  const MacRun run = RunMac(block, n.netlist, sim, work, sample.beats);
  return {UnitsOf(n, sim), run.macs, 0, run.cycles, run.cycles, run.sums};
}

}  // namespace tetralog
