// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The sums of rtl/mac_array.sv, a tile at a time; its latency is the engine's (tetralog_engine.h).

#pragma once

#include <cstdint>

#include "model/cycle/operand.h"
#include "model/cycle/operand_buffer.h"

namespace tetralog::cycle {

// sums[r * Cols + c] = sum over samples s and k of A[s][r][k] * B[c][k], Rows x Cols of a full
// tile; 0 where the tile has no row r or column c.
void TileSums(const OperandBuffer& a, const OperandBuffer& b, const TileOperands& tile,
              int32_t* sums);

}  // namespace tetralog::cycle
