// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/tetralog_core.h"

#include <stdexcept>

namespace tetralog::cycle {

struct TetralogCore::State {};

// Until the units are joined there is an interface only.
TetralogCore::TetralogCore(const MachineShape& shape, bool) : shape_(shape) {
  throw std::invalid_argument("the cycle model has no core yet; use the level rtl");
}
TetralogCore::~TetralogCore() = default;
void TetralogCore::Reset() {}
void TetralogCore::Outputs(const CoreInputs&, CoreOutputs&) {}
bool TetralogCore::Clock(const CoreInputs&) { return false; }

}  // namespace tetralog::cycle
