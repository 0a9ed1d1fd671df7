// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Generates model/contract.h and the tables between `<!-- contract:NAME -->` and
// `<!-- /contract -->` in docs/*.md from rtl/tetralog_pkg.sv. `--write` writes what differs;
// `--check` only names it and exits 1, which makes drift a lint error.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/whole_file.h"

namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string name;
  std::string value;
  std::string type;  // C++ type of a constant, empty for an enumerator
  std::string comment;
};

// A field of a packed struct, by its place in memory (little endian).
struct Field {
  std::string name;
  size_t bit;  // of its least significant bit, from the first byte
  size_t width;
  std::string comment;
};

struct Table {
  std::string name;
  std::vector<std::string> title;  // lines
  std::string enum_type;           // C++ name, or empty
  std::string struct_type;         // C++ name, or empty; neither: constants
  std::vector<Entry> entries;
  std::vector<Field> fields;  // ascending
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

// Fields as the package lists them, the most significant first -> ascending, with their places.
std::vector<Field> Ascending(std::vector<Field> fields, const std::string& type) {
  std::reverse(fields.begin(), fields.end());
  size_t bit = 0;
  for (Field& f : fields) {
    f.bit = bit;
    bit += f.width;
    if (f.width > 64 && (f.width % 32 != 0 || f.bit % 8 != 0))
      throw std::runtime_error(fmt::format(
          "{}.{}: a field of more than 64 bits needs whole words at a whole byte", type, f.name));
  }
  if (bit % 8 != 0)
    throw std::runtime_error(
        fmt::format("{} has {} bits; add reserved bits up to a whole byte", type, bit));
  return fields;
}

std::vector<Table> Parse(const fs::path& path) {
  static const std::regex table_re("\\s*// table: (\\w+)");
  static const std::regex title_re("  // (.*)");
  static const std::regex enum_re("\\s*typedef enum .*\\{");
  static const std::regex struct_re("\\s*typedef struct packed \\{");
  static const std::regex member_re("\\s*(\\w+)\\s*=\\s*([0-9'a-fA-Fdhb_]+),?\\s*// (.*)");
  static const std::regex field_re("\\s*logic\\s*(?:\\[([0-9]+):0\\])?\\s*(\\w+);\\s*// (.*)");
  static const std::regex end_re("\\s*\\} (\\w+)_[et];");
  static const std::regex const_re(
      "\\s*localparam (int unsigned|int)\\s+(\\w+)\\s*=\\s*(-?[0-9]+);\\s*// (.*)");
  enum class In { kPackage, kTitle, kEnum, kStruct } in = In::kPackage;
  std::vector<Table> tables;
  int number = 0;
  for (const std::string& line : Lines(ReadFile(path))) {
    ++number;
    std::smatch m;
    if (std::regex_match(line, m, table_re)) {
      tables.push_back({m[1], {}, "", "", {}, {}});
      in = In::kTitle;
    } else if (in == In::kTitle && std::regex_match(line, m, title_re)) {
      tables.back().title.push_back(m[1]);
    } else if (in == In::kTitle && std::regex_match(line, enum_re)) {
      in = In::kEnum;
    } else if (in == In::kTitle && std::regex_match(line, struct_re)) {
      in = In::kStruct;
    } else if (in == In::kEnum && std::regex_match(line, m, end_re)) {
      tables.back().enum_type = Camel(m[1]);
      in = In::kPackage;
    } else if (in == In::kStruct && std::regex_match(line, m, end_re)) {
      tables.back().struct_type = Camel(m[1]);
      tables.back().fields = Ascending(tables.back().fields, tables.back().struct_type);
      in = In::kPackage;
    } else if (in == In::kEnum && std::regex_match(line, m, member_re)) {
      tables.back().entries.push_back({m[1], Value(m[2]), "", m[3]});
    } else if (in == In::kStruct && std::regex_match(line, m, field_re)) {
      const size_t width = m[1].matched ? std::stoul(m[1]) + 1 : 1;
      tables.back().fields.push_back({m[2], 0, width, m[3]});
    } else if (!tables.empty() && std::regex_match(line, m, const_re)) {
      in = In::kPackage;
      const char* type = m[1] == "int" ? "int" : "unsigned";
      tables.back().entries.push_back({m[2], m[3], type, m[4]});
    } else if (in == In::kEnum || in == In::kStruct ||
               line.find("localparam") != std::string::npos ||
               line.find("typedef") != std::string::npos) {
      throw std::runtime_error(
          fmt::format("{}:{}: cannot read this line; write `name = literal; // description`, or "
                      "`logic [W-1:0] name; // description`, under a `// table: name`",
                      path.string(), number));
    }
  }
  return tables;
}

// The helpers of the layouts, as they stand in the header.
constexpr char kLayoutHelpers[] = R"(
// Places the low `width` bits of a value at a bit of a byte string, little endian.
template <size_t N>
constexpr void PutBits(std::array<uint8_t, N>& bytes, size_t bit, size_t width, uint64_t value) {
  while (width > 0) {
    const size_t at = bit % 8, count = width < 8 - at ? width : 8 - at;
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] | (value & ((1u << count) - 1)) << at);
    value >>= count;
    bit += count;
    width -= count;
  }
}

