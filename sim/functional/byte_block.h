// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Transposes blocks of bytes with vector shuffles that every instruction set has.
//
// Limits: static, so that every source that is compiled for several instruction sets has its own.
#pragma once

#include <cstdint>

namespace tetralog {

// 8 rows of 8 bytes, one behind the other. The place of a byte has 3 bits of its row above 3 bits
// of its column; every shuffle of the halves moves the highest bit to the bottom.
static inline void TransposeBytes(uint8_t* block) {
  using Bytes = uint8_t __attribute__((vector_size(16)));
  Bytes lines[4];
  __builtin_memcpy(lines, block, sizeof lines);
  for (int step = 0; step < 3; ++step) {
    Bytes next[4];
    for (int i = 0; i < 2; ++i) {
      next[2 * i] = __builtin_shufflevector(lines[i], lines[i + 2], 0, 16, 1, 17, 2, 18, 3, 19, 4,
                                            20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(lines[i], lines[i + 2], 8, 24, 9, 25, 10, 26, 11,
                                                27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    __builtin_memcpy(lines, next, sizeof lines);
  }
  __builtin_memcpy(block, lines, sizeof lines);
}

}  // namespace tetralog
