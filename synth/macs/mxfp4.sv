// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// MXFP4 (OCP Microscaling Formats, 2023): a dot product of FP4 E2M1 numbers that share one E8M0 scale on
// each side, to an FP32 accumulator.
//
// A beat is Dot numbers and the scales of their blocks; the block of the standard is 32 numbers. The dot
// product of a beat is exact: products are multiples of a quarter below 36. A scale of 255, NaN in the
// standard, is a number here. Dot is a power of two. Timing: mac_registers.
//
// a_i, b_i  {scale code s[7:0], Dot numbers {sign, e[1:0], m}}: 2^(s - 127) times +-0, 0.5, 1, 1.5, 2, 3, 4, 6
// acc_o     the last finished sum, FP32

module mxfp4 #(
    parameter int unsigned Dot = 32,
    localparam int unsigned OPERAND_WIDTH = 8 + Dot * 4
) (
    input  logic                     clk_i,
    input  logic                     first_i,
    input  logic [OPERAND_WIDTH-1:0] a_i,
    input  logic [OPERAND_WIDTH-1:0] b_i,
    output logic [31:0]              acc_o
);

  // A product in quarters: at most 144.
  localparam int unsigned PRODUCT_WIDTH = 8;
  localparam int unsigned SUM_WIDTH     = PRODUCT_WIDTH + 1 + $clog2(Dot);

  logic [7:0] a_scale, b_scale;
  logic [Dot*4-1:0] a, b;
  logic [Dot-1:0] signs;
  logic [Dot*PRODUCT_WIDTH-1:0] magnitudes;
  logic [SUM_WIDTH-1:0] dot;
  logic [31:0] base, sum;

  // Significands {e != 0, m}, shifted left by e - 1 where e is not zero.
  for (genvar i = 0; i < Dot; i++) begin : gen_product
    logic [1:0] a_exponent, b_exponent, a_shift, b_shift;
    logic [3:0] significand;
    logic [2:0] shift;
    assign a_exponent  = a[i*4+1 +: 2];
    assign b_exponent  = b[i*4+1 +: 2];
    assign a_shift     = {&a_exponent, a_exponent == 2'd2};
    assign b_shift     = {&b_exponent, b_exponent == 2'd2};
    assign significand = 4'({|a_exponent, a[i*4]}) * 4'({|b_exponent, b[i*4]});
    assign shift       = 3'(a_shift) + 3'(b_shift);
    assign magnitudes[i*PRODUCT_WIDTH +: PRODUCT_WIDTH] = PRODUCT_WIDTH'(significand) << shift;
    assign signs[i]    = a[i*4+3] ^ b[i*4+3];
  end

  signed_sum #(
      .Dot  (Dot),
      .Width(PRODUCT_WIDTH)
  ) u_dot (
      .signs_i     (signs),
      .magnitudes_i(magnitudes),
      .sum_o       (dot)
  );
  scaled_accumulate #(
      .Width(SUM_WIDTH),
      .Unit (-2)
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
