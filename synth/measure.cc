// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/measure.h"

#include <fmt/core.h>

#include <cmath>
#include <map>
#include <string>

#include "synth/assembly.h"
#include "synth/memory_model.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDots[] = {1, 4, 8, 16};
constexpr int kGroups[] = {1, 2, 4};
constexpr int kGroup = 4;  // the default of rtl/pe_group.sv
constexpr int kCols = 16, kAccWidth = 24;

double Rounded(double value, double step) {
  return std::round(value / step) / std::round(1 / step);  // of a decimal step, without its error
}

Json PathJson(const TimingResult& timing) {
  Json modules = Json::object();
  for (const auto& [module, gates] : timing.path.modules) modules[module] = gates;
  return {{"from", timing.path.start},
          {"to", timing.path.end},
          {"gates", timing.path.gates},
          {"gates_by_module", modules}};
}

Json CurveJson(const Assembly& assembly) {
  Json curve = Json::array();
  for (const CurvePoint& point : assembly.curve) {
    curve.push_back({{"clock_ns", Rounded(point.clock_ns, 0.01)}, {"ge", Rounded(point.ge, 1)}});
  }
  return curve;
}

// A unit of the core: all its versions together.
struct Unit {
  int count = 0;
  double ge = 0;        // with what is below
  double own_ge = 0;    // without
  double clock_ns = 0;  // of its slowest version, by itself
  std::string ways;
};

std::map<std::string, Unit> Units(const Flow& flow, const Design& design,
                                  const Assembly& assembly) {
  std::map<std::string, Unit> units;
  for (const std::string& module : design.Below(design.top)) {
    Unit& unit = units[design.modules.at(module).unit];
    const int way = assembly.way.at(module), count = design.Count(module);
    const MappedModule& mapped = flow.Get(design, module, way);
    unit.count += count;
    unit.ge += count * WholeGe(flow, design, assembly, module);
    unit.own_ge += count * mapped.ge;
    unit.clock_ns = std::max(unit.clock_ns, mapped.timing.clock_ns);
    const std::string text =
        fmt::format("{} {}{}", kWays[way].effort, kWays[way].delay_ps,
                    *kWays[way].adders ? std::string(" ") + kWays[way].adders : "");
    if (unit.ways.find(text) == std::string::npos)
      unit.ways += (unit.ways.empty() ? "" : ", ") + text;
  }
  return units;
}

}  // namespace

Json MeasureElements(Flow& flow) {
  Json pe;
  for (const int dot : kDots) {
    Json& row = pe[std::to_string(dot)];
    for (const int group : kGroups) {
      const Design design = flow.Elaborate(
          "pe_group",
          fmt::format("GroupRows={0} GroupCols={0} Dot={1} AccWidth={2}", group, dot, kAccWidth));
      const MappedModule& mapped = flow.MapOne(design, design.top, 0);
      row[fmt::format("ge_per_mac_{0}x{0}", group)] =
          Rounded(mapped.ge / (group * group * dot), 0.1);
      if (group == kGroup) row["ge_per_mac"] = Rounded(mapped.ge / (group * group * dot), 0.1);
      if (group == kGroup) row["clock_ns"] = Rounded(mapped.timing.clock_ns, 0.01);
    }
    const Design bias =
        flow.Elaborate("row_bias", fmt::format("Dot={} AccWidth={}", dot, kAccWidth));
    const double bias_ge = flow.MapOne(bias, bias.top, 0).ge / (kCols * dot);
    row["row_bias_ge_per_mac"] = Rounded(bias_ge, 0.1);
    row["ge_per_mac_with_bias"] = Rounded(row["ge_per_mac"].get<double>() + bias_ge, 0.1);
  }
  return pe;
}

Json MeasureCore(Flow& flow, const Build& build, const Goals& goals) {
  const Design design =
      flow.Elaborate("tetralog_core", build.Parameters(), kApart, build.memories ? "sram" : "");
  const Assembly array = CloseTiming(flow, design, "mac_array", goals.array_ns);
  const Assembly core = CloseTiming(flow, design, design.top, goals.core_ns, array.way);
  const std::map<std::string, Unit> units = Units(flow, design, core);
  const double total = core.ge, engine = WholeGe(flow, design, core, "tetralog_engine");
  const int macs = build.rows * build.cols * build.dot;
  const auto ge = [&units](const char* unit) { return units.at(unit).ge; };
  const auto share = [total](double part) { return Rounded(part / total, 0.0001); };

  Json report;
  report["build"] = {
      {"name", build.name},         {"rows", build.rows},
      {"cols", build.cols},         {"dot", build.dot},
      {"lanes", build.lanes},       {"acc_width", build.acc_width},
      {"depth_a", build.depth_a},   {"depth_b", build.depth_b},
      {"axi_data", build.axi_data}, {"memories", build.memories ? "assumed" : "flops"}};
  report["array"] = {{"clock_ns", Rounded(array.timing.clock_ns, 0.01)},
                     {"ge", Rounded(array.ge, 1)},
                     {"ge_per_mac", Rounded(array.ge / macs, 0.1)},
                     {"path", PathJson(array.timing)},
                     {"curve", CurveJson(array)}};
  const double rounding = ge("luq_quantizer") + ge("int_quantizer");
  Json& out = report["core"];
  out = {{"clock_ns", Rounded(core.timing.clock_ns, 0.01)},
         {"ge", Rounded(total, 1)},
         {"ge_per_mac", Rounded(total / macs, 0.1)},
         {"engine_ge", Rounded(engine, 1)},
         {"engine_ge_per_mac", Rounded(engine / macs, 0.1)},
         {"around_share", share(total - engine)},
         {"pe_share", share(ge("pe_group"))},
         {"row_bias_share", share(ge("row_bias"))},
         {"epilogue_share", share(ge("epilogue"))},
         {"rounding_share", share(rounding + ge("random_source"))},
         {"quantizer_share", share(rounding)},
         {"random_share", share(ge("random_source"))},
         {"path", PathJson(core.timing)},
         {"curve", CurveJson(core)}};
  for (const auto& [name, unit] : units) {
    out["modules"][name] = {{"count", unit.count},
                            {"ge", Rounded(unit.ge, 1)},
                            {"own_ge", Rounded(unit.own_ge, 1)},
                            {"share", share(unit.ge)},
                            {"clock_ns", Rounded(unit.clock_ns, 0.01)},
                            {"synthesis", unit.ways}};
  }
  Json& memory = report["memory"];
  memory = {{"bits", 0}, {"count", 0}, {"ge", 0.0}};
  for (const auto& [name, shape] : design.memories) {
    memory["shapes"][name] = shape.count;
    memory["count"] = memory["count"].get<int>() + shape.count;
    memory["bits"] = memory["bits"].get<int>() + shape.count * shape.words * shape.width;
    memory["ge"] = Rounded(memory["ge"].get<double>() + shape.count * MemoryGe(shape), 1);
  }
  if (build.memories) {
    memory["assumed"] = {{"ge_per_bit_and_port", kMemoryGePerBitPort},
                         {"ports", kMemoryPorts},
                         {"access_ns", kMemoryAccessNs},
                         {"setup_ns", kMemorySetupNs}};
  }
  return report;
}

}  // namespace tetralog
