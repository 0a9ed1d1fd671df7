// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Synthesises a group of processing elements, has it placed and routed (place_route.sh), checks
// what came out, extracts its wires and times it with and without them. Prints a table, writes a
// JSON report and a picture of the first group. What was routed is kept and used again while its
// netlist is the same.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sim/provenance.h"
#include "synth/flow.h"
#include "synth/layout/check.h"
#include "synth/layout/extract.h"
#include "synth/layout/figures.h"
#include "synth/layout/picture.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kTop = "pe_group";

struct Options {
  fs::path root = ".", tech = "/usr/share/qflow/tech/osu018", out = "build/layout";
  fs::path report = "build/report/layout.json";
  std::vector<std::string> groups = {"1x1", "2x2"};
  int dot = 4, acc_width = 24, delay_ps = 2000;
  // Of one cut of a via. LEF has none; that of metal1 to metal2 in Magic's SCN6M_SUBM.10.tech of
  // qflow.
  double via_ohm = 5.68;
};

double Rounded(double value, double step) { return std::round(value / step) * step; }

class Run {
 public:
  Run(const Options& options, const Technology& technology)
      : options_(options),
        technology_(technology),
        lib_(options.tech / (options.tech.filename().string() + "_stdcells.lib")) {}

  Json Group(const std::string& group, bool first) {
    int rows = 0, cols = 0, used = 0;
    if (std::sscanf(group.c_str(), "%dx%d%n", &rows, &cols, &used) != 2 ||
        used != static_cast<int>(group.size()) || rows < 1 || cols < 1) {
      throw std::runtime_error(
          fmt::format("no group {}; give <rows>x<columns>, such as 2x2", group));
    }
    dir_ = options_.out /
           fmt::format("{}_{}x{}", options_.tech.filename().string(), group, options_.dot);
    fmt::print(stderr, "group {}: synthesis\n", group);
    Shell(
        fmt::format("DELAY_PS={} sh '{}' '{}' {} '{}' GroupRows={} GroupCols={} Dot={} AccWidth={}",
                    options_.delay_ps, (options_.root / "synth/netlist.sh").string(), lib_.string(),
                    kTop, dir_.string(), rows, cols, options_.dot, options_.acc_width),
        "synthesis");
    const double seconds = PlaceAndRoute(group);
    const Layout layout = ReadDef(Tokens(dir_ / "route" / "routed.def"), technology_);
    std::vector<RcNet> nets;
    for (const Net& net : layout.nets) {
      if (!net.supply) nets.push_back(ExtractNet(technology_, layout, net, options_.via_ohm));
    }
    WriteTextFile(dir_ / "wires.spef", WriteSpef(layout, nets));
    const LayoutFigures figures = Measure(technology_, layout, nets);
    Check(layout, figures);
    const std::string title = fmt::format(
        "pe_group {}, Dot {}, {} bits, {}: {} cells, {:.0f} by {:.0f} um", group, options_.dot,
        options_.acc_width, options_.tech.filename().string(), figures.cells,
        1e-3 * (layout.die.x1 - layout.die.x0), 1e-3 * (layout.die.y1 - layout.die.y0));
    const std::string picture = DrawLayout(technology_, layout, title);
    WriteTextFile(dir_ / "layout.svg", picture);
    if (first) WriteTextFile(fs::path(options_.report).replace_extension(".svg"), picture);

    const TimingResult before = Time(""), after = Time((dir_ / "wires.spef").string());
    const fs::path mapped = dir_ / (std::string(kTop) + ".v");
    if (const double same = Time("", mapped).clock_ns; same != before.clock_ns) {
      throw std::runtime_error(
          fmt::format("{} has {} ns, the netlist as placed {} ns; the copy is wrong",
                      mapped.string(), same, before.clock_ns));
    }
    return Report(group, rows * cols * options_.dot, figures, before, after, seconds);
  }

 private:
  void Shell(const std::string& command, const std::string& what) {
    RunCommand(command, fmt::format("{} of {} failed", what, dir_.string()));
  }

