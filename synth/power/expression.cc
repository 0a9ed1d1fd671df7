// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace tetralog {
namespace {

class Compiler {
 public:
  struct Codes {
    int op_not, op_and, op_or, op_xor, zero, one;
  };

  Compiler(const std::string& text, const std::vector<std::string>& variables, const Codes& codes)
      : text_(text), variables_(variables), codes_(codes) {}

  std::vector<int> Run(int max_depth) {
    Or();
    if (Peek() != 0) Fail();
    int depth = 0, deepest = 0;
    for (const int op : code_) {
      const bool binary = op == codes_.op_and || op == codes_.op_or || op == codes_.op_xor;
      depth += binary ? -1 : op == codes_.op_not ? 0 : 1;
      deepest = std::max(deepest, depth);
    }
    if (deepest > max_depth) Fail();
    return code_;
  }

 private:
  [[noreturn]] void Fail() const {
    throw std::runtime_error(fmt::format("cannot read the cell function '{}'", text_));
  }
  char Peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Take(char a, char b) {
    const char c = Peek();
    if (c == 0 || (c != a && c != b)) return false;
    ++at_;
    return true;
  }
  bool IsName(char c) const {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '[' || c == ']';
  }

  void Or() {
    And();
    while (Take('+', '|')) {
      And();
      code_.push_back(codes_.op_or);
    }
  }
  void And() {
    Xor();
    for (;;) {
      const bool sign = Take('*', '&');
      const char c = Peek();
      if (!sign && c != '(' && c != '!' && !IsName(c)) return;
      Xor();
      code_.push_back(codes_.op_and);
    }
  }
  void Xor() {
    Unary();
    while (Take('^', '^')) {
      Unary();
      code_.push_back(codes_.op_xor);
    }
  }
  void Unary() {
    if (Take('!', '!')) {
      Unary();
      code_.push_back(codes_.op_not);
      return;
    }
    if (Take('(', '(')) {
      Or();
      if (!Take(')', ')')) Fail();
    } else {
      Name();
    }
    while (Take('\'', '\'')) code_.push_back(codes_.op_not);
  }
  void Name() {
    std::string name;
    if (!IsName(Peek())) Fail();
    while (at_ < text_.size() && IsName(text_[at_])) name += text_[at_++];
    const auto it = std::find(variables_.begin(), variables_.end(), name);
    if (it != variables_.end()) {
      code_.push_back(static_cast<int>(it - variables_.begin()));
    } else if (name == "0" || name == "1") {
      code_.push_back(name == "0" ? codes_.zero : codes_.one);
    } else {
      Fail();
    }
  }

  const std::string& text_;
  const std::vector<std::string>& variables_;
  Codes codes_;
  size_t at_ = 0;
  std::vector<int> code_;
};

}  // namespace

Expression::Expression(const std::string& text, const std::vector<std::string>& variables)
    : code_(Compiler(text, variables, {kNot, kAnd, kOr, kXor, kZero, kOne}).Run(kDepth)) {}

}  // namespace tetralog
