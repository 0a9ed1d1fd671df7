// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog estimate`: the cycles of a network's products on a shape of the core, or on several.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sim/estimate.h"
#include "sim/progress.h"
#include "sim/provenance.h"
#include "sim/shape_text.h"
#include "sim/tool.h"
#include "sim/utilisation_plot.h"
#include "sim/whole_file.h"

namespace tetralog {
namespace {

constexpr const char* kSweep[] = {"4x4x1",   "8x8x1",   "8x8x4",   "16x16x1",
                                  "16x16x4", "32x32x1", "32x32x4", "64x64x4"};

struct EstimateArguments {
  std::vector<std::string> networks, files;
  WorkloadOptions workload;
  std::string shape = "16x16x4";
  std::optional<uint32_t> lanes, axi_data, depth_a, depth_b, acc_width;  // of all shapes
  std::vector<std::string> sweep;
  bool sweeps = false;
  uint32_t latency = 20;
  unsigned jobs = 1;
  std::string json, plot;
};

struct Network {
  std::string name;
  std::vector<LayerGemm> workload;
};

// With the options for all shapes.
MachineShape ShapeOf(const EstimateArguments& args, const std::string& text) {
  struct Parameter {
    const char *option, *name;
    const std::optional<uint32_t>& value;
    uint32_t MachineShape::*member;
  };
  MachineShape shape = ParseShape(text);
  for (const Parameter& p :
       {Parameter{"--lanes", "lanes", args.lanes, &MachineShape::lanes},
        {"--axi-data", "axi_data", args.axi_data, &MachineShape::axi_data},
        {"--depth-a", "depth_a", args.depth_a, &MachineShape::depth_a},
        {"--depth-b", "depth_b", args.depth_b, &MachineShape::depth_b},
        {"--acc-width", "acc_width", args.acc_width, &MachineShape::acc_width}}) {
    if (!p.value) continue;
    if (text.find(fmt::format(":{}=", p.name)) != std::string::npos)
      throw std::invalid_argument(fmt::format(
          "{} is for every shape, but {} has its own; leave one of them out", p.option, text));
    shape.*p.member = *p.value;
  }
  CheckShape(shape);
  return shape;
}

std::vector<Network> ReadNetworks(const EstimateArguments& args) {
  std::vector<Network> networks;
  for (const std::string& name : args.networks)
    networks.push_back(
        {name, MakeWorkload(ReadLayerTable(BundledNetworkPath(name)), args.workload)});
  for (const std::string& file : args.files)
    networks.push_back(
        {std::filesystem::path(file).stem(), MakeWorkload(ReadLayerTable(file), args.workload)});
  if (networks.empty())
    throw std::invalid_argument("nothing to estimate: give --network NAME or --layers FILE");
  return networks;
}

bool HasGradients(const std::vector<Network>& networks) {
  return std::any_of(networks.begin(), networks.end(), [](const Network& network) {
    return std::any_of(network.workload.begin(), network.workload.end(),
                       [](const LayerGemm& g) { return g.samples > 1 || g.a_samples > 1; });
  });
}

// The shapes to estimate, checked before any work.
std::vector<MachineShape> ReadShapes(const EstimateArguments& args) {
  if (!args.sweeps) return {ShapeOf(args, args.shape)};
  std::vector<MachineShape> shapes;
  for (const std::string& text : args.sweep)
    if (!text.empty()) shapes.push_back(ShapeOf(args, text));
  if (shapes.empty())  // the option without any
    for (const char* text : kSweep) shapes.push_back(ShapeOf(args, text));
  return shapes;
}

// ---------------------------------------------------------------------------- output

double BytesPerCycle(uint64_t bytes, uint64_t cycles) {
  return cycles == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(cycles);
}

double OfBound(const GemmEstimate& e) {
  return e.cycles() == 0 ? 0 : e.bounds.greatest() / static_cast<double>(e.cycles());
}

void PrintTable(const std::vector<GemmEstimate>& estimates, const MachineShape& shape) {
  size_t width = 4;
  for (const GemmEstimate& e : estimates) width = std::max(width, e.gemm.name.size());
  fmt::print(
      "{:<{}} {:<15} {:>8} {:>8} {:>7} {:>5} {:>11} {:>7} {:>7} {:<7} {:>8} {:>9} {:>9} "
      "{:>9} {:>9} {:>9} {:>9} {:>7}\n",
      "gemm", width, "kind", "M", "N", "K", "count", "cycles", "part", "busy", "bound", "of bound",
      "operand", "drain", "addend", "write", "read B", "written B", "B/cycle");
  const EstimateTotal total = Total(estimates, shape);
  for (const GemmEstimate& e : estimates) {
    const LayerGemm& g = e.gemm;
    const Counters& c = e.counters;
    const auto all = static_cast<double>(e.cycles() * g.count);
    fmt::print(
        "{:<{}} {:<15} {:>8} {:>8} {:>7} {:>5} {:>11} {:>5.1f} % {:>5.1f} % {:<7} {:>6.1f} % "
        "{:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7.2f}\n",
        g.name, width, KindName(g.kind), g.m, g.n, g.k, g.count, e.cycles(),
        100 * all / static_cast<double>(total.cycles),
        100 * Utilisation(g.macs(), e.cycles(), shape), e.bounds.name(), 100 * OfBound(e),
        Short(c[kCounterStallOperand]), Short(c[kCounterStallDrain]), Short(c[kCounterStallAddend]),
        Short(c[kCounterStallWrite]), Short(c[kCounterReadBytes]), Short(c[kCounterWriteBytes]),
        BytesPerCycle(c[kCounterReadBytes] + c[kCounterWriteBytes], e.cycles()));
  }
}

// Columns are as wide as the longest shape.
void PrintTotalHeader(size_t width) {
  fmt::print("{:<14} {:<{}} {:>6} {:>10} {:>14} {:>8} {:>10} {:>10} {:>8}\n", "network", "shape",
             width, "MACs", "products", "cycles", "busy", "read B", "written B", "B/cycle");
}

void PrintTotal(const std::string& network, const MachineShape& shape, size_t width,
                const EstimateTotal& t) {
  fmt::print("{:<14} {:<{}} {:>6} {:>10} {:>14} {:>6.1f} % {:>10} {:>10} {:>8.2f}\n", network,
             ShapeText(shape), width, shape.macs(), Short(t.macs), t.cycles, 100 * t.utilisation,
             Short(t.read_bytes), Short(t.write_bytes),
             BytesPerCycle(t.read_bytes + t.write_bytes, t.cycles));
}

Json TotalJson(const EstimateTotal& t) {
  return {{"macs", t.macs},
          {"cycles", t.cycles},
          {"utilisation", t.utilisation},
          {"read_bytes", t.read_bytes},
          {"write_bytes", t.write_bytes}};
}

Json GemmJson(const GemmEstimate& e, const MachineShape& shape) {
  const LayerGemm& g = e.gemm;
  Json json = {{"name", g.name},
               {"kind", KindName(g.kind)},
               {"m", g.m},
               {"n", g.n},
               {"k", g.k},
               {"count", g.count},
               {"samples", g.samples},
               {"a_samples", g.a_samples},
               {"macs", g.macs()},
               {"commands", e.commands},
               {"simulated", e.simulated}};
  Json counters = CountersJson(e.counters);
  counters.erase("gated");  // counts zeros, of which an estimate knows nothing
  json.update(counters);
  json.update({{"utilisation", Utilisation(g.macs(), e.cycles(), shape)},
               {"bound", e.bounds.name()},
               {"bound_cycles", e.bounds.greatest()},
               {"of_bound", OfBound(e)},
               {"bytes_per_cycle",
                BytesPerCycle(e.counters[kCounterReadBytes] + e.counters[kCounterWriteBytes],
                              e.cycles())}});
  return json;
}

// "[#####.....] 41 %"
std::string ProgressText(double done) {
  constexpr size_t kWidth = 32;
  const auto filled = std::min(static_cast<size_t>(done * kWidth), kWidth);
  return fmt::format("[{}{}] {:.0f} %", std::string(filled, '#'), std::string(kWidth - filled, '.'),
                     100 * done);
}

// ---------------------------------------------------------------------------- the command

int RunEstimate(const EstimateArguments& args) {
  if (!args.plot.empty() && !args.sweeps)
    throw std::invalid_argument("--plot shows a sweep: give --sweep as well");
  const std::vector<Network> networks = ReadNetworks(args);
  if (args.workload.samples != 1 && !HasGradients(networks))
    throw std::invalid_argument("--samples: none of the products is a gradient; give --training");
  std::vector<EstimateJob> jobs;  // network by network, shape by shape
  const std::vector<MachineShape> shapes = ReadShapes(args);
  size_t width = 8;  // of the names of shapes
  for (const MachineShape& shape : shapes) width = std::max(width, ShapeText(shape).size());
  for (const Network& network : networks)
    for (const MachineShape& shape : shapes) jobs.push_back({shape, network.workload});
  CheckOutputs({args.json, args.plot}, args.files);

  Progress progress;
  const auto results =
      EstimateAll(jobs, {.read_latency = args.latency, .write_latency = args.latency}, args.jobs,
                  [&](double done) { progress.Show(ProgressText(done)); });
  progress.Clear();

  Json report = Provenance();
  report["memory"] = {
      {"read_latency", args.latency}, {"write_latency", args.latency}, {"stalls", 0}};
  report["batch"] = args.workload.batch;
  report["training"] = args.workload.training;
  report["samples"] = args.workload.samples;
  report["estimates"] = Json::array();
  std::vector<UtilisationSeries> series;
  if (args.sweeps) PrintTotalHeader(width);
  for (size_t i = 0; i < jobs.size(); ++i) {
    const Network& network = networks[i / shapes.size()];
    const EstimateTotal total = Total(results[i], jobs[i].shape);
    if (i % shapes.size() == 0) series.push_back({network.name, {}});
    series.back().values.push_back(total.utilisation);
    if (!args.sweeps) {
      fmt::print("{}{} on {}, batch {}{}\n", i == 0 ? "" : "\n", network.name,
                 ShapeText(jobs[i].shape), args.workload.batch,
                 args.workload.training ? ", training" : "");
      PrintTable(results[i], jobs[i].shape);
      PrintTotalHeader(width);
    }
    PrintTotal(network.name, jobs[i].shape, width, total);
    Json entry = {{"network", network.name},
                  {"shape", ShapeJson(jobs[i].shape)},
                  {"total", TotalJson(total)},
                  {"gemms", Json::array()}};
    for (const GemmEstimate& e : results[i]) entry["gemms"].push_back(GemmJson(e, jobs[i].shape));
    report["estimates"].push_back(std::move(entry));
  }
  if (!args.json.empty()) WriteReport(args.json, report);
  if (!args.plot.empty()) {
    std::vector<std::string> names;
    for (const MachineShape& shape : shapes) names.push_back(ShapeText(shape));
    const std::string title = fmt::format("Multipliers busy, batch {}{}", args.workload.batch,
                                          args.workload.training ? ", training" : "");
    WriteOutput(args.plot, UtilisationSvg(title, names, series));
  }
  return 0;
}

}  // namespace

void AddEstimate(CLI::App& app, Action& action) {
  auto args = std::make_shared<EstimateArguments>();
  args->jobs = std::max(std::thread::hardware_concurrency(), 1u);
  CLI::App* command = app.add_subcommand(
      "estimate", "cycles of a network's products on a shape of the core, by the cycle model");
  command
      ->add_option("--network", args->networks,
                   "bundled networks, with commas: lenet, mlp, resnet18, resnet50, transformer")
      ->delimiter(',');
  command->add_option("--layers", args->files, "tables of layers (CSV), see docs/estimate.md")
      ->delimiter(',');
  command->add_option("--batch", args->workload.batch, "times the sizes of the table")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_flag("--training", args->workload.training, "the gradients of every layer too");
  command->add_option("--samples", args->workload.samples, "samples of every gradient")
      ->check(CLI::Range(1, static_cast<int>(kMaxSamples)))
      ->capture_default_str();
  command
      ->add_option("--shape", args->shape,
                   "ROWSxCOLSxDOT, or with parameters: 8x8x2:axi_data=64:lanes=8")
      ->capture_default_str();
  command->add_option("--lanes", args->lanes, "lanes of the epilogue, of every shape");
  command->add_option("--axi-data", args->axi_data, "bits of the bus, 64 or 128");
  command->add_option("--depth-a", args->depth_a, "words of a bank of the buffer of A");
  command->add_option("--depth-b", args->depth_b, "words of a bank of the buffer of B");
  command->add_option("--acc-width", args->acc_width, "bits of an accumulator");
  command->add_option("--latency", args->latency, "cycles of the memory, of reads and writes")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  CLI::Option* sweep =
      command->add_option("--sweep", args->sweep, "several shapes, with commas; some without any")
          ->delimiter(',')
          ->expected(0, -1)
          ->excludes("--shape");
  command->add_option("--plot", args->plot, "write the sweep's utilisation as SVG to this file");
  command->add_option("--jobs", args->jobs, "threads")
      ->check(CLI::Range(1, 256))
      ->default_str("one a processor");
  command->add_option("--json", args->json, "write the report to this file");
  command->callback([args, sweep, &action] {
    args->sweeps = sweep->count() != 0;
    action = [args] { return RunEstimate(*args); };
  });
}

}  // namespace tetralog
