// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The words of a LEF or DEF file, one after the other. `;`, `(` and `)` are words of their own, #
// begins a comment. Every error is a std::runtime_error of one line with file and line.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tetralog {

class Tokens {
 public:
  explicit Tokens(const std::filesystem::path& file);
  // From a text instead, for tests; `name` stands for the file in errors.
  Tokens(const std::string& name, const std::string& text);

  const std::string& name() const { return name_; }
  bool AtEnd() const { return next_ == words_.size(); }
  const std::string& Peek() const;
  std::string Next();
  // The next word, when it is that one.
  bool Take(const std::string& word);
  void Expect(const std::string& word);
  double Number();
  // A number of file units as nanometres.
  int Length(double nm_per_unit);
  // Past the end of the statement, its `;`.
  void SkipStatement();
  // Past `END <name>`.
  void SkipSection(const std::string& name);
  [[noreturn]] void Fail(const std::string& what) const;

 private:
  struct Word {
    std::string text;
    int line;
  };
  void Split(const std::string& text);

  std::string name_;
  std::vector<Word> words_;
  size_t next_ = 0;
};

}  // namespace tetralog
