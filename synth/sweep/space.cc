// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/sweep/space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <utility>

#include "sim/layer_table.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<const char*, uint32_t MachineShape::*> kParameters[] = {
    {"rows", &MachineShape::rows},
    {"cols", &MachineShape::cols},
    {"dot", &MachineShape::dot},
    {"acc_width", &MachineShape::acc_width},
    {"random_bits", &MachineShape::random_bits},
    {"lanes", &MachineShape::lanes},
    {"axi_data", &MachineShape::axi_data},
    {"depth_a", &MachineShape::depth_a},
    {"depth_b", &MachineShape::depth_b}};

class Parser {
 public:
  explicit Parser(std::string file) : file_(std::move(file)) {}

  SweepSpace Parse(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false, true);
    if (!json.is_object()) Fail("is no JSON object; see docs/sweep.md");
    Know(json, "the file", {"name", "base", "lines", "workload", "ceilings"});
    SweepSpace space;
    space.name = Text(Need(json, "name", "the file"), "name");
    if (space.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string::npos)
      Fail(
          fmt::format("name '{}' names a folder; give small letters, digits, _ and -", space.name));
    if (json.contains("base")) space.base = Base(json["base"]);
    space.workload = Workload(Need(json, "workload", "the file"));
    if (json.contains("ceilings")) space.ceilings = Ceilings(json["ceilings"]);
    Add(space, {space.base, {}, false});
    const Json& lines = Need(json, "lines", "the file");
    if (!lines.is_array() || lines.empty()) Fail("lines: give a list of at least one");
    for (const Json& line : lines) AddLine(line, space);
    return space;
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw std::invalid_argument(fmt::format("{}: {}", file_, what));
  }

  const Json& Need(const Json& json, const char* key, const std::string& where) const {
    if (!json.contains(key)) Fail(fmt::format("{} has no '{}'; see docs/sweep.md", where, key));
    return json[key];
  }

  void Know(const Json& json, const std::string& where, std::vector<std::string> keys) const {
    if (!json.is_object()) Fail(fmt::format("{} is no object with names and values", where));
    for (const auto& [key, value] : json.items())
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        Fail(fmt::format("{}: no '{}' is known; give {}", where, key, fmt::join(keys, ", ")));
  }

  std::string Text(const Json& json, const std::string& what) const {
    if (!json.is_string() || json.get<std::string>().empty())
      Fail(fmt::format("{} is {}; give a text", what, json.dump()));
    return json;
  }

  uint32_t Number(const Json& json, const std::string& what) const {
    if (!json.is_number_unsigned() || json.get<uint64_t>() > 1 << 20)
      Fail(fmt::format("{} is {}; give a whole number of at least 0", what, json.dump()));
    return json;
  }

  bool Flag(const Json& json, const std::string& what) const {
    if (!json.is_boolean()) Fail(fmt::format("{} is {}; give true or false", what, json.dump()));
    return json;
  }

  MachineShape Base(const Json& json) const {
    std::vector<std::string> names;
    for (const auto& [name, member] : kParameters) names.emplace_back(name);
    Know(json, "base", names);
    MachineShape shape;
    for (const auto& [name, member] : kParameters)
      if (json.contains(name)) shape.*member = Number(json[name], fmt::format("base: {}", name));
    return shape;
  }

  SweepWorkload Workload(const Json& json) const {
    Know(json, "workload", {"networks", "batch", "training", "samples"});
    SweepWorkload workload;
    const Json& networks = Need(json, "networks", "workload");
    if (!networks.is_array() || networks.empty()) Fail("workload: networks: give a list of names");
    for (const Json& name : networks) {
      workload.networks.push_back(Text(name, "workload: a network"));
      try {
        BundledNetworkPath(workload.networks.back());
      } catch (const std::invalid_argument& error) {
        Fail(fmt::format("workload: {}", error.what()));
      }
    }
    if (json.contains("batch")) workload.batch = Number(json["batch"], "workload: batch");
    if (json.contains("training")) workload.training = Flag(json["training"], "workload: training");
    if (json.contains("samples")) workload.samples = Number(json["samples"], "workload: samples");
    if (workload.batch == 0) Fail("workload: batch is 0; give at least 1");
    if (workload.samples == 0 || workload.samples > 8) Fail("workload: samples: give 1 to 8");
    return workload;
  }

  Json Ceilings(const Json& json) const {
    if (!json.is_object()) Fail("ceilings: give {\"/best/ge_per_mac\": 205}");
    for (const auto& [key, value] : json.items())
      if (key.empty() || key[0] != '/' || !value.is_number())
        Fail(fmt::format(
            "ceilings: '{}': give a place in the report, as /best/ge_per_mac, and a number", key));
    return json;
  }

  // All combinations of a line's lists; what it does not list is as in the base.
  void AddLine(const Json& line, SweepSpace& space) {
    std::vector<std::string> keys = {"name", "shape", "energy"};
    for (const auto& [name, member] : kParameters) keys.emplace_back(name);
    if (!line.is_object()) Fail("lines: give objects, as {\"name\": \"lanes\", \"lanes\": [2, 4]}");
    const std::string name = Text(Need(line, "name", "a line"), "a line's name");
    const std::string where = fmt::format("line '{}'", name);
    if (name.find_first_of(",;\"|\n") != std::string::npos)
      Fail(where + ": a name goes into tables; give one without , ; | and quotes");
    if (!names_.insert(name).second) Fail(where + " is there twice; give each its own name");
    Know(line, where, keys);
    std::vector<MachineShape> shapes = {space.base};
    if (line.contains("shape")) {
      if (line.contains("rows") || line.contains("cols"))
        Fail(where + ": give shape, or rows and cols");
      Spread(shapes, List(line["shape"], where + ": shape"), [&](MachineShape& s, const Json& v) {
        const std::string text = Text(v, where + ": a shape");
        int end = 0;
        if (std::sscanf(text.c_str(), "%5ux%5u%n", &s.rows, &s.cols, &end) != 2 ||
            end != static_cast<int>(text.size()))
          Fail(fmt::format("{}: '{}' is no shape; give ROWSxCOLS, as 8x8", where, text));
      });
    }
    for (const auto& [key, member] : kParameters) {
      if (!line.contains(key)) continue;
      const std::string what = fmt::format("{}: {}", where, key);
      Spread(shapes, List(line[key], what),
             [&, m = member](MachineShape& s, const Json& v) { s.*m = Number(v, what); });
    }
    if (shapes.size() > kMostPoints)
      Fail(fmt::format("{} has {} points; give at most {}", where, shapes.size(), kMostPoints));
    const bool energy = line.contains("energy") && Flag(line["energy"], where + ": energy");
    for (const MachineShape& shape : shapes) Add(space, {shape, {name}, energy});
  }

  const Json& List(const Json& json, const std::string& what) const {
    if (!json.is_array() || json.empty()) Fail(what + ": give a list of at least one value");
    return json;
  }

  template <typename Set>
  static void Spread(std::vector<MachineShape>& shapes, const Json& values, Set set) {
    std::vector<MachineShape> all;
    for (const MachineShape& shape : shapes)
      for (const Json& value : values) set(all.emplace_back(shape), value);
    shapes = std::move(all);
  }

  void Add(SweepSpace& space, SweepPoint point) const {
    try {
      CheckShape(point.shape);
    } catch (const std::invalid_argument& error) {
      Fail(error.what());
    }
    for (SweepPoint& known : space.points) {
      if (known.Name() != point.Name()) continue;
      known.energy |= point.energy;
      for (const std::string& line : point.lines)
        if (std::find(known.lines.begin(), known.lines.end(), line) == known.lines.end())
          known.lines.push_back(line);
      return;
    }
    space.points.push_back(std::move(point));
  }

  static constexpr size_t kMostPoints = 1000;

  std::string file_;
  std::set<std::string> names_;
};

}  // namespace

std::string SweepPoint::Name() const {
  std::string name = fmt::format("{}_acc{}_r{}_lanes{}", shape.name(), shape.acc_width,
                                 shape.random_bits, shape.lanes);
  const MachineShape usual;
  if (shape.axi_data != usual.axi_data) name += fmt::format("_axi{}", shape.axi_data);
  if (shape.depth_a != usual.depth_a || shape.depth_b != usual.depth_b)
    name += fmt::format("_depth{}_{}", shape.depth_a, shape.depth_b);
  return name;
}

SweepSpace ParseSpace(const std::string& text, const std::string& file) {
  return Parser(file).Parse(text);
}

SweepSpace ReadSpace(const std::string& file) {
  std::string text;
  try {
    text = ReadTextFile(file);
  } catch (const std::runtime_error&) {
    throw std::invalid_argument(file + ": cannot be read; give the JSON file of a design space");
  }
  return ParseSpace(text, file);
}

}  // namespace tetralog
