// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/netlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_map>

namespace tetralog {
namespace {

using nlohmann::json;

// Nets that turn out to be the same: a port of a unit that is a constant, or another port.
class NetSets {
 public:
  NetSets() : parent_{Netlist::kZero, Netlist::kOne} {}
  int New() {
    parent_.push_back(static_cast<int>(parent_.size()));
    return parent_.back();
  }
  int Find(int net) {
    while (parent_[static_cast<size_t>(net)] != net) {
      int& up = parent_[static_cast<size_t>(net)];
      up = parent_[static_cast<size_t>(up)];
      net = up;
    }
    return net;
  }
  // Constants stay the name of their set.
  void Join(int a, int b) {
    a = Find(a);
    b = Find(b);
    if (a != b) parent_[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
  }

 private:
  std::vector<int> parent_;
};

class Elaborator {
 public:
  Elaborator(const json& modules, const Liberty& library) : modules_(modules), library_(library) {}

  Netlist Run(const std::string& top) {
    if (!modules_.contains(top))
      throw std::runtime_error(fmt::format("the netlist has no module {}", top));
    const std::unordered_map<int, int> nets = Module(top, "", {});
    for (const auto& [name, port] : modules_.at(top).at("ports").items()) {
      std::vector<int> bits;
      for (const json& bit : port.at("bits")) bits.push_back(NetOf(bit, nets));
      (port.at("direction") == "input" ? result_.inputs : result_.outputs)[name] = bits;
    }
    Compact();
    return std::move(result_);
  }

 private:
  int NetOf(const json& bit, const std::unordered_map<int, int>& nets) {
    if (bit.is_number()) return nets.at(bit.get<int>());
    return bit == "1" ? Netlist::kOne : Netlist::kZero;
  }

  static void Collect(const json& bits, std::unordered_map<int, int>& nets, NetSets& sets) {
    for (const json& bit : bits)
      if (bit.is_number() && !nets.count(bit.get<int>())) nets[bit.get<int>()] = sets.New();
  }

  // Adds a module whose ports are these nets of the parent, and returns the nets of its bits.
  std::unordered_map<int, int> Module(const std::string& name, const std::string& path,
                                      const std::map<std::string, std::vector<int>>& outer) {
    const json& module = modules_.at(name);
    const std::string source = SourceModule(name);
    const auto unit = std::find(result_.units.begin(), result_.units.end(), source);
    const int unit_index = static_cast<int>(unit - result_.units.begin());
    if (unit == result_.units.end()) result_.units.push_back(source);
    ++result_.unit_counts[source];

    std::unordered_map<int, int> nets;
    for (const auto& [port_name, port] : module.at("ports").items()) {
      const json& bits = port.at("bits");
      Collect(bits, nets, sets_);
      const auto it = outer.find(port_name);
      if (it == outer.end()) continue;
      for (size_t i = 0; i < bits.size() && i < it->second.size(); ++i)
        sets_.Join(NetOf(bits[i], nets), it->second[i]);
    }
    for (const auto& [cell_name, cell] : module.at("cells").items())
      for (const auto& [pin, bits] : cell.at("connections").items()) Collect(bits, nets, sets_);

    for (const auto& [cell_name, cell] : module.at("cells").items()) {
      const std::string type = cell.at("type");
      std::map<std::string, std::vector<int>> connections;
      for (const auto& [pin, bits] : cell.at("connections").items())
        for (const json& bit : bits) connections[pin].push_back(NetOf(bit, nets));
      const auto it = library_.cells.find(type);
      if (it != library_.cells.end()) {
        Instance instance{&it->second, unit_index, path + cell_name, {}};
        for (const LibertyPin& pin : it->second.pins) {
          const auto found = connections.find(pin.name);
          instance.nets.push_back(found == connections.end() || found->second.empty()
                                      ? Netlist::kNoNet
                                      : found->second[0]);
        }
        result_.instances.push_back(std::move(instance));
      } else if (modules_.contains(type)) {
        Module(type, path + cell_name + "/", connections);
      } else {
        throw std::runtime_error(fmt::format("{} of {} is a {}, which {} does not have", cell_name,
                                             name, type, library_.name));
      }
    }
    return nets;
  }

  // Numbers the sets of nets from 0 on.
  void Compact() {
    std::unordered_map<int, int> numbers = {{Netlist::kZero, 0}, {Netlist::kOne, 1}};
    const auto renumber = [&](int& net) {
      if (net == Netlist::kNoNet) return;
      net = numbers.try_emplace(sets_.Find(net), static_cast<int>(numbers.size())).first->second;
    };
    for (Instance& instance : result_.instances)
      for (int& net : instance.nets) renumber(net);
    for (auto* ports : {&result_.inputs, &result_.outputs})
      for (auto& [name, bits] : *ports)
        for (int& net : bits) renumber(net);
    result_.nets = static_cast<int>(numbers.size());
  }

  const json& modules_;
  const Liberty& library_;
  NetSets sets_;
  Netlist result_;
};

const std::vector<int>& PortOf(const std::map<std::string, std::vector<int>>& ports,
                               const std::string& name) {
  const auto it = ports.find(name);
  if (it == ports.end()) throw std::runtime_error("the netlist has no port " + name);
  return it->second;
}

}  // namespace

const std::vector<int>& Netlist::Input(const std::string& port) const {
  return PortOf(inputs, port);
}
const std::vector<int>& Netlist::Output(const std::string& port) const {
  return PortOf(outputs, port);
}

std::string SourceModule(const std::string& yosys_name) {
  const std::string prefix = "$paramod";
  std::string name = yosys_name;
  if (!name.empty() && name[0] == '\\') name = name.substr(1);
  if (name.rfind(prefix, 0) != 0) return name;
  name = name.substr(name.find('\\', prefix.size()) + 1);
  return name.substr(0, name.find('\\'));
}

Netlist ReadNetlist(const std::string& json_path, const std::string& top, const Liberty& library) {
  std::ifstream in(json_path);
  if (!in) throw std::runtime_error(fmt::format("cannot read the netlist {}", json_path));
  json file;
  try {
    file = json::parse(in);
  } catch (const json::exception&) {
    throw std::runtime_error(fmt::format("{} is no netlist; remove it and run again", json_path));
  }
  return Elaborator(file.at("modules"), library).Run(top);
}

}  // namespace tetralog
