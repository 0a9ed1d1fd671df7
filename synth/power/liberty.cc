// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/liberty.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace tetralog {
namespace {

// ------------------------------------------------------------------- groups and attributes

struct Group {
  std::string type, name;
  std::map<std::string, std::string> attributes;  // simple and complex; arguments with commas
  std::vector<Group> groups;

  std::string Text(const std::string& key) const {
    const auto it = attributes.find(key);
    return it == attributes.end() ? "" : it->second;
  }
  double Number(const std::string& key, double otherwise) const {
    const std::string text = Text(key);
    return text.empty() ? otherwise : std::strtod(text.c_str(), nullptr);
  }
};

class Parser {
 public:
  Parser(std::string text, std::string path) : text_(std::move(text)), path_(std::move(path)) {}

  Group File() {
    const std::string type = Word();
    if (type != "library") Fail("a Liberty file begins with library(name)");
    Group library{.type = type, .name = Arguments(), .attributes = {}, .groups = {}};
    Body(library);
    return library;
  }

 private:
  [[noreturn]] void Fail(const std::string& what) {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<long>(at_), '\n');
    throw std::runtime_error(fmt::format("{}:{}: {}", path_, line, what));
  }

  char Peek() {
    for (;; ++at_) {
      if (at_ >= text_.size()) return 0;
      if (text_.compare(at_, 2, "/*") == 0) {
        const size_t end = text_.find("*/", at_ + 2);
        if (end == std::string::npos) Fail("a comment does not end");
        at_ = end + 1;
      } else if (text_.compare(at_, 2, "//") == 0) {
        at_ = std::min(text_.find('\n', at_), text_.size() - 1);
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) == 0 && text_[at_] != '\\') {
        return text_[at_];
      }
    }
  }

  std::string Word() {
    std::string word;
    if (Peek() == '"') {
      const size_t end = text_.find('"', at_ + 1);
      if (end == std::string::npos) Fail("a string does not end");
      word = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      return word;
    }
    while (at_ < text_.size() &&
           std::string("(){};:,\" \t\r\n").find(text_[at_]) == std::string::npos)
      word += text_[at_++];
    return word;
  }

  void Expect(char c) {
    if (Peek() != c)
      Fail(Peek() == 0 ? std::string("the file ends too early") : fmt::format("expected '{}'", c));
    ++at_;
  }

  // ( word, word ... ) as one text with commas.
  std::string Arguments() {
    std::string all;
    Expect('(');
    while (Peek() != ')') {
      if (Peek() == 0) Fail("the file ends too early");
      if (Peek() == ',') {
        ++at_;
        continue;
      }
      const std::string word = Word();
      if (word.empty()) Fail("unexpected sign");
      all += (all.empty() ? "" : ",") + word;
    }
    ++at_;
    return all;
  }

  void Body(Group& group) {
    Expect('{');
    while (Peek() != '}') {
      if (Peek() == 0) Fail("the file ends too early");
      if (Peek() == ';') {
        ++at_;
        continue;
      }
      const std::string word = Word();
      if (word.empty()) Fail("unexpected sign");
      if (Peek() == ':') {
        ++at_;
        Peek();
        std::string value = Word();
        // An expression without quotes goes on to the end of the line.
        while (Peek() != ';' && Peek() != '}' && Peek() != 0 && text_[at_ - 1] != '\n')
          value += text_[at_++];
        group.attributes[word] = value;
      } else if (Peek() == '(') {
        const std::string arguments = Arguments();
        if (Peek() == '{') {
          group.groups.push_back({.type = word, .name = arguments, .attributes = {}, .groups = {}});
          Body(group.groups.back());
        } else {
          group.attributes[word] = arguments;
        }
      } else {
        Fail(fmt::format("nothing follows '{}'", word));
      }
    }
    ++at_;
  }

  std::string text_, path_;
  size_t at_ = 0;
};

// ------------------------------------------------------------------- meaning

