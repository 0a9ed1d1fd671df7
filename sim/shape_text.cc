// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/shape_text.h"

#include <fmt/format.h>

#include <array>
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
  while (right && !rest.empty()) right = TakeChar(rest, ':') && TakeParameter(rest, shape);
  if (right) return shape;
  std::string names;
  for (const auto& [name, member] : kParameters) names += fmt::format(" {}", name);
  throw std::invalid_argument(fmt::format(
      "'{}' is no shape; give ROWSxCOLSxDOT, then :name=value with the names{}", text, names));
}

std::string ShapeText(const MachineShape& shape, const std::vector<MachineShape>& known) {
  const MachineShape base = BaseOf(shape.name(), known);
  std::string text = shape.name();
  for (const auto& [name, member] : kParameters) {
    if (shape.*member != base.*member) text += fmt::format(":{}={}", name, shape.*member);
  }
  return text;
}

}  // namespace tetralog
