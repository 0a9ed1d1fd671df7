// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The check of options of 64 bits without a range: CLI11 alone takes -1 for 2^64 - 1, and so
// whatever is greater.

#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <string>

namespace tetralog {

// For option->check(): decimal, or 0x and hexadecimal.
inline std::string WholeNumberFault(const std::string& text) {
  const bool hex = text.starts_with("0x");
  const char* const end = text.data() + text.size();
  uint64_t value = 0;
  const auto result = std::from_chars(text.data() + (hex ? 2 : 0), end, value, hex ? 16 : 10);
  if (result.ec == std::errc() && result.ptr == end) return "";
  return "'" + text + "' is no whole number from 0 to 2^64 - 1";
}

}  // namespace tetralog
