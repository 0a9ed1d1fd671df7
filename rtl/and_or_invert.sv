// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// AND-OR-invert of two pairs: y = !(a*b + c*d).
//
// It is a module of its own so that synthesis can put the library cell in its place where one operand
// pair and its complement are shared by many: the mapper would choose an exclusive or or a multiplexer
// with inverters of its own, which is larger. Combinational.

module and_or_invert (
    input  logic a_i,
    input  logic b_i,
    input  logic c_i,
    input  logic d_i,
    output logic y_o
);

  assign y_o = ~((a_i & b_i) | (c_i & d_i));

endmodule
