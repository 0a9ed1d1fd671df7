// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Energy per MAC of the array and of comparison MACs on recorded training steps, from their
// netlists; see docs/power.md.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/provenance.h"
#include "sim/whole_number.h"
#include "synth/parts.h"
#include "synth/power/measure.h"
#include "synth/power/netlist_files.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kBiasColumns = 16;  // of the array whose rows' bias units are counted
const char* const kElement = "tetralog_pe4";
const char* const kKinds[] = {"forward", "input_gradient", "weight_gradient"};

struct Arguments {
  std::string lib = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib", dir = "build/power",
              macs = "synth/macs", engine, report, limits;
  std::vector<std::string> traces = {"tests/data/mlp.h5", "tests/data/lenet.h5"};
  std::vector<std::string> blocks;  // empty: all
  Sample sample;
  uint64_t glitch_beats = 64;
  double wire_ff = 10, slew = 0.06, period = 4;
};

double Rounded(double value) { return std::round(value * 1000) / 1000; }

// Of a processing element with its share of the row's bias unit, or of a whole comparison MAC.
Energy BlockEnergy(const Measurement& m) {
  Energy sum;
  if (!m.units.count("pe_group")) {
    for (const auto& [unit, energy] : m.units) sum += energy;
    return sum;
  }
  sum += m.units.at("pe_group");
  const double share = PowerShape().cols / kBiasColumns;
  Energy bias = m.units.at("row_bias");
  for (double* part : {&bias.clock, &bias.internal, &bias.pins, &bias.wires, &bias.leakage_nw})
    *part *= share;
  sum += bias;
  return sum;
}

double PerMac(const Measurement& m) {
  return BlockEnergy(m).dynamic_pins() / static_cast<double>(m.macs);
}

Json EntryOf(const Measurement& m, double period) {
  const Energy e = BlockEnergy(m);
  const double macs = static_cast<double>(m.macs);
  Json entry = {
      {"pj_per_mac", Rounded(e.dynamic_pins() / macs)},
      {"clock", Rounded(e.clock / macs)},
      {"internal", Rounded(e.internal / macs)},
      {"pins", Rounded(e.pins / macs)},
      {"with_wires", Rounded(e.dynamic() / macs)},
      {"leakage_fj", Rounded(e.leakage_nw * period * 1e-3 * static_cast<double>(m.cycles) / macs)},
      {"macs", m.macs},
      {"cycles", m.cycles},
      {"compared", m.outputs}};
  return entry;
}

void PrintHeader() {
  fmt::print("{:<17} {:<16} {:>8} {:>7} {:>9} {:>7} {:>9} {:>9} {:>8} {:>8} {:>8}\n", "pJ per MAC",
             "", "total", "clock", "internal", "pins", "glitches", "wires", "ungated", "no zeros",
             "random");
}

void PrintEntry(const std::string& block, const std::string& kind, const Json& e) {
  const auto number = [&](const char* key) {
    return e.contains(key) ? fmt::format("{:.2f}", e.at(key).get<double>()) : std::string("-");
  };
  fmt::print("{:<17} {:<16} {:>8} {:>7} {:>9} {:>7} {:>9} {:>9} {:>8} {:>8} {:>8}\n", block, kind,
             number("pj_per_mac"), number("clock"), number("internal"), number("pins"),
             number("with_glitches"), number("with_wires"), number("ungated"), number("no_zeros"),
             number("random"));
  std::fflush(stdout);
}

std::string EngineNetlist(const Arguments& args, bool gate_rows) {
  const EngineShape shape = PowerShape();
  return MakeNetlist(args.lib, args.dir, "tetralog_engine",
                     fmt::format("Rows={} Cols={} Dot={} Lanes={}{}", shape.rows, shape.cols,
                                 shape.dot, shape.lanes, gate_rows ? "" : " GateRows=0"),
                     "mac_array pe_group row_bias tile_drain epilogue");
}

