// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/sweep/point.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "sim/estimate.h"
#include "sim/file_lock.h"
#include "sim/shape_text.h"
#include "synth/flow.h"
#include "synth/library.h"
#include "synth/power/measure.h"
#include "synth/power/netlist_files.h"
#include "synth/sweep/rounding_bias.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr uint32_t kGroup = 4;          // elements that share operand drivers, each way
constexpr int kElementWays[] = {0, 2};  // of kWays: prefix adders change nothing in an element
constexpr const char* kEpilogueUnits =
    "epilogue_lane luq_quantizer int_quantizer random_source scale_shift epilogue_stats";
constexpr const char* kTraces[] = {"tests/data/mlp.h5", "tests/data/lenet.h5"};
constexpr const char* kKinds[] = {"forward", "input_gradient", "weight_gradient"};
constexpr uint32_t kEnergySide = 4;  // rows and columns of the array that energy is measured on

std::vector<fs::path> FilesOf(const fs::path& folder, const std::vector<std::string>& extensions) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(folder))
    if (std::find(extensions.begin(), extensions.end(), file.path().extension()) !=
        extensions.end())
      files.push_back(file.path());
  std::sort(files.begin(), files.end());
  return files;
}

uint64_t ScriptsHash() {
  uint64_t hash = TextHash("");
  for (const fs::path& file : FilesOf("synth", {".sh", ".v", ".tcl"}))
    hash = TextHash(ReadTextFile(file), hash);
  return hash;
}

// The 4x4 group with its columns' part of the row bias, in every way; the first is the smallest.
Json MeasureElement(Flow& flow, const MachineShape& shape) {
  const uint32_t rows = std::min(kGroup, shape.rows), cols = std::min(kGroup, shape.cols);
  const Design group =
      flow.Elaborate("pe_group", fmt::format("GroupRows={} GroupCols={} Dot={} AccWidth={}", rows,
                                             cols, shape.dot, shape.acc_width));
  const Design bias =
      flow.Elaborate("row_bias", fmt::format("Dot={} AccWidth={}", shape.dot, shape.acc_width));
  Json ways = Json::array();
  for (const int way : kElementWays) {
    const MappedModule mapped = flow.MapOne(group, group.top, way);
    // The bias in its smallest way that is as fast as the group, or else the fastest.
    MappedModule with = flow.MapOne(bias, bias.top, kElementWays[0]);
    for (const int other : kElementWays)
      if (with.timing.clock_ns > mapped.timing.clock_ns)
        if (const MappedModule next = flow.MapOne(bias, bias.top, other);
            next.timing.clock_ns < with.timing.clock_ns)
          with = next;
    const double group_ge = mapped.ge / (rows * cols * shape.dot);
    const double bias_ge = with.ge / (shape.cols * shape.dot);
    ways.push_back({{"synthesis", kWays[way].effort},
                    {"ge_per_mac", group_ge + bias_ge},
                    {"group_ge_per_mac", group_ge},
                    {"row_bias_ge_per_mac", bias_ge},
                    {"clock_ns", std::max(mapped.timing.clock_ns, with.timing.clock_ns)}});
  }
  return ways;
}

Json MeasureEpilogue(Flow& flow, const MachineShape& shape) {
  const Design design = flow.Elaborate("epilogue",
                                       fmt::format("Lanes={} AccWidth={} RandomBits={}",
                                                   shape.lanes, shape.acc_width, shape.random_bits),
                                       kEpilogueUnits);
  Json units = Json::object();
  double ge = 0, rounding = 0, clock = 0;
  for (const std::string& module : design.Below(design.top)) {
    const MappedModule mapped = flow.MapOne(design, module, 0);
    const std::string& unit = design.modules.at(module).unit;
    const double all = mapped.ge * design.Count(module);
    ge += all;
    if (unit == "luq_quantizer" || unit == "int_quantizer" || unit == "random_source")
      rounding += all;
    clock = std::max(clock, mapped.timing.clock_ns);
    units[unit] = units.value(unit, 0.0) + all;
  }
  return {{"ge", ge},
          {"ge_per_mac", ge / static_cast<double>(shape.macs())},
          {"rounding_ge", rounding},
          {"clock_ns", clock},
          {"own_ge", units}};
}

Json MeasureUtilisation(const MachineShape& shape, const SweepWorkload& workload) {
  std::vector<EstimateJob> jobs;
  for (const std::string& name : workload.networks)
    jobs.push_back({shape, MakeWorkload(ReadLayerTable(BundledNetworkPath(name)),
                                        {workload.batch, workload.training, workload.samples})});
  const auto estimates = EstimateAll(jobs, {}, 1, nullptr);
  Json json;
  uint64_t macs = 0, cycles = 0;
  for (size_t i = 0; i < jobs.size(); ++i) {
    const EstimateTotal total = Total(estimates[i], shape);
    json[workload.networks[i]] = total.utilisation;
    macs += total.macs;
    cycles += total.cycles;
  }
  json["all"] =
      static_cast<double>(macs) / (static_cast<double>(cycles) * static_cast<double>(shape.macs()));
  return json;
}

