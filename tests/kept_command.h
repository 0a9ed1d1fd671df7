// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What command_front.sv keeps of a command: of fields that must be zero, and of addresses beyond
// the bus, a bit that says whether they are.
#pragma once

#include <cstdint>

#include "model/contract.h"

namespace tetralog {

inline Command KeptCommand(Command c, uint32_t axi_addr) {
  c.op = c.op == static_cast<uint8_t>(Operation::kGemm) && c.reserved0 == 0 && c.reserved3 == 0;
  c.reserved0 = c.reserved3 = 0;
  c.reserved1 = c.reserved1 != 0;
  c.reserved2 = {c.reserved2[0] != 0, (c.reserved2[1] | c.reserved2[2]) != 0, 0};
  for (uint32_t* size : {&c.m, &c.n, &c.k}) {
    const uint32_t end = kMaxDim + 1;
    *size = *size % end + (*size >= end ? end : 0);
  }
  c.col0 = (c.col0 & 0x0ffffff0) | uint32_t{c.col0 >> 28 != 0} << 28 | (c.col0 % 16 != 0);
  for (uint64_t* base : {&c.a_base, &c.b_base, &c.c_base, &c.d_base, &c.mask_base}) {
    const uint64_t end = uint64_t{1} << axi_addr;
    *base = *base % end + (*base >= end ? end : 0);
  }
  return c;
}

}  // namespace tetralog
