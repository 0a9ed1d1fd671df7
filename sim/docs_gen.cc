// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Fills what docs/*.md show of the project itself, between `<!-- KIND:NAME -->` and
// `<!-- /KIND -->`:
//   source:PATH    a source file, without its license header
//   timeline:NAME  a table of cycles, measured on the Verilated core (sim/timeline.h)
// `--write` writes what differs; `--check` only names it and exits 1, so docs cannot drift.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

#include "sim/timeline.h"
#include "sim/whole_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  return {std::istreambuf_iterator<char>(in), {}};
}

// What follows the first empty line, as a block of code.
std::string Source(const fs::path& path) {
  const std::string text = ReadFile(path);
  const size_t header = text.find("\n\n");
  if (header == std::string::npos)
    throw std::runtime_error(fmt::format("{} has no empty line after its header", path.string()));
  const std::string kind = path.extension();
  const std::string language = kind == ".sv" ? "systemverilog" : kind == ".py" ? "python" : "cpp";
  return "```" + language + "\n" + text.substr(header + 2) + "```\n";
}

using Filler = std::function<std::string(const std::string& name)>;

// The text with every block of this kind filled.
std::string Fill(const fs::path& path, std::string text, const std::string& kind,
                 const Filler& filler) {
  const std::string open = "<!-- " + kind + ":", close = "<!-- /" + kind + " -->";
  for (size_t at = 0; (at = text.find(open, at)) != std::string::npos;) {
    const size_t name_end = text.find(" -->", at);
    const size_t end = text.find(close, at);
    if (name_end == std::string::npos || end == std::string::npos)
      throw std::runtime_error(
          fmt::format("{}: a marker is not closed; add `{}`", path.string(), close));
    const size_t name = at + open.size(), body = name_end + 4;
    const std::string filled = "\n" + filler(text.substr(name, name_end - name));
    text.replace(body, end - body, filled);
    at = body + filled.size() + close.size();
  }
  return text;
}

int Run(const fs::path& root, bool write) {
  int drift = 0;
  for (const auto& file : fs::directory_iterator(root / "docs")) {
    if (file.path().extension() != ".md") continue;
    const std::string old = ReadFile(file.path());
    std::string text =
        Fill(file.path(), old, "source", [&](const std::string& n) { return Source(root / n); });
    text = Fill(file.path(), text, "timeline", TimelineTable);
    if (text == old) continue;
    ++drift;
    if (write) {
      WriteOutput(file.path(), text);
      fmt::print("wrote {}\n", file.path().string());
    } else {
      fmt::print(stderr, "error: {} shows a source or cycles that have changed; run: make docs\n",
                 file.path().string());
    }
  }
  return !write && drift > 0 ? 1 : 0;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  CLI::App app{"Fill the sources and the measured cycles that docs/ shows"};
  std::string root = ".";
  bool write = false, check = false;
  app.add_option("--root", root, "root of the source tree");
  app.add_flag("--write", write, "write the pages that differ");
  app.add_flag("--check", check, "name the pages that differ and exit 1");
  CLI11_PARSE(app, argc, argv);
  if (write == check) {
    fmt::print(stderr, "error: give one of --write and --check\n");
    return 2;
  }
  try {
    return tetralog::Run(root, write);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
