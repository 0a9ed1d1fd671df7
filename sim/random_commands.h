// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Random cases for regressions: commands of all formats, orientations and sizes, that depend on
// each other or do not. A case follows from (seed, number, shape, options) alone.
//
// Between any two buffers lie at least 32 bytes that nobody may touch, so that no two buffers share
// a word of the bus. Every command is legal but one in a share of the cases; illegal ones come for
// each cause about equally often.
#pragma once

#include <cstdint>
#include <string>

#include "sim/machine.h"
#include "sim/random_case.h"

namespace tetralog {

// The case of this number. `edits` reduces it, for shrinking: a comma-separated list of "d2" (leave
// out command 2), "m2", "n2", "k2" (halve that dimension of command 2, rounded up); commands are
// counted before anything is left out. std::invalid_argument for others.
Case RandomCase(uint64_t seed, uint64_t number, const MachineShape& shape,
                const CaseOptions& options = {}, const std::string& edits = "");

// The case of an id() .
Case ParseCase(const std::string& id, const MachineShape& shape, const CaseOptions& options = {});

}  // namespace tetralog