// The array, with its units and the engine around it.
void ReportArray(const Arguments& args, const Liberty& library, const std::vector<Trace>& traces,
                 Json& report) {
  const EngineShape shape = PowerShape();
  const auto read = [&](const std::string& file) {
    return PowerNetlist(library, file, "tetralog_engine", args.wire_ff / 1000, args.slew);
  };
  const PowerNetlist netlist = read(args.engine.empty() ? EngineNetlist(args, true) : args.engine);
  // The same array with every register on the clock in every cycle, what hold_i saves.
  std::optional<PowerNetlist> ungated;
  if (args.engine.empty()) ungated = read(EngineNetlist(args, false));
  for (const char* kind : kKinds) {
    const auto measure = [&](Operands operands, const Sample& sample) {
      return MeasureEngine(netlist, traces, kind, operands, sample);
    };
    const Measurement m = measure(Operands::kRecorded, args.sample);
    Json entry = EntryOf(m, args.period);
    const double macs = static_cast<double>(m.macs);
    entry["zero_products"] = Rounded(static_cast<double>(m.zeros) / macs);
    entry["utilisation"] =
        Rounded(macs / static_cast<double>(m.cycles) / static_cast<double>(shape.macs()));
    if (ungated) {
      entry["ungated"] =
          Rounded(PerMac(MeasureEngine(*ungated, traces, kind, Operands::kRecorded, args.sample)));
    }
    entry["no_zeros"] = Rounded(PerMac(measure(Operands::kNoZeros, args.sample)));
    entry["random"] = Rounded(PerMac(measure(Operands::kRandom, args.sample)));
    if (args.glitch_beats > 0) {
      // Of the same commands without and with delays, the factor.
      Sample sample = args.sample;
      sample.beats = args.glitch_beats;
      sample.short_sums = true;
      const double without = PerMac(measure(Operands::kRecorded, sample));
      sample.glitches = true;
      const double factor = PerMac(measure(Operands::kRecorded, sample)) / without;
      entry["with_glitches"] = Rounded(entry["pj_per_mac"].get<double>() * factor);
    }
    for (const auto& [unit, energy] : m.units)
      report["units"][kind][unit] = {{"pj_per_mac", Rounded(energy.dynamic_pins() / macs)},
                                     {"clock", Rounded(energy.clock / macs)},
                                     {"internal", Rounded(energy.internal / macs)},
                                     {"pins", Rounded(energy.pins / macs)},
                                     {"wires", Rounded(energy.wires / macs)}};
    PrintEntry(kElement, kind, entry);
    report["energy"][kElement][kind] = std::move(entry);
  }
}

void ReportMac(const Arguments& args, const MacBlock& block, const Liberty& library,
               const std::vector<Trace>& traces, Json& report) {
  const PowerNetlist netlist(library,
                             MakeNetlist(args.lib, args.dir, block.module,
                                         fmt::format("Dot={}", block.dot), "", args.macs),
                             block.module, args.wire_ff / 1000, args.slew);
  for (const std::string kind : kKinds) {
    if (block.log_only && kind == "forward") continue;
    const auto measure = [&](const Sample& sample) {
      return MeasureMac(netlist, block, traces, kind, sample);
    };
    const Measurement m = measure(args.sample);
    Json entry = EntryOf(m, args.period);
    if (args.glitch_beats > 0) {
      Sample sample = args.sample;
      sample.beats = args.glitch_beats;
      sample.short_sums = true;
      const double without = PerMac(measure(sample));
      sample.glitches = true;
      const double factor = PerMac(measure(sample)) / without;
      entry["with_glitches"] = Rounded(entry["pj_per_mac"].get<double>() * factor);
    }
    PrintEntry(block.name, kind, entry);
    report["energy"][block.name][kind] = std::move(entry);
  }
}

bool Wanted(const Arguments& args, const std::string& block) {
  return args.blocks.empty() ||
         std::find(args.blocks.begin(), args.blocks.end(), block) != args.blocks.end();
}

