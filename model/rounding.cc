// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/rounding.h"

#include <stdexcept>
#include <string>

namespace tetralog {

void RefuseRandom(uint32_t random, int random_bits) {
  if (random_bits < 1 || random_bits > static_cast<int>(kRandomWordWidth)) {
    throw std::invalid_argument("R = " + std::to_string(random_bits) +
                                " random bits is outside 1..16");
  }
  throw std::invalid_argument("random value " + std::to_string(random) +
                              " has more than R = " + std::to_string(random_bits) + " bits");
}

}  // namespace tetralog