// pJ per MAC of the elements of a 4x4 array and of the columns' part of the row bias.
Json MeasureEnergy(const PointArguments& args) {
  EngineShape shape;
  shape.rows = shape.cols = kEnergySide;
  shape.dot = args.shape.dot;
  shape.acc_width = args.shape.acc_width;
  const std::string params = fmt::format("Rows={} Cols={} Dot={} AccWidth={} Lanes={}", shape.rows,
                                         shape.cols, shape.dot, shape.acc_width, shape.lanes);
  const fs::path cache = fs::path(args.cache) / fmt::format("energy-{:016x}", ScriptsHash());
  std::string file;
  {
    const FileLock lock(cache / fmt::format("{}_{}.lock", shape.dot, shape.acc_width));
    file = MakeNetlist(args.lib, cache, "tetralog_engine", params,
                       "mac_array pe_group row_bias tile_drain epilogue");
  }
  const Liberty library = ReadLiberty(args.lib);
  const PowerNetlist netlist(library, file, "tetralog_engine", 0, 0.06);
  std::vector<Trace> traces;
  for (const char* trace : kTraces) traces.push_back(read_trace(trace));
  Json json;
  double sum = 0;
  for (const char* kind : kKinds) {
    const Measurement m =
        MeasureEngine(netlist, traces, kind, Operands::kRecorded, {.beats = args.beats}, shape);
    const double share = static_cast<double>(kEnergySide) / args.shape.cols;
    const double pj =
        m.units.at("pe_group").dynamic_pins() + share * m.units.at("row_bias").dynamic_pins();
    json[kind] = pj / static_cast<double>(m.macs);
    sum += json[kind].get<double>();
  }
  json["mean"] = sum / std::size(kKinds);
  return json;
}

}  // namespace

std::vector<std::string> PointArguments::Words() const {
  std::vector<std::string> words = {
      "--shape",    ShapeText(shape),
      "--networks", fmt::format("{}", fmt::join(workload.networks, ",")),
      "--batch",    std::to_string(workload.batch),
      "--samples",  std::to_string(workload.samples)};
  if (workload.training) words.emplace_back("--training");
  if (energy) words.insert(words.end(), {"--energy", "--beats", std::to_string(beats)});
  words.insert(words.end(), {"--lib", lib, "--cache", cache});
  return words;
}

std::string InputsOf(const PointArguments& args, const std::string& program) {
  PointArguments named = args;  // without what says only where files are
  named.lib = named.cache = "";
  std::vector<fs::path> files = FilesOf("rtl", {".sv"});
  for (const std::string& network : args.workload.networks)
    files.emplace_back(BundledNetworkPath(network));
  if (args.energy) files.insert(files.end(), std::begin(kTraces), std::end(kTraces));
  files.emplace_back(args.lib);
  files.emplace_back(program);
  uint64_t hash = TextHash(fmt::format("{}", fmt::join(named.Words(), " ")), ScriptsHash());
  for (const fs::path& file : files) hash = TextHash(ReadTextFile(file), hash);
  return fmt::format("{:016x}", hash);
}

Json MeasurePoint(const PointArguments& args) {
  CheckShape(args.shape);
  const Library library = ReadLibrary(fs::current_path(), fs::absolute(args.lib));
  Flow flow(fs::current_path(), library, fs::absolute(args.cache), 1);
  Json point;
  const MachineShape& s = args.shape;
  point["shape"] = {{"rows", s.rows},
                    {"cols", s.cols},
                    {"dot", s.dot},
                    {"acc_width", s.acc_width},
                    {"random_bits", s.random_bits},
                    {"lanes", s.lanes}};
  point["element"] = MeasureElement(flow, s);
  const Json smallest = point["element"][0];
  const double ge = smallest.at("ge_per_mac");
  point["ge_per_mac"] = ge;
  point["clock_ns"] = smallest.at("clock_ns");
  point["epilogue"] = MeasureEpilogue(flow, s);
  point["ge_per_mac_with_epilogue"] = ge + point["epilogue"]["ge_per_mac"].get<double>();
  fmt::print(stderr, "estimating the cycles of {}\n", fmt::join(args.workload.networks, ", "));
  point["utilisation"] = MeasureUtilisation(s, args.workload);
  const RoundingBias bias = EnumerateRoundingBias(static_cast<int>(s.random_bits));
  point["rounding"] = {{"worst_bias", bias.worst}, {"rms_bias", bias.rms}};
  point["energy"] = args.energy ? MeasureEnergy(args) : Json(nullptr);
  return point;
}

}  // namespace tetralog