// The `width` bits at a bit of a byte string.
constexpr uint64_t GetBits(std::span<const uint8_t> bytes, size_t bit, size_t width) {
  uint64_t value = 0;
  for (size_t done = 0; done < width;) {
    const size_t at = (bit + done) % 8, count = width - done < 8 - at ? width - done : 8 - at;
    value |= static_cast<uint64_t>(bytes[(bit + done) / 8] >> at & ((1u << count) - 1)) << done;
    done += count;
  }
  return value;
}
)";

std::string MemberType(const Field& f) {
  for (const size_t width : {8, 16, 32, 64})
    if (f.width <= width) return fmt::format("uint{}_t", width);
  return fmt::format("std::array<uint32_t, {}>", f.width / 32);
}

std::string Struct(const Table& t) {
  const std::string& type = t.struct_type;
  std::string members, put, get;
  for (const Field& f : t.fields) {
    const bool wide = f.width > 64;
    members +=
        fmt::format("  {} {}{};  // {}\n", MemberType(f), f.name, wide ? "{}" : " = 0", f.comment);
    for (size_t i = 0; i < (wide ? f.width / 32 : 1); ++i) {
      const std::string member = wide ? fmt::format("{}[{}]", f.name, i) : f.name;
      const std::string place = fmt::format("{}, {}", f.bit + 32 * i, wide ? 32 : f.width);
      put += fmt::format("    PutBits(bytes, {}, {});\n", place, member);
      get += fmt::format("    s.{} = static_cast<{}>(GetBits(bytes, {}));\n", member,
                         wide ? "uint32_t" : MemberType(f), place);
    }
  }
  const size_t bytes = (t.fields.back().bit + t.fields.back().width) / 8;
  return fmt::format(R"(struct {0} {{
  static constexpr size_t kBytes = {1};
{2}
  // As it lies in memory. Bits of a member beyond the width of its field are dropped.
  constexpr std::array<uint8_t, kBytes> Pack() const {{
    std::array<uint8_t, kBytes> bytes{{}};
{3}    return bytes;
  }}
  // From its first kBytes bytes; fewer throw std::invalid_argument.
  static constexpr {0} Unpack(std::span<const uint8_t> bytes) {{
    if (bytes.size() < kBytes) throw std::invalid_argument("a {0} needs {1} bytes; give them all");
    {0} s;
{4}    return s;
  }}
  bool operator==(const {0}&) const = default;
}};
)",
                     type, bytes, members, put, get);
}

std::string Header(const std::vector<Table>& tables) {
  std::string out =
      "// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.\n"
      "// SPDX-License-Identifier: Apache-2.0\n"
      "//\n"
      "// The contract between hardware and software. Generated from rtl/tetralog_pkg.sv by\n"
      "// `make contract`: edit the package, not this file.\n\n"
      "#pragma once\n\n#include <array>\n#include <cstddef>\n#include <cstdint>\n#include <span>\n"
      "#include <stdexcept>\n\n// clang-format off\nnamespace tetralog {\n";
  std::string layouts;
  for (const Table& t : tables) {
    std::string& text = t.struct_type.empty() ? out : layouts;
    text += "\n";
    for (const std::string& line : t.title) text += fmt::format("// {}\n", line);
    if (!t.struct_type.empty()) {
      text += Struct(t);
    } else if (!t.enum_type.empty()) {
      const size_t prefix = CommonPrefix(t.entries);
      text += fmt::format("enum class {} : uint8_t {{\n", t.enum_type);
      for (const Entry& e : t.entries)
        text += fmt::format("  k{} = {},  // {}\n", e.name.substr(prefix), e.value, e.comment);
      text += "};\n";
    } else {
      for (const Entry& e : t.entries)
        text += fmt::format("inline constexpr {} k{} = {};  // {}\n", e.type, Camel(e.name),
                            e.value, e.comment);
    }
  }
  // The reference is C++17, because of libtorch's headers, and needs the numbers only.
  out += "\n#if __cplusplus >= 202002L  // layouts in memory\n";
  out += kLayoutHelpers + layouts + "#endif\n";
  return out + "\n}  // namespace tetralog\n";
}

// Text for a cell of a table.
std::string Cell(std::string text) {
  for (size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2)
    text.replace(i, 1, "\\|");
  return text;
}

std::string Markdown(const Table& t) {
  if (!t.struct_type.empty()) {
    std::string out = "| byte | bits | name | meaning |\n|---|---|---|---|\n";
    for (const Field& f : t.fields) {
      const size_t low = f.bit % 8, high = low + f.width - 1;
      out += fmt::format("| {} | {} | `{}` | {} |\n", f.bit / 8,
                         f.width == 1 ? fmt::format("{}", low) : fmt::format("{}:{}", high, low),
                         f.name, Cell(f.comment));
    }
    return out;
  }
  const bool offsets = t.name == "registers";
  const char* const title = offsets                                         ? "offset"
                            : t.name == "control" || t.name == "interrupts" ? "bit"
                            : t.name == "counters"                          ? "index"
                                                                            : "value";
  std::string out = fmt::format("| name | {} | meaning |\n|---|---|---|\n", title);
  for (const Entry& e : t.entries)
    out += fmt::format("| `{}` | {} | {} |\n", e.name,
                       offsets ? fmt::format("0x{:03X}", std::stoul(e.value)) : e.value,
                       Cell(e.comment));
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
        tetralog::WriteOutput(path, text);
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
