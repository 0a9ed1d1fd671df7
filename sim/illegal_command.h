// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Makes a legal command illegal, for one chosen cause.
#pragma once

#include "model/contract.h"
#include "sim/command_rules.h"
#include "sim/dice.h"
#include "sim/machine.h"

namespace tetralog {

// The command, changed at random so that CheckCommand() gives exactly this cause, kOperation to
// kOverlap. Throws std::logic_error when no change is found.
Command MakeIllegal(const Command& legal, Cause cause, const MachineShape& shape,
                    const Rings& rings, Dice& dice);

}  // namespace tetralog
