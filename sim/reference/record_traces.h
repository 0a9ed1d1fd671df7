// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Records the committed traces: mlp.h5 (first and a later step) and lenet.h5 (a later step).

#pragma once

#include <string>

#include "sim/reference/dataset.h"
#include "sim/trace_file.h"

namespace tetralog::reference {

// network: mlp or lenet. The same bits on every processor and in every call.
Trace record_trace(const std::string& network, const Dataset& dataset);

}  // namespace tetralog::reference
