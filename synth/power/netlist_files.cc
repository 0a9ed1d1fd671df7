// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/netlist_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "sim/whole_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::string MakeNetlist(const std::string& liberty, const std::string& dir, const std::string& top,
                        const std::string& params, const std::string& keep,
                        const std::string& more_sources) {
  if (!fs::exists("synth/netlist.sh"))
    throw std::runtime_error("no synth/netlist.sh here; run from the top of the source tree");
  std::string key = top;
  for (const char c : params) key += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const fs::path out = fs::absolute(dir) / fs::path(liberty).stem() / key;
  const fs::path json = out / "netlist.json", stamp = out / "inputs";
  std::vector<std::string> sources;
  if (!more_sources.empty())
    for (const auto& file : fs::directory_iterator(more_sources))
      if (file.path().extension() == ".sv") sources.push_back(fs::absolute(file.path()).string());
  std::sort(sources.begin(), sources.end());
  std::vector<std::string> files = sources;
  for (const auto& file : fs::directory_iterator("rtl"))
    // Blocks with sources of their own take nothing of the RTL but its adder.
    if (file.path().extension() == ".sv" && (sources.empty() || file.path().stem() == "full_adder"))
      files.push_back(file.path().string());
  for (const auto& file : fs::directory_iterator("synth"))
    if (file.path().extension() == ".v") files.push_back(file.path().string());
  std::sort(files.begin(), files.end());
  files.insert(files.end(), {"synth/netlist.sh", "synth/elaborate.sh", "synth/map.sh",
                             "synth/liberty.sh", liberty});
  std::string inputs = fmt::format("{} {} keep {}\n", top, params, keep);
  for (const std::string& file : files)
    inputs += fmt::format("{} {:016x}\n", file, std::hash<std::string>()(ReadText(file)));
  if (fs::exists(json) && ReadText(stamp) == inputs) return json.string();

  fmt::print(stderr, "synthesising {} {}\n", top, params);
  fs::create_directories(out);
  fs::remove(json);
  const std::string command = fmt::format(
      "KEEP='{0}' SOURCES='{6}' synth/netlist.sh '{1}' {2} '{3}' {4} && yosys -q -p 'read_liberty "
      "-lib "
      "-ignore_miss_func {1}; read_verilog {3}/{2}.v; hierarchy -top {2}; write_json "
      "{3}/netlist.tmp' "
      "> '{3}/json.log' 2>&1 && mv '{3}/netlist.tmp' '{5}'",
      keep, liberty, top, out.string(), params, json.string(), fmt::join(sources, " "));
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error(fmt::format("synthesis of {} failed; see {}", top, out.string()));
  WriteOutput(stamp, inputs);
  return json.string();
}

}  // namespace tetralog
