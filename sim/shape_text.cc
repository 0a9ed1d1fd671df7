// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/shape_text.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tetralog {
namespace {

constexpr std::array<std::pair<std::string_view, uint32_t MachineShape::*>, 7> kParameters = {{
    {"lanes", &MachineShape::lanes},
    {"acc_width", &MachineShape::acc_width},
    {"random_bits", &MachineShape::random_bits},
    {"depth_a", &MachineShape::depth_a},
    {"depth_b", &MachineShape::depth_b},
    {"axi_data", &MachineShape::axi_data},
    {"axi_addr", &MachineShape::axi_addr},
}};

MachineShape BaseOf(const std::string& name, const std::vector<MachineShape>& known) {
  for (const MachineShape& shape : known)
    if (shape.name() == name) return shape;
  return {};
}

// Takes a number from the front of the text.
bool TakeNumber(std::string_view& text, uint32_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeParameter(std::string_view& text, MachineShape& shape) {
  for (const auto& [name, member] : kParameters) {
    if (!text.starts_with(name)) continue;
    std::string_view rest = text.substr(name.size());
    if (!TakeChar(rest, '=') || !TakeNumber(rest, shape.*member)) return false;
    text = rest;
    return true;
  }
  return false;
}

}  // namespace

MachineShape ParseShape(const std::string& text, const std::vector<MachineShape>& known) {
  std::string_view rest = text;
  MachineShape size;
  bool right = TakeNumber(rest, size.rows) && TakeChar(rest, 'x') && TakeNumber(rest, size.cols) &&
               TakeChar(rest, 'x') && TakeNumber(rest, size.dot);
  MachineShape shape = BaseOf(size.name(), known);
  shape.rows = size.rows;
  shape.cols = size.cols;
  shape.dot = size.dot;
  for (char before = ':'; right && !rest.empty(); before = ',')
    right = TakeChar(rest, before) && TakeParameter(rest, shape);
  if (right) return shape;
  std::string names;
  for (const auto& [name, member] : kParameters) names += fmt::format(" {}", name);
  throw std::invalid_argument(
      fmt::format("'{}' is no shape; write 16x16x4 or 8x8x2:axi_data=64,lanes=8, with the names{}",
                  text, names));
}

std::string ShapeText(const MachineShape& shape, const std::vector<MachineShape>& known) {
  const MachineShape base = BaseOf(shape.name(), known);
  std::string text = shape.name();
  char before = ':';
  for (const auto& [name, member] : kParameters) {
    if (shape.*member == base.*member) continue;
    text += fmt::format("{}{}={}", std::exchange(before, ','), name, shape.*member);
  }
  return text;
}

void CheckShape(const MachineShape& s) {
  const auto need = [&](bool holds, const char* what) {
    if (!holds)
      throw std::invalid_argument(fmt::format("shape {} cannot be built: {}", s.name(), what));
  };
  const auto in = [](uint32_t value, uint32_t least, uint32_t greatest) {
    return value >= least && value <= greatest;
  };
  need(std::has_single_bit(s.rows) && std::has_single_bit(s.cols) && std::has_single_bit(s.dot),
       "rows, columns and dot must be powers of two");
  need(std::has_single_bit(s.lanes) && s.lanes <= 16, "lanes must be 1, 2, 4, 8 or 16");
  need(s.axi_data == 64 || s.axi_data == 128, "axi_data must be 64 or 128");
  need(s.rows >= s.lanes && s.cols >= s.lanes && s.rows >= s.axi_data / 32 &&
           s.cols >= s.axi_data / 32,
       "rows and columns must be at least lanes and axi_data / 32");
  need(s.rows <= 1 << 15 && s.cols <= 1 << 15, "rows and columns must be at most 32768");
  need(s.dot <= s.word_codes(), "dot must be at most axi_data / 4");
  need(std::has_single_bit(s.depth_a) && std::has_single_bit(s.depth_b) &&
           in(s.depth_a, 2, 1 << 15) && in(s.depth_b, 2, 1 << 15),
       "depth_a and depth_b must be powers of two from 2 to 32768");
  need(in(s.acc_width, 12, 32), "acc_width must be 12 to 32");
  need(in(s.random_bits, 1, 16), "random_bits must be 1 to 16");
  need(in(s.axi_addr, 32, 64), "axi_addr must be 32 to 64");
}

}  // namespace tetralog
