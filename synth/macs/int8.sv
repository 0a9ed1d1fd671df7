// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// INT8 times INT8 to a two's complement accumulator, exact modulo 2^AccWidth, in one bit heap with the
// accumulator. 24 bits hold 511 products of -128 by -128, 32 bits 131,071. Timing: mac_registers.
//
// a_i, b_i  Dot INT8 numbers, all 256 codes
// acc_o     the last finished sum

module int8 #(
    parameter int unsigned Dot      = 1,
    parameter int unsigned AccWidth = 32
) (
    input  logic                clk_i,
    input  logic                first_i,
    input  logic [Dot*8-1:0]    a_i,
    input  logic [Dot*8-1:0]    b_i,
    output logic [AccWidth-1:0] acc_o
);

  logic [Dot*8-1:0] a, b;
  logic [AccWidth-1:0] base, sum;

  int_dot #(
      .Dot     (Dot),
      .Bits    (8),
      .SumWidth(AccWidth)
  ) u_dot (
      .a_i   (a),
      .b_i   (b),
      .base_i(base),
      .sum_o (sum)
  );

  mac_registers #(
      .OperandWidth(Dot * 16),
      .AccWidth    (AccWidth)
  ) u_registers (
      .clk_i     (clk_i),
      .first_i   (first_i),
      .operands_i({b_i, a_i}),
      .operands_o({b, a}),
      .base_o    (base),
      .sum_i     (sum),
      .acc_o     (acc_o)
  );

endmodule
