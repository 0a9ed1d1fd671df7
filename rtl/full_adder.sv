// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Full adder (3:2 compressor): a + b + c = sum + 2*carry.
//
// It is a module of its own so that synthesis can put the library's cheapest full adder in its place
// instead of rediscovering one from gates. Combinational.

module full_adder (
    input  logic a_i,
    input  logic b_i,
    input  logic c_i,
    output logic sum_o,
    output logic carry_o
);

  assign sum_o   = a_i ^ b_i ^ c_i;
  assign carry_o = (a_i & b_i) | (a_i & c_i) | (b_i & c_i);

endmodule
