// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Generates model/contract.h and the tables between `<!-- contract:NAME -->` and
// `<!-- /contract -->` in docs/*.md from rtl/tetralog_pkg.sv. `--write` writes what differs;
// `--check` only names it and exits 1, which makes drift a lint error.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string name;
  std::string value;
  std::string type;  // C++ type of a constant, empty for an enumerator
  std::string comment;
};

struct Table {
  std::string name;
  std::string title;
  std::string enum_type;  // C++ name, empty for constants
  std::vector<Entry> entries;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// CODE_WIDTH or code_width -> CodeWidth.
std::string Camel(const std::string& snake) {
  std::string out;
  bool start = true;
  for (char c : snake) {
    if (c == '_') {
      start = true;
    } else {
      out += static_cast<char>(start ? std::toupper(c) : std::tolower(c));
      start = false;
    }
  }
  return out;
}

// The words that all enumerators share, which the C++ enum class makes redundant.
size_t CommonPrefix(const std::vector<Entry>& entries) {
  size_t n = entries.front().name.size();
  for (const Entry& e : entries) {
    size_t i = 0;
    while (i < n && i < e.name.size() && e.name[i] == entries.front().name[i]) ++i;
    n = i;
  }
  while (n > 0 && !std::isupper(static_cast<unsigned char>(entries.front().name[n]))) --n;
  return n;
}

// 7'd12, 2'h3 or a plain decimal -> decimal text.
std::string Value(const std::string& literal) {
  static const std::regex sized("[0-9]+'([dhb])([0-9a-fA-F_]+)");
  std::smatch m;
  if (!std::regex_match(literal, m, sized)) return literal;
  const int base = m[1] == "d" ? 10 : m[1] == "h" ? 16 : 2;
  return std::to_string(std::stoull(m[2], nullptr, base));
}

std::vector<Table> Parse(const fs::path& path) {
  static const std::regex table_re("\\s*// table: (\\w+)");
  static const std::regex enum_re("\\s*typedef enum .*\\{");
  static const std::regex member_re("\\s*(\\w+)\\s*=\\s*([0-9'a-fA-Fdhb_]+),?\\s*// (.*)");
  static const std::regex end_re("\\s*\\} (\\w+)_e;");
  static const std::regex const_re(
      "\\s*localparam (int unsigned|int)\\s+(\\w+)\\s*=\\s*(-?[0-9]+);\\s*// (.*)");
  std::vector<Table> tables;
  bool in_enum = false;
  int number = 0;
  for (const std::string& line : Lines(ReadFile(path))) {
    ++number;
    std::smatch m;
    if (std::regex_match(line, m, table_re)) {
      tables.push_back({m[1], "", "", {}});
    } else if (!tables.empty() && tables.back().title.empty() && line.find("//") == 2) {
      tables.back().title = line.substr(5);
    } else if (std::regex_match(line, enum_re)) {
      in_enum = true;
    } else if (in_enum && std::regex_match(line, m, end_re)) {
      tables.back().enum_type = Camel(m[1]);
      in_enum = false;
    } else if (in_enum && std::regex_match(line, m, member_re)) {
      tables.back().entries.push_back({m[1], Value(m[2]), "", m[3]});
    } else if (std::regex_match(line, m, const_re)) {
      const char* type = m[1] == "int" ? "int" : "unsigned";
      tables.back().entries.push_back({m[2], m[3], type, m[4]});
    } else if (line.find("localparam") != std::string::npos || in_enum) {
      throw std::runtime_error(
          fmt::format("{}:{}: cannot read this line; write `name = literal; // description`",
                      path.string(), number));
    }
  }
  return tables;
}

std::string Header(const std::vector<Table>& tables) {
  std::string out =
      "// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.\n"
      "// SPDX-License-Identifier: Apache-2.0\n"
      "//\n"
      "// The contract between hardware and software. Generated from rtl/tetralog_pkg.sv by\n"
      "// `make contract`: edit the package, not this file.\n\n"
      "#pragma once\n\n#include <cstdint>\n\n// clang-format off\nnamespace tetralog {\n";
  for (const Table& t : tables) {
    out += fmt::format("\n// {}\n", t.title);
    if (!t.enum_type.empty()) {
      const size_t prefix = CommonPrefix(t.entries);
      out += fmt::format("enum class {} : uint8_t {{\n", t.enum_type);
      for (const Entry& e : t.entries)
        out += fmt::format("  k{} = {},  // {}\n", e.name.substr(prefix), e.value, e.comment);
      out += "};\n";
    } else {
      for (const Entry& e : t.entries)
        out += fmt::format("inline constexpr {} k{} = {};  // {}\n", e.type, Camel(e.name), e.value,
                           e.comment);
    }
  }
  return out + "\n}  // namespace tetralog\n";
}

std::string Markdown(const Table& t) {
  std::string out = "| name | value | meaning |\n|---|---|---|\n";
  for (const Entry& e : t.entries) {
    std::string comment = e.comment;
    for (size_t i = 0; (i = comment.find('|', i)) != std::string::npos; i += 2)
      comment.replace(i, 1, "\\|");
    out += fmt::format("| `{}` | {} | {} |\n", e.name, e.value, comment);
  }
  return out;
}

std::string FillTables(const fs::path& path, const std::vector<Table>& tables) {
  std::string text = ReadFile(path);
  static const std::string open = "<!-- contract:", close = "<!-- /contract -->";
  for (size_t at = 0; (at = text.find(open, at)) != std::string::npos;) {
    const size_t name_end = text.find(" -->", at);
    const size_t end = text.find(close, at);
    if (name_end == std::string::npos || end == std::string::npos)
      throw std::runtime_error(
          fmt::format("{}: a contract marker is not closed; add `{}`", path.string(), close));
    const std::string name = text.substr(at + open.size(), name_end - at - open.size());
    const auto table =
        std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.name == name; });
    if (table == tables.end())
      throw std::runtime_error(
          fmt::format("{}: the package has no table '{}'", path.string(), name));
    const size_t body = name_end + 4;
    const std::string filled = "\n" + Markdown(*table);
    text.replace(body, end - body, filled);
    at = body + filled.size() + close.size();
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Generate the C++ header and the documentation tables from rtl/tetralog_pkg.sv"};
  std::string root = ".";
  bool write = false, check = false;
  app.add_option("--root", root, "root of the source tree");
  app.add_flag("--write", write, "write the files that differ");
  app.add_flag("--check", check, "name the files that differ and exit 1");
  CLI11_PARSE(app, argc, argv);
  if (write == check) {
    std::cerr << "error: give one of --write and --check\n";
    return 2;
  }
  try {
    const fs::path base(root);
    const std::vector<Table> tables = Parse(base / "rtl/tetralog_pkg.sv");
    std::vector<std::pair<fs::path, std::string>> files;
    files.emplace_back(base / "model/contract.h", Header(tables));
    for (const auto& file : fs::directory_iterator(base / "docs"))
      if (file.path().extension() == ".md")
        files.emplace_back(file.path(), FillTables(file.path(), tables));
    int drift = 0;
    for (const auto& [path, text] : files) {
      if (fs::exists(path) && ReadFile(path) == text) continue;
      ++drift;
      if (write) {
        std::ofstream(path, std::ios::binary) << text;
        fmt::print("wrote {}\n", path.string());
      } else {
        fmt::print(stderr, "error: {} differs from rtl/tetralog_pkg.sv; run: make contract\n",
                   path.string());
      }
    }
    return check && drift > 0 ? 1 : 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
