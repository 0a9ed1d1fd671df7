// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What the plots share: a text of SVG elements, colours, escaping.

#pragma once

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string>
#include <utility>

namespace tetralog {

// Colours that the colour-blind tell apart (Okabe and Ito).
inline constexpr std::array kSvgColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                           "#e69f00", "#56b4e9", "#000000", "#999999"};

inline std::string SvgEscaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c;
  }
  return escaped;
}

// A white picture with a title; Add() takes one element.
class Svg {
 public:
  Svg(double width, double height, double title_x, const std::string& title) {
    Add(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}")"
        R"( font-family="sans-serif" font-size="13">)",
        width, height);
    Add(R"(<rect width="{}" height="{}" fill="white"/>)", width, height);
    Add(R"(<text x="{}" y="26" font-size="15">{}</text>)", title_x, SvgEscaped(title));
  }

  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  std::string Finish() { return std::move(text_) + "</svg>\n"; }

 private:
  std::string text_;
};

}  // namespace tetralog
