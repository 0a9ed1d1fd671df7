// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The constants of a command's scale and rounding, worked out once so that the loops over elements
// need no division, no 128-bit numbers and no case for extreme shifts.
//
// Each states a bound on |z|, an integer of at most 2^31, by y = z * m * 2^-n; see docs/numerics.md
// for the rounding rules that they restate.
#pragma once

#include "model/epilogue_lane.h"
#include "sim/functional/fast_kernels.h"

namespace tetralog {

NearestPlan PlanNearest(const EpilogueConfig& config);
LuqPlan PlanLuq(const EpilogueConfig& config);
StochasticPlan PlanStochastic(const EpilogueConfig& config);

}  // namespace tetralog
