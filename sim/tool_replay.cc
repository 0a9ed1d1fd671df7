// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog replay`: recorded GEMMs on whole machines, from memory to memory.

#include "sim/tool_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>

#include "sim/driver.h"
#include "sim/machine_replay.h"
#include "sim/progress.h"
#include "sim/provenance.h"
#include "sim/replay.h"
#include "sim/whole_file.h"
#include "sim/whole_number.h"

namespace tetralog {
namespace {

constexpr uint64_t kMemory = 64 << 20;

struct ReplayMachine {
  std::unique_ptr<Machine> machine;
  std::unique_ptr<Driver> driver;
  uint64_t mismatches = 0;
};

// The one whose signals --wave shows; one without signals refuses.
Machine& WaveMachine(const ReplayArguments& args, const std::vector<ReplayMachine>& machines) {
  const auto rtl = std::find(args.machines.levels.begin(), args.machines.levels.end(), "rtl");
  const auto index = rtl == args.machines.levels.end() ? 0 : rtl - args.machines.levels.begin();
  return *machines[static_cast<size_t>(index)].machine;
}

std::vector<ReplayMachine> MakeMachines(const ReplayArguments& args, Progress& progress) {
  std::vector<ReplayMachine> machines;
  for (const std::string& level : args.machines.levels) {
    ReplayMachine m;
    m.machine = MakeMachine(level, args.machines, kMemory);
    m.machine->OnProgress(
        [&progress](uint64_t cycles) { progress.Show(fmt::format("cycle {}", cycles)); });
    m.driver = std::make_unique<Driver>(*m.machine);
    machines.push_back(std::move(m));
  }
  if (!args.wave.empty()) WaveMachine(args, machines).Trace(args.wave);
  return machines;
}

// The bounds of the array and of its drain; the bus may bind earlier.
CycleBound BoundOf(const MachineShape& s, const TraceGemm& gemm) {
  return Bound({s.rows, s.cols, s.dot, s.lanes, s.acc_width, s.random_bits}, CommandOf(gemm));
}

struct Totals {
  size_t name_width = 0;
  uint64_t outputs = 0, cycles = 0, macs = 0;
  std::vector<std::string> failures;
  Json gemms = Json::array();
};

void ReplayOne(const ReplayArguments& args, const SelectedTrace& selected, const TraceGemm& g,
               std::vector<ReplayMachine>& machines, Progress& progress, Totals& totals) {
  const std::string again = ReproducingCommand(args, selected.file, g.name);
  const MachineShape& shape = machines.front().driver->shape();
  Json entry = GemmJson(selected.trace, g);
  Json levels = Json::object();
  std::string columns;
  uint64_t mismatches = 0;
  MachineReplayReport timed;  // of a machine that has time, if there is one
  std::string timed_level;
  for (ReplayMachine& m : machines) {
    MachineReplayReport r;
    try {
      r = ReplayOnMachine(g, *m.driver);
    } catch (const std::runtime_error& e) {
      progress.Clear();
      throw std::runtime_error(
          fmt::format("{} on {}: {}; again: {}", g.name, m.machine->level(), e.what(), again));
    }
    progress.Clear();
    const bool has_time = r.counters[kCounterBusy] != 0;
    if (has_time && !timed_level.empty() && r.counters != timed.counters) {
      ++r.mismatches;
      totals.failures.push_back(fmt::format(
          "{}: counters of {} and {} differ, cycles {} and {}\n  again: {}", g.name, timed_level,
          m.machine->level(), timed.counters[kCounterBusy], r.counters[kCounterBusy], again));
    }
    m.mismatches += r.mismatches;
    mismatches += r.mismatches;
    columns += fmt::format(" {:>10}", r.mismatches);
    levels[m.machine->level()] = r.mismatches;
    const EngineShape tiles{shape.rows, shape.cols, shape.dot};
    for (const Mismatch& first : r.first)
      totals.failures.push_back(Describe(first, g, tiles) + "\n  again: " + again);
    if (has_time) timed_level = m.machine->level();
    if (has_time || timed_level.empty()) timed = r;
  }
  const uint64_t cycles = timed.counters[kCounterBusy];
  const std::string time =
      timed_level.empty()
          ? fmt::format(" {:>9} {:>6}", "-", "-")
          : fmt::format(" {:>9} {:>5.1f}%", cycles, 100 * Utilisation(timed.macs, cycles, shape));
  const CycleBound bound = BoundOf(shape, g);
  fmt::print("{:<8} {:>4} {:<{}} {:>17} {:>9}{}{}\n", selected.trace.network, g.step, ShortName(g),
             totals.name_width, fmt::format("{} x {} x {}", g.m, g.k * g.a_samples, g.n),
             timed.outputs, columns, time);
  entry.update({{"outputs", timed.outputs},
                {"mismatches", mismatches},
                {"mismatches_by_level", levels},
                {"commands", timed.commands}});
  entry.update(CountersJson(timed.counters));
  entry.update({{"utilisation", UtilisationJson(timed.macs, cycles, shape)},
                {"bound_compute", bound.compute},
                {"bound_drain", bound.drain}});
  totals.gemms.push_back(std::move(entry));
  totals.outputs += timed.outputs;
  totals.cycles += cycles;
  totals.macs += timed.macs;
}

int RunReplay(const ReplayArguments& args) {
  if (args.engine) return RunEngineReplay(args);
  args.machines.Check();
  const auto start = std::chrono::steady_clock::now();
  const std::vector<SelectedTrace> traces = ReadTraces(args);
  Progress progress;
  std::vector<ReplayMachine> machines = MakeMachines(args, progress);
  const MachineShape shape = machines.front().driver->shape();
  CheckRandomBits(shape);

  Totals totals;
  totals.name_width = NameWidth(traces);
  fmt::print("{:<8} {:>4} {:<{}} {:>17} {:>9}", "network", "step", "gemm", totals.name_width,
             "M x K x N", "outputs");
  for (const ReplayMachine& m : machines) fmt::print(" {:>10}", m.machine->level());
  fmt::print(" {:>9} {:>6}\n", "cycles", "busy");
  for (const SelectedTrace& selected : traces)
    for (const TraceGemm& g : selected.trace.gemms)
      ReplayOne(args, selected, g, machines, progress, totals);

  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  uint64_t mismatches = 0;
  std::string levels;
  Json level_names = {"reference"};
  for (const ReplayMachine& m : machines) {
    mismatches += m.mismatches;
    levels += fmt::format("{}{} {}", levels.empty() ? "" : ", ", m.mismatches, m.machine->level());
    level_names.push_back(m.machine->level());
  }
  const std::string time =
      totals.cycles == 0 ? "without time"
                         : fmt::format("in {} cycles: {:.1f} % of the MACs busy", totals.cycles,
                                       100 * Utilisation(totals.macs, totals.cycles, shape));
  fmt::print(
      "{} GEMMs memory to memory, {} outputs at each level against the reference; mismatches: {}\n"
      "{} ({} MACs a cycle), {} {}; {:.1f} s\n",
      totals.gemms.size(), totals.outputs, levels, ShapeName(shape), shape.macs(),
      MacsText(totals.macs), time, seconds);

  if (!args.json.empty()) {
    Json report = Provenance();
    report["seed"] = args.machines.seed;
    report["stalls"] = args.machines.stalls;
    report["shape"] = ShapeJson(shape);
    report["levels"] = level_names;
    report["traces"] = args.traces;
    report["total"] = {{"gemms", totals.gemms.size()},
                       {"outputs", totals.outputs},
                       {"mismatches", mismatches},
                       {"macs", totals.macs},
                       {"cycles", totals.cycles == 0 ? Json(nullptr) : Json(totals.cycles)},
                       {"utilisation", UtilisationJson(totals.macs, totals.cycles, shape)},
                       {"seconds", seconds}};
    report["gemms"] = std::move(totals.gemms);
    WriteReport(args.json, report);
  }
  for (const std::string& failure : totals.failures) fmt::print(stderr, "mismatch: {}\n", failure);
  if (!args.wave.empty()) WaveMachine(args, machines).Trace("");
  return mismatches == 0 ? 0 : 1;
}

}  // namespace

std::string ReproducingCommand(const ReplayArguments& args, const std::string& file,
                               const std::string& gemm) {
  const bool rtl = args.engine || args.machines.Has("rtl");
  return fmt::format("build/sim/{} replay {} --gemm {}{}{}{}", args.tool, file, gemm,
                     args.engine ? " --engine" : "", args.machines.Text(),
                     rtl ? " --wave build/mismatch.fst" : "");
}

std::string MacsText(uint64_t macs) {
  return macs < 10'000'000 ? fmt::format("{} MACs", macs)
                           : fmt::format("{} million MACs", macs / 1'000'000);
}

std::string ShortName(const TraceGemm& gemm) { return gemm.name.substr(gemm.name.find('/') + 1); }

size_t NameWidth(const std::vector<SelectedTrace>& traces) {
  size_t width = 4;
  for (const SelectedTrace& selected : traces)
    for (const TraceGemm& g : selected.trace.gemms) width = std::max(width, ShortName(g).size());
  return width;
}

Json GemmJson(const Trace& trace, const TraceGemm& g) {
  return {{"network", trace.network},
          {"step", g.step},
          {"name", ShortName(g)},
          {"kind", g.kind},
          {"m", g.m},
          {"k", uint64_t{g.k} * g.a_samples},
          {"n", g.n},
          {"samples", g.samples}};
}

std::vector<SelectedTrace> ReadTraces(const ReplayArguments& args) {
  std::vector<SelectedTrace> selected;
  size_t gemms = 0;
  std::set<std::string> names;
  std::string example;
  for (const std::string& file : args.traces) {
    selected.push_back({file, read_trace(file)});
    for (const TraceGemm& g : selected.back().trace.gemms) names.insert(ShortName(g));
    example = selected.back().trace.gemms.front().name;
    std::erase_if(selected.back().trace.gemms,
                  [&](const TraceGemm& g) { return g.name.find(args.gemm) == std::string::npos; });
    for (const TraceGemm& g : selected.back().trace.gemms) {
      try {
        CheckGemm(CommandOf(g));
      } catch (const std::invalid_argument& e) {
        throw std::invalid_argument(
            fmt::format("{}: {}: {}; {}", file, g.name, e.what(), trace_advice(file)));
      }
      ++gemms;
    }
  }
  if (gemms == 0) {
    constexpr size_t kMost = 12;  // of one line
    const auto shown = std::min(kMost, names.size());
    throw std::invalid_argument(fmt::format(
        "no GEMM's name contains '{}'; there are {}{}, with their steps as {}", args.gemm,
        fmt::join(names.begin(), std::next(names.begin(), static_cast<std::ptrdiff_t>(shown)),
                  ", "),
        shown < names.size() ? fmt::format(" and {} more", names.size() - shown) : "", example));
  }
  CheckOutputs({args.json, args.wave}, args.traces);
  return selected;
}

void AddReplay(CLI::App& app, Action& action) {
  auto args = std::make_shared<ReplayArguments>();
  args->tool = app.get_name();
  CLI::App* command = app.add_subcommand(
      "replay", "run recorded GEMMs on machines and compare them with the reference");
  command->add_option("traces", args->traces, "trace files (HDF5), e.g. tests/data/mlp.h5")
      ->required();
  command->add_option("--gemm", args->gemm, "only GEMMs whose name contains this");
  args->machines.AddLevels(*command);
  args->machines.AddShape(*command);
  args->machines.AddLockstep(*command);
  args->machines.AddStalls(*command);
  command->add_option("--seed", args->machines.seed, "seed of stalls and of undefined registers")
      ->check(WholeNumberFault)
      ->capture_default_str();
  command
      ->add_flag("--engine", args->engine,
                 "on the model and the streaming engine alone, without a memory")
      ->excludes("--machine")
      ->excludes("--lockstep");
  command->add_option("--json", args->json, "write the report to this file");
  command->add_option("--wave", args->wave, "write a waveform (FST) of the RTL to this file");
  command->callback([args, &action] { action = [args] { return RunReplay(*args); }; });
}

}  // namespace tetralog
