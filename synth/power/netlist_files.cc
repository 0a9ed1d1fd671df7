// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/netlist_files.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

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
                        const std::string& params, const std::string& keep) {
  if (!fs::exists("synth/netlist.sh"))
    throw std::runtime_error("no synth/netlist.sh here; run from the top of the source tree");
  std::string key = top;
  for (const char c : params) key += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const fs::path out = fs::absolute(dir) / fs::path(liberty).stem() / key;
  const fs::path json = out / "netlist.json", stamp = out / "inputs";
  const std::string inputs = liberty + "\n" + top + "\n" + params + "\n" + keep + "\n";
  bool fresh = fs::exists(json) && ReadText(stamp) == inputs;
  const auto check = [&](const fs::path& source) {
    if (fresh && fs::last_write_time(source) > fs::last_write_time(json)) fresh = false;
  };
  for (const auto& file : fs::directory_iterator("rtl")) check(file.path());
  for (const char* file : {"synth/netlist.sh", "synth/cells_osu018.v"}) check(file);
  check(liberty);
  if (fresh) return json.string();

  fmt::print(stderr, "synthesising {} {}\n", top, params);
  fs::create_directories(out);
  fs::remove(json);
  const std::string command = fmt::format(
      "KEEP='{0}' synth/netlist.sh '{1}' {2} '{3}' {4} && yosys -q -p 'read_liberty -lib "
      "-ignore_miss_func {1}; read_verilog {3}/{2}.v; hierarchy -top {2}; write_json "
      "{3}/netlist.tmp' "
      "> '{3}/json.log' 2>&1 && mv '{3}/netlist.tmp' '{5}'",
      keep, liberty, top, out.string(), params, json.string());
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error(fmt::format("synthesis of {} failed; see {}", top, out.string()));
  std::ofstream(stamp) << inputs;
  return json.string();
}

}  // namespace tetralog