  // Seconds that it took, 0 when it had been done.
  double PlaceAndRoute(const std::string& group) {
    const fs::path netlist = dir_ / (std::string(kTop) + ".v"),
                   script = options_.root / "synth/layout/place_route.sh";
    const std::string made_of =
        fmt::format("{:016x}\n", TextHash(ReadTextFile(netlist), TextHash(ReadTextFile(script))));
    const fs::path stamp = dir_ / "route" / "made_of", time = dir_ / "route" / "seconds";
    if (!fs::exists(stamp) || ReadTextFile(stamp) != made_of) {
      fmt::print(stderr, "group {}: place and route\n", group);
      fs::remove(stamp);
      const auto start = std::chrono::steady_clock::now();
      Shell(fmt::format("sh '{}' '{}' '{}' '{}' {} '{}'", script.string(), lib_.string(),
                        options_.tech.string(), netlist.string(), kTop, (dir_ / "route").string()),
            "place and route");
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      WriteTextFile(time, fmt::format("{:.0f}\n", took.count()));
      WriteTextFile(stamp, made_of);
    }
    return std::stod(ReadTextFile(time));
  }

  // What the metal says, whatever the router said.
  void Check(const Layout& layout, const LayoutFigures& figures) {
    std::vector<std::string> faults = CheckSpacing(technology_, layout);
    spacing_ = faults.size();
    const auto add = [&](const std::vector<std::string>& more) {
      faults.insert(faults.end(), more.begin(), more.end());
    };
    add(CheckPlacement(technology_, layout));
    add(CompareConnections(
        ConnectionsOfBlif(ReadTextFile(dir_ / "route" / (std::string(kTop) + ".blif"))),
        ConnectionsOf(layout)));
    if (figures.open_nets > 0)
      faults.push_back(fmt::format("{} nets are in parts", figures.open_nets));
    if (faults.empty()) return;
    std::string text;
    for (const std::string& fault : faults) text += fault + '\n';
    WriteTextFile(dir_ / "faults.txt", text);
    throw std::runtime_error(fmt::format("{} faults in the layout, the first: {}; see {}",
                                         faults.size(), faults[0], (dir_ / "faults.txt").string()));
  }

  TimingResult Time(const std::string& spef, fs::path netlist = {}) {
    if (netlist.empty()) netlist = dir_ / "route" / "placed.v";
    const fs::path out = dir_ / (spef.empty() ? "timing_before.rpt" : "timing_after.rpt");
    Shell(fmt::format("SPEF='{}' sh '{}' '{}' '{}' {} '{}'", spef,
                      (options_.root / "synth/timing.sh").string(), lib_.string(), netlist.string(),
                      kTop, out.string()),
          "timing");
    return ReadTiming(ReadTextFile(out));
  }

  Json Report(const std::string& group, int macs, const LayoutFigures& f,
              const TimingResult& before, const TimingResult& after, double seconds) const {
    Json report;
    report["group"] = group;
    report["macs"] = macs;
    report["clock_ns"] = {{"without_wires", before.clock_ns}, {"with_wires", after.clock_ns}};
    report["gates_on_path"] = after.path.gates;
    report["cells"] = f.cells;
    report["rows"] = f.rows;
    report["cell_um2"] = Rounded(f.cell_um2, 1);
    report["core_um2"] = Rounded(f.core_um2, 1);
    report["die_um2"] = Rounded(f.die_um2, 1);
    report["core_um2_per_mac"] = Rounded(f.core_um2 / macs, 1);
    report["utilisation"] = Rounded(f.Utilisation(), 0.001);
    report["nets"] = f.nets;
    report["wire_um"] = Rounded(f.wire_total_um, 1);
    for (const auto& [layer, um] : f.wire_um) report["wire_um_by_layer"][layer] = Rounded(um, 1);
    report["longest_net"] = {{"name", f.longest_net}, {"um", Rounded(f.longest_net_um, 1)}};
    report["vias"] = f.vias_total;
    report["vias_by_upper_layer"] = f.vias;
    report["wire_pf"] = Rounded(f.wire_pf, 0.001);
    // Check() has stopped the run when they are not.
    report["faults"] = {{"unrouted_nets", f.open_nets}, {"spacing_and_shorts", spacing_}};
    report["seconds"] = seconds;
    return report;
  }