std::vector<double> Numbers(std::string text) {
  for (char& c : text)
    if (c == ',' || c == '"' || c == '\\') c = ' ';
  std::istringstream in(text);
  std::vector<double> numbers;
  for (double number = 0; in >> number;) numbers.push_back(number);
  return numbers;
}

struct Units {
  double time = 1, capacitance = 1, energy = 1, leakage = 1;
};

// "1ns" in units of `base`, 1e-9.
double UnitOf(const std::string& text, double base) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  static const std::map<char, double> kPrefixes = {{'f', 1e-15}, {'p', 1e-12}, {'n', 1e-9},
                                                   {'u', 1e-6},  {'m', 1e-3},  {'k', 1e3}};
  const auto it = kPrefixes.find(*end);
  return text.empty() ? 1 : number * (it == kPrefixes.end() ? 1 : it->second) / base;
}

class Reader {
 public:
  explicit Reader(const Group& library) : library_(library) {
    units_.time = UnitOf(library.Text("time_unit"), 1e-9);
    const std::string load = library.Text("capacitive_load_unit");  // "1,pf"
    const bool femto = load.find("ff") != std::string::npos || load.find("FF") != std::string::npos;
    const double number = load.empty() ? 1 : std::strtod(load.c_str(), nullptr);
    units_.capacitance = number * (femto ? 1e-3 : 1);
    const std::string volts = library.Text("voltage_unit");
    const double volt = volts.empty() ? 1 : UnitOf(volts, 1);
    units_.energy = units_.capacitance * volt * volt;
    units_.leakage = UnitOf(library.Text("leakage_power_unit"), 1e-9);
    for (const Group& g : library.groups)
      if (g.type == "lu_table_template" || g.type == "power_lut_template") templates_[g.name] = &g;
  }

  Liberty Read() {
    Liberty result;
    result.name = library_.name;
    result.voltage = library_.Number("nom_voltage", 0);
    for (const Group& g : library_.groups)
      if (g.type == "cell") result.cells[g.name] = CellOf(g);
    return result;
  }

 private:
  LibertyTable TableOf(const Group& g, double unit) const {
    std::vector<double> loads, slews, values = Numbers(g.Text("values"));
    const auto it = templates_.find(g.name);
    bool load_first = true;
    for (const char* axis : {"1", "2"}) {
      const std::string index = std::string("index_") + axis;
      std::vector<double> points = Numbers(g.Text(index));
      const Group* t = it == templates_.end() ? nullptr : it->second;
      if (points.empty() && t != nullptr) points = Numbers(t->Text(index));
      const std::string variable = t == nullptr ? "" : t->Text(std::string("variable_") + axis);
      if (points.empty() || variable.empty()) continue;
      const bool is_load = variable.find("capacitance") != std::string::npos;
      if (*axis == '1') load_first = is_load;
      for (double& point : points) point *= is_load ? units_.capacitance : units_.time;
      (is_load ? loads : slews) = points;
    }
    for (double& value : values) value *= unit;
    const size_t rows = std::max<size_t>(1, loads.size());
    const size_t cols = std::max<size_t>(1, slews.size());
    if (values.size() != rows * cols) {
      if (values.size() != 1)
        throw std::runtime_error(fmt::format("{}: a table has {} values for {} points",
                                             library_.name, values.size(), rows * cols));
      return {{}, {}, values};
    }
    if (!load_first) {
      std::vector<double> turned(values.size());
      for (size_t r = 0; r < rows; ++r)
        for (size_t c = 0; c < cols; ++c) turned[r * cols + c] = values[c * rows + r];
      values = turned;
    }
    return {loads, slews, values};
  }

