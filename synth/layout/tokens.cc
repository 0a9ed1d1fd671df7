// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/layout/tokens.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "synth/text_file.h"

namespace tetralog {

Tokens::Tokens(const std::filesystem::path& file) : name_(file.string()) {
  Split(ReadTextFile(file));
}

Tokens::Tokens(const std::string& name, const std::string& text) : name_(name) { Split(text); }

void Tokens::Split(const std::string& text) {
  int line = 1;
  bool in_word = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#' && !in_word) {
      while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
      continue;
    }
    if (c == ';' || c == '(' || c == ')') {
      words_.push_back({std::string(1, c), line});
      in_word = false;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      in_word = false;
      if (c == '\n') ++line;
    } else {
      if (!in_word) words_.push_back({"", line});
      words_.back().text += c;
      in_word = true;
    }
  }
}

const std::string& Tokens::Peek() const {
  if (AtEnd()) Fail("ends too early; make it again");
  return words_[next_].text;
}

std::string Tokens::Next() {
  const std::string word = Peek();
  ++next_;
  return word;
}

bool Tokens::Take(const std::string& word) {
  if (AtEnd() || words_[next_].text != word) return false;
  ++next_;
  return true;
}

void Tokens::Expect(const std::string& word) {
  if (!Take(word)) Fail(fmt::format("has '{}' where '{}' belongs", Peek(), word));
}

double Tokens::Number() {
  const std::string& word = Peek();
  size_t used = 0;
  double value = 0;
  try {
    value = std::stod(word, &used);
  } catch (const std::exception&) {
  }
  if (used != word.size()) Fail(fmt::format("has '{}' where a number belongs", word));
  ++next_;
  return value;
}

int Tokens::Length(double nm_per_unit) {
  return static_cast<int>(std::lround(Number() * nm_per_unit));
}

void Tokens::SkipStatement() {
  while (Next() != ";") {
  }
}

void Tokens::SkipSection(const std::string& name) {
  while (!(Next() == "END" && Peek() == name)) {
  }
  Next();
}

void Tokens::Fail(const std::string& what) const {
  const int line = words_.empty() ? 1 : words_[std::min(next_, words_.size() - 1)].line;
  throw std::runtime_error(fmt::format("{} line {} {}", name_, line, what));
}

}  // namespace tetralog
