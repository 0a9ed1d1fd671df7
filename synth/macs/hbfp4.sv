// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// HBFP4 (hybrid block floating point; Drumond et al., NeurIPS 2018): a dot product of INT4 mantissas that
// share one exponent on each side, to an FP32 accumulator.
//
// A beat is Dot mantissas and the exponents of their blocks; a block longer than Dot takes more beats.
// The dot product of a beat is exact. Dot is a power of two. Timing: mac_registers.
//
// a_i, b_i  {exponent code e[7:0], Dot INT4 mantissas}: mantissa * 2^(e - 127), all 16 codes of mantissas
// acc_o     the last finished sum, FP32

module hbfp4 #(
    parameter int unsigned Dot = 4,
    localparam int unsigned OPERAND_WIDTH = 8 + Dot * 4
) (
    input  logic                     clk_i,
    input  logic                     first_i,
    input  logic [OPERAND_WIDTH-1:0] a_i,
    input  logic [OPERAND_WIDTH-1:0] b_i,
    output logic [31:0]              acc_o
);

  // Dot products of -8 by -8 reach 64*Dot.
  localparam int unsigned SUM_WIDTH = 8 + $clog2(Dot);

  logic [7:0] a_scale, b_scale;
  logic [Dot*4-1:0] a, b;
  logic [SUM_WIDTH-1:0] dot;
  logic [31:0] base, sum;

  int_dot #(
      .Dot     (Dot),
      .Bits    (4),
      .SumWidth(SUM_WIDTH),
      .HasBase (0)
  ) u_dot (
      .a_i   (a),
      .b_i   (b),
      .base_i('0),
      .sum_o (dot)
  );
  scaled_accumulate #(
      .Width(SUM_WIDTH)
  ) u_accumulate (
      .value_i  (dot),
      .a_scale_i(a_scale),
      .b_scale_i(b_scale),
      .base_i   (base),
      .sum_o    (sum)
  );

  mac_registers #(
      .OperandWidth(2 * OPERAND_WIDTH),
      .AccWidth    (32)
  ) u_registers (
      .clk_i     (clk_i),
      .first_i   (first_i),
      .operands_i({b_i, a_i}),
      .operands_o({b_scale, b, a_scale, a}),
      .base_o    (base),
      .sum_i     (sum),
      .acc_o     (acc_o)
  );

endmodule