  const Options& options_;
  const Technology& technology_;
  const fs::path lib_;
  fs::path dir_;
  size_t spacing_ = 0;
};

void Print(const Json& groups) {
  fmt::print("{:<6} {:>6} {:>9} {:>9} {:>9} {:>6} {:>9} {:>7} {:>7} {:>9} {:>9}\n", "group",
             "cells", "core um2", "per MAC", "utilised", "nets", "wire um", "vias", "faults",
             "ns before", "ns routed");
  for (const Json& g : groups) {
    fmt::print(
        "{:<6} {:>6} {:>9} {:>9} {:>7.1f} % {:>6} {:>9} {:>7} {:>7} {:>9.3f} {:>9.3f}\n",
        g["group"].get<std::string>(), g["cells"].get<int>(), g["core_um2"].get<double>(),
        g["core_um2_per_mac"].get<double>(), 100 * g["utilisation"].get<double>(),
        g["nets"].get<int>(), g["wire_um"].get<double>(), g["vias"].get<int>(),
        g["faults"]["unrouted_nets"].get<int>() + g["faults"]["spacing_and_shorts"].get<int>(),
        g["clock_ns"]["without_wires"].get<double>(), g["clock_ns"]["with_wires"].get<double>());
  }
}

int Main(int argc, char** argv) {
  CLI::App app{"Place and route of groups of processing elements, and their clock with wires"};
  Options options;
  app.add_option("--root", options.root, "top of the source tree")->check(CLI::ExistingDirectory);
  app.add_option("--tech", options.tech, "technology directory of qflow")
      ->check(CLI::ExistingDirectory);
  app.add_option("--out", options.out, "directory of netlists and layouts, kept between runs");
  app.add_option("--report", options.report,
                 "JSON report; the picture of the first group beside it");
  app.add_option("--groups", options.groups, "groups, <rows>x<columns>")->delimiter(',');
  app.add_option("--dot", options.dot, "products a beat of an element")->check(CLI::PositiveNumber);
  app.add_option("--acc-width", options.acc_width, "bits of an accumulator")
      ->check(CLI::PositiveNumber);
  app.add_option("--delay-ps", options.delay_ps, "delay that mapping aims at")
      ->check(CLI::PositiveNumber);
  app.add_option("--via-ohm", options.via_ohm, "resistance of a via")
      ->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  options.tech = fs::canonical(options.tech);
  options.root = fs::canonical(options.root);
  options.out = fs::absolute(options.out);

  const std::string name = options.tech.filename().string();
  const fs::path lef = options.tech / (name + "_stdcells.lef");
  if (!fs::exists(lef)) {
    throw std::runtime_error(fmt::format(
        "no {}; give a technology directory of qflow, such as /usr/share/qflow/tech/osu018",
        lef.string()));
  }
  const Technology technology = ReadLef(Tokens(lef));
  Json report = Provenance();
  report["command"] = "make layout";
  report["tools"] = {{"yosys", FirstLineOf("yosys -V")},
                     {"opensta", FirstLineOf("sta -version")},
                     {"graywolf", FirstLineOf("dpkg-query -W -f='${Version}' graywolf")},
                     {"qrouter", FirstLineOf("dpkg-query -W -f='${Version}' qrouter")},
                     {"qflow", FirstLineOf("dpkg-query -W -f='${Version}' qflow")}};
  report["technology"] = {{"name", name}, {"via_ohm", options.via_ohm}};
  for (const Layer& layer : technology.layers) {
    if (!layer.routing) continue;
    report["technology"]["layers"][layer.name] = {{"ohm_per_square", layer.ohm_per_square},
                                                  {"pf_per_um2", layer.pf_per_um2},
                                                  {"edge_pf_per_um", layer.edge_pf_per_um}};
  }
  report["build"] = {
      {"dot", options.dot}, {"acc_width", options.acc_width}, {"delay_ps", options.delay_ps}};
  report["groups"] = Json::array();
  Run run(options, technology);
  for (const std::string& group : options.groups) {
    report["groups"].push_back(run.Group(group, report["groups"].empty()));
  }
  Print(report["groups"]);
  WriteReport(options.report.string(), report);
  fmt::print("wrote {} and its picture\n", options.report.string());
  return 0;
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