// How many times the element's energy a block takes, and what of the standard block's it takes.
Json Ratios(const Json& energy) {
  Json ratios;
  const auto of = [&](const std::string& block, const std::string& kind) {
    return energy.contains(block) && energy[block].contains(kind)
               ? energy[block][kind]["pj_per_mac"].get<double>()
               : 0;
  };
  for (const auto& [block, kinds] : energy.items()) {
    for (const auto& [kind, entry] : kinds.items()) {
      const double own = entry["pj_per_mac"];
      for (const char* standard : {kElement, "luq_standard", "luq_standard_dot4"}) {
        if (standard != block && of(standard, kind) > 0)
          ratios[block][kind][fmt::format("over_{}", standard)] = Rounded(own / of(standard, kind));
      }
    }
  }
  return ratios;
}

int Report(const Arguments& args) {
  const auto start = std::chrono::steady_clock::now();
  const Liberty library = ReadLiberty(args.lib);
  std::vector<Trace> traces;
  for (const std::string& path : args.traces) traces.push_back(read_trace(path));
  Json report = Provenance();
  report["library"] = {{"name", library.name}, {"file", args.lib}, {"volts", library.voltage}};
  report["assumptions"] = {{"wire_ff_per_pin", args.wire_ff},
                           {"clock_and_input_transition_ns", args.slew},
                           {"period_ns", args.period},
                           {"clock_tree", "none"},
                           {"bias_columns", kBiasColumns}};
  report["sample"] = {{"beats", args.sample.beats},
                      {"copies", 64},
                      {"seed", args.sample.seed},
                      {"glitch_beats", args.glitch_beats},
                      {"traces", args.traces}};
  if (!args.blocks.empty() || !args.engine.empty()) report["partial"] = true;
  PrintHeader();
  if (Wanted(args, kElement)) ReportArray(args, library, traces, report);
  for (const MacBlock& block : MacBlocks())
    if (Wanted(args, block.name) &&
        std::filesystem::exists(fmt::format("{}/{}.sv", args.macs, block.module)))
      ReportMac(args, block, library, traces, report);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  report["seconds"] = Rounded(seconds);
  fmt::print("{}, {} V, no clock tree; {:.0f} s\n", library.name, library.voltage, seconds);
  report["ratios"] = Ratios(report["energy"]);
  if (args.report.empty()) return 0;
  WriteReport(args.report, report);
  if (report.contains("partial")) return 0;
  RefreshReport(std::filesystem::path(args.report).parent_path() / "synth.json");
  if (args.limits.empty()) return 0;
  const std::vector<std::string> faults =
      ExceededEnergyLimits(report, Json::parse(ReadTextFile(args.limits)));
  for (const std::string& fault : faults) fmt::print(stderr, "error: {}\n", fault);
  return faults.empty() ? 0 : 1;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  tetralog::Arguments args;
  CLI::App app{"Energy per MAC on recorded training steps, from netlists"};
  app.add_option("--lib", args.lib, "Liberty file")->capture_default_str();
  app.add_option("--traces", args.traces, "recorded training steps");
  app.add_option("--macs", args.macs, "sources of the comparison MACs")->capture_default_str();
  app.add_option("--blocks", args.blocks, "only these: tetralog_pe4, luq_standard, int8, ...")
      ->delimiter(',');
  app.add_option("--dir", args.dir, "where netlists are kept")->capture_default_str();
  app.add_option("--engine", args.engine, "netlist (JSON) of an engine, instead of that of rtl/");
  app.add_option("--report", args.report, "write the report to this file");
  app.add_option("--limits", args.limits, "JSON file of ceilings to check, for a run of all blocks")
      ->check(CLI::ExistingFile);
  app.add_option("--beats", args.sample.beats, "operand beats of each of 64 copies")
      ->capture_default_str();
  app.add_option("--glitch-beats", args.glitch_beats, "beats simulated with delays; 0: none")
      ->capture_default_str();
  app.add_option("--seed", args.sample.seed, "of the choice of tiles")
      ->check(tetralog::WholeNumberFault)
      ->capture_default_str();
  app.add_option("--wire", args.wire_ff, "fF of wire for each pin that a net drives")
      ->capture_default_str();
  app.add_option("--slew", args.slew, "ns, transition of clocks and inputs")->capture_default_str();
  app.add_option("--period", args.period, "ns, of the clock, for leakage")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    return tetralog::Report(args);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
