// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The sums of rtl/mac_array.sv, a tile at a time: a function without time. When they can be read,
// and by whom, is kept by TileDrain, whose `delay` is the array's latency (TetralogEngine gives
// it). Limits: header of rtl/mac_array.sv.

#pragma once

#include <cstdint>

#include "model/cycle/operand.h"
#include "model/cycle/operand_buffer.h"

namespace tetralog::cycle {

// sums: [Rows][Cols] INT32, row by row, of a full tile; 0 where the tile has no row r or column c:
//   sums[r * Cols + c] = sum over samples s and k of A[s][r][k] * B[c][k]
void TileSums(const OperandBuffer& a, const OperandBuffer& b, const TileOperands& tile,
              int32_t* sums);

}  // namespace tetralog::cycle
