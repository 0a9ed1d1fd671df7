// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

namespace tetralog {
namespace {

std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// The RTL module of $paramod$<hash>\unit, $paramod\unit\Width=... or \unit.
std::string UnitName(const std::string& id) {
  size_t from = id.find('\\');
  if (from == std::string::npos) return id;
  const size_t to = id.find('\\', from + 1);
  return id.substr(from + 1, to == std::string::npos ? to : to - from - 1);
}

struct RawModule {
  std::string id;
  bool black_box = false;
  std::vector<std::string> lines;  // between "module" and "end"
};

std::vector<RawModule> Split(const std::string& rtlil) {
  std::vector<RawModule> modules;
  RawModule current;
  bool inside = false;
  std::istringstream in(rtlil);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("module ", 0) == 0) {
      current.id = line.substr(7);
      inside = true;
    } else if (line == "end") {
      modules.push_back(std::move(current));
      current = {};
      inside = false;
    } else if (inside) {
      if (line.rfind("  parameter ", 0) != 0) current.lines.push_back(line);
    } else if (line.rfind("attribute \\blackbox ", 0) == 0) {
      current.black_box = true;
    }
  }
  return modules;
}

bool IsPort(const std::vector<std::string>& words) {
  if (words.empty() || words[0] != "wire") return false;
  for (size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] == "input" || words[i] == "output" || words[i] == "inout") return true;
  }
  return false;
}

int WidthOf(const RawModule& module, const std::string& port) {
  for (const std::string& line : module.lines) {
    const std::vector<std::string> words = Words(line);
    if (!IsPort(words) || words.back() != "\\" + port) continue;
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "width") return std::stoi(words[i + 1]);
    }
    return 1;
  }
  throw std::runtime_error(fmt::format("black box {} has no port {}", module.id, port));
}

// Names that Yosys made end in numbers that count through the whole design: $1, $2 and so on
// instead.
class MadeNames {
 public:
  void Declare(const std::string& name) {
    if (name[0] == '$') names_.emplace(name, fmt::format("${}", names_.size() + 1));
  }
  std::string Replace(const std::string& line) const {
    std::string text;
    for (size_t from = 0; from < line.size();) {
      const size_t to = std::min(line.find(' ', from), line.size());
      const std::string word = line.substr(from, to - from);
      const auto it = names_.find(word);
      text += it == names_.end() ? word : it->second;
      if (to < line.size()) text += ' ';
      from = to + 1;
    }
    return text;
  }

 private:
  std::map<std::string, std::string> names_;
};

}  // namespace

int Design::Count(const std::string& module, const std::string& under) const {
  if (module == under) return 1;
  int count = 0;
  const auto it = modules.find(under);
  if (it == modules.end()) return 0;
  for (const auto& [child, instances] : it->second.children)
    count += instances * Count(module, child);
  return count;
}

std::vector<std::string> Design::Below(const std::string& under) const {
  std::vector<std::string> order;
  for (const auto& [child, instances] : modules.at(under).children) {
    if (!modules.count(child)) continue;
    for (const std::string& module : Below(child)) {
      if (std::find(order.begin(), order.end(), module) == order.end()) order.push_back(module);
    }
  }
  order.push_back(under);
  return order;
}

Design ReadDesign(const std::string& rtlil, const std::string& top) {
  const std::vector<RawModule> raw = Split(rtlil);
  Design design;
  design.top = top;
  std::map<std::string, std::string> names;  // by RTLIL id
  std::set<std::string> taken;
  for (const RawModule& module : raw) {
    const std::string unit = UnitName(module.id);
    std::string name = unit;
    if (module.black_box && unit != "sram") continue;  // a cell of the library
    if (module.black_box) {
      Memory memory;
      memory.words = 1 << WidthOf(module, "raddr_i");
      memory.width = WidthOf(module, "rdata_o");
      name = fmt::format("sram_{}x{}", memory.words, memory.width);
      design.memories[name] = memory;
    } else {
      for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}_{}", unit, i);
    }
    names[module.id] = name;
  }
  if (!taken.count(top)) throw std::runtime_error(fmt::format("the design has no module {}", top));

  std::map<std::string, std::string> ports;
  for (const RawModule& module : raw) {
    if (!names.count(module.id)) continue;
    const std::string& name = names.at(module.id);
    std::string text = fmt::format("module \\{}\n", name);
    std::string box = "attribute \\blackbox 1\n" + text;
    DesignModule made;
    made.unit = UnitName(module.id);
    MadeNames made_names;
    for (const std::string& line : module.lines) {
      const std::vector<std::string> words = Words(line);
      if (words.empty()) continue;
      if (words[0] == "wire" || words[0] == "cell") made_names.Declare(words.back());
      if (IsPort(words)) box += line + "\n";
    }
    for (const std::string& line : module.lines) {
      const std::vector<std::string> words = Words(line);
      if (words.size() == 3 && words[0] == "cell") {
        const auto child = names.find(words[1]);
        if (child != names.end()) ++made.children[child->second];
        text +=
            fmt::format("  cell {} {}\n", child == names.end() ? words[1] : "\\" + child->second,
                        made_names.Replace(words[2]));
      } else {
        text += made_names.Replace(line) + "\n";
      }
    }
    made.text = text + "end\n";
    made.ports = box + "end\n";
    ports[name] = made.ports;
    if (!module.black_box) design.modules[name] = std::move(made);
  }
  // A module is synthesised beside the ports of what it uses.
  for (auto& [name, module] : design.modules) {
    for (const auto& [child, count] : module.children) module.text += ports.at(child);
  }
  for (auto& [name, memory] : design.memories) memory.count = design.Count(name);
  return design;
}

}  // namespace tetralog
