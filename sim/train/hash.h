// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// FNV-1a in 64 bits (Fowler, Noll, Vo), to tell results apart: any one changed byte changes it. No
// defence against forgery.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/train/trainer.h"

namespace tetralog::train {

class Fnv1a {
 public:
  void Add(const void* data, size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (size_t i = 0; i < size; ++i) hash_ = (hash_ ^ bytes[i]) * 0x100000001b3u;
  }
  uint64_t hash() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325u;
};

// Of all names, each closed by a zero byte, its number of values as 64 bits and the values, both
// little-endian.
inline uint64_t HashOf(const std::vector<NamedValues>& list) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  Fnv1a hash;
  for (const NamedValues& named : list) {
    const uint64_t size = named.values.size();
    hash.Add(named.name.c_str(), named.name.size() + 1);
    hash.Add(&size, sizeof size);
    hash.Add(named.values.data(), size * sizeof(double));
  }
  return hash.hash();
}

}  // namespace tetralog::train