  LibertyPin PinOf(const Group& g) const {
    LibertyPin pin;
    pin.name = g.name;
    pin.output = g.Text("direction") == "output";
    const double plain = g.Number("capacitance", 0);
    pin.capacitance = units_.capacitance *
                      (g.Number("rise_capacitance", plain) + g.Number("fall_capacitance", plain)) /
                      2;
    pin.function = g.Text("function");
    for (const Group& sub : g.groups) {
      if (sub.type == "internal_power") {
        LibertyPower power{.related = sub.Text("related_pin"), .rise = {}, .fall = {}};
        for (const Group& t : sub.groups) {
          if (t.type == "rise_power" || t.type == "power") power.rise = TableOf(t, units_.energy);
          if (t.type == "fall_power" || t.type == "power") power.fall = TableOf(t, units_.energy);
        }
        pin.power.push_back(std::move(power));
      } else if (sub.type == "timing" && pin.output) {
        LibertyTiming timing{.related = sub.Text("related_pin"),
                             .delay_rise = {},
                             .delay_fall = {},
                             .slew_rise = {},
                             .slew_fall = {}};
        for (const Group& t : sub.groups) {
          if (t.type == "cell_rise") timing.delay_rise = TableOf(t, units_.time);
          if (t.type == "cell_fall") timing.delay_fall = TableOf(t, units_.time);
          if (t.type == "rise_transition") timing.slew_rise = TableOf(t, units_.time);
          if (t.type == "fall_transition") timing.slew_fall = TableOf(t, units_.time);
        }
        pin.timing.push_back(std::move(timing));
      }
    }
    return pin;
  }

  LibertyCell CellOf(const Group& g) const {
    LibertyCell cell;
    cell.name = g.name;
    cell.area = g.Number("area", 0);
    cell.leakage = g.Number("cell_leakage_power", 0) * units_.leakage;
    for (const Group& sub : g.groups) {
      if (sub.type == "pin") cell.pins.push_back(PinOf(sub));
      if (sub.type != "ff" && sub.type != "latch") continue;
      const bool flop = sub.type == "ff";
      cell.kind = flop ? LibertyCell::Kind::kFlop : LibertyCell::Kind::kLatch;
      const size_t comma = sub.name.find(',');
      cell.state = sub.name.substr(0, comma);
      cell.state_n = comma == std::string::npos ? "" : sub.name.substr(comma + 1);
      cell.clock = sub.Text(flop ? "clocked_on" : "enable");
      cell.data = sub.Text(flop ? "next_state" : "data_in");
      cell.clear = sub.Text("clear");
      cell.preset = sub.Text("preset");
    }
    return cell;
  }

  const Group& library_;
  Units units_;
  std::map<std::string, const Group*> templates_;
};

// Interval of a point in an axis, and where in it.
std::pair<size_t, double> Place(const std::vector<double>& axis, double x) {
  if (axis.size() < 2) return {0, 0};
  size_t i = 0;
  while (i + 2 < axis.size() && x > axis[i + 1]) ++i;
  return {i, (x - axis[i]) / (axis[i + 1] - axis[i])};
}

}  // namespace

double LibertyTable::At(double load, double slew) const {
  if (values_.empty()) return 0;
  const size_t cols = std::max<size_t>(1, slews_.size());
  const std::pair<size_t, double> down = Place(loads_, load), right = Place(slews_, slew);
  const auto row = [&](size_t i) {
    const double* left = &values_[i * cols + right.first];
    return slews_.size() < 2 ? *left : *left + right.second * (left[1] - *left);
  };
  if (loads_.size() < 2) return row(0);
  const double low = row(down.first);
  return low + down.second * (row(down.first + 1) - low);
}

Liberty ReadLiberty(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("cannot read {}; give a Liberty file", path));
  std::ostringstream text;
  text << in.rdbuf();
  const Group library = Parser(text.str(), path).File();
  Liberty result = Reader(library).Read();
  if (result.cells.empty()) throw std::runtime_error(fmt::format("{} has no cells", path));
  if (result.voltage <= 0)
    throw std::runtime_error(fmt::format("{} has no nom_voltage, so no energy", path));
  return result;
}

}  // namespace tetralog
