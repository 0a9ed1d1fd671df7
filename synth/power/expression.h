// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A Boolean function of a Liberty file, ready to be evaluated on 64 values at once.
//
// Operators: ' behind and ! before for not; ^; * & or nothing for and; + | for or; in this order.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tetralog {

class Expression {
 public:
  Expression() = default;
  // Names are looked up in `variables`; throws std::runtime_error for others and for bad syntax.
  Expression(const std::string& text, const std::vector<std::string>& variables);

  bool empty() const { return code_.empty(); }
  // value(i) is the word of variable i.
  template <typename Value>
  uint64_t Evaluate(Value value) const {
    uint64_t stack[kDepth] = {};
    int top = -1;
    for (const int op : code_) {
      switch (op) {
        case kNot:
          stack[top] = ~stack[top];
          break;
        case kAnd:
          --top;
          stack[top] &= stack[top + 1];
          break;
        case kOr:
          --top;
          stack[top] |= stack[top + 1];
          break;
        case kXor:
          --top;
          stack[top] ^= stack[top + 1];
          break;
        case kZero:
          stack[++top] = 0;
          break;
        case kOne:
          stack[++top] = ~uint64_t{0};
          break;
        default:
          stack[++top] = value(op);
      }
    }
    return stack[0];
  }

 private:
  static constexpr int kDepth = 16;
  enum : int { kNot = -1, kAnd = -2, kOr = -3, kXor = -4, kZero = -5, kOne = -6 };
  std::vector<int> code_;  // postfix; a variable is its place
};

}  // namespace tetralog
