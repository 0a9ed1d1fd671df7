// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Replays the recorded training steps on the netlist of the 4x4 Dot 4 engine: every accumulator,
// output and statistic against the reference. The report is written after every GEMM; a run that
// was stopped goes on from it, as long as the program, and so the netlist in it, is the same.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "Vengine_gates_4x4x4.h"
#include "sim/provenance.h"
#include "sim/replay.h"
#include "sim/trace_file.h"
#include "sim/verilated_engine.h"
#include "sim/whole_number.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Arguments {
  std::vector<std::string> traces = {"tests/data/lenet.h5", "tests/data/mlp.h5"};
  std::string gemm, report;
  uint64_t seed = 1;
};

// GEMMs without a mismatch in a report that this program wrote, by file and name.
Json Finished(const Arguments& args) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (args.report.empty() || error || !fs::exists(args.report) ||
      fs::last_write_time(args.report) < fs::last_write_time(program))
    return Json::object();
  std::ifstream file(args.report);
  const Json report = Json::parse(file, nullptr, false);
  Json finished = Json::object();
  if (!report.is_object() || report.value("seed", uint64_t{0}) != args.seed) return finished;
  const Json gemms = report.value("gemms", Json::object());
  for (const auto& [name, entry] : gemms.items())
    if (entry.value("mismatches", 1) == 0) finished[name] = entry;
  return finished;
}

// Adds up the GEMMs; a file is there whole or as it was.
Json WriteTotals(const Arguments& args, Json& report) {
  Json total;
  for (const char* key : {"outputs", "mismatches", "macs", "cycles"}) {
    uint64_t sum = 0;
    for (const auto& [name, entry] : report["gemms"].items()) sum += entry[key].get<uint64_t>();
    total[key] = sum;
  }
  double seconds = 0;
  for (const auto& [name, entry] : report["gemms"].items())
    seconds += entry["seconds"].get<double>();
  total["seconds"] = seconds;
  total["gemms"] = report["gemms"].size();
  report["total"] = total;
  if (args.report.empty()) return total;
  WriteReport(args.report, report);
  return total;
}

int Run(const Arguments& args) {
  const EngineShape shape = {.rows = 4, .cols = 4, .dot = 4, .lanes = 4};
  VerilatedEngine<Vengine_gates_4x4x4> engine(shape, args.seed);
  Json report = Provenance();
  report["seed"] = args.seed;
  report["shape"] = shape.name();
  report["levels"] = {"reference", "functional", "gates"};
  report["gemms"] = Finished(args);
  const size_t taken = report["gemms"].size();
  if (taken > 0) fmt::print("{} GEMMs are in {} already\n", taken, args.report);
  size_t selected = 0;
  std::vector<std::string> failures;
  fmt::print("{:<45} {:>16} {:>9} {:>10} {:>9} {:>7}\n", "gemm", "M x K x N", "outputs",
             "mismatches", "cycles", "s");
  for (const std::string& path : args.traces) {
    const Trace trace = read_trace(path);
    for (const TraceGemm& g : trace.gemms) {
      if (g.name.find(args.gemm) == std::string::npos) continue;
      ++selected;
      const std::string name = fmt::format("{}/{}", trace.network, g.name);
      if (report["gemms"].contains(name)) continue;
      const auto start = std::chrono::steady_clock::now();
      const GemmReport r = Replay(g, engine, {});
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      for (const Mismatch& first : r.first) failures.push_back(Describe(first, g, shape));
      fmt::print("{:<45} {:>16} {:>9} {:>10} {:>9} {:>7.1f}\n", name,
                 fmt::format("{} x {} x {}", g.m, uint64_t{g.k} * g.a_samples, g.n), r.outputs,
                 r.mismatches, r.cycles, seconds);
      std::fflush(stdout);
      report["gemms"][name] = {{"outputs", r.outputs},
                               {"mismatches", r.mismatches},
                               {"macs", r.macs},
                               {"cycles", r.cycles},
                               {"seconds", seconds}};
      WriteTotals(args, report);
    }
  }
  if (selected == 0)
    throw std::invalid_argument(
        fmt::format("no GEMM's name contains '{}'; run without --gemm to see them", args.gemm));
  const Json total = WriteTotals(args, report);
  fmt::print(
      "{} GEMMs on the netlist of the {} engine, {} outputs against the reference: {} mismatches; "
      "{} million MACs in {} cycles, {:.0f} s\n",
      total["gemms"].get<size_t>(), shape.name(), total["outputs"].get<uint64_t>(),
      total["mismatches"].get<uint64_t>(), total["macs"].get<uint64_t>() / 1000000,
      total["cycles"].get<uint64_t>(), total["seconds"].get<double>());
  for (const std::string& failure : failures) fmt::print(stderr, "mismatch: {}\n", failure);
  return total["mismatches"] == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  tetralog::Arguments args;
  CLI::App app{"Recorded training steps on the netlist of the 4x4 Dot 4 engine"};
  app.add_option("traces", args.traces, "trace files (HDF5)")->check(CLI::ExistingFile);
  app.add_option("--gemm", args.gemm, "only GEMMs whose name contains this");
  app.add_option("--seed", args.seed, "of what reset leaves undefined")
      ->check(tetralog::WholeNumberFault)
      ->capture_default_str();
  app.add_option("--report", args.report, "JSON report, from which a later run goes on");
  CLI11_PARSE(app, argc, argv);
  try {
    return tetralog::Run(args);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
