// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/scale_shift.h"

#include <stdexcept>
#include <string>

namespace tetralog {

void RefuseScale(int m, int n) {
  if (m < 1 || m >= (1 << kScaleMulWidth)) {
    throw std::invalid_argument("scale multiplier m = " + std::to_string(m) + " is outside 1..255");
  }
  throw std::invalid_argument("scale shift n = " + std::to_string(n) + " is outside -32..63");
}

}  // namespace tetralog
