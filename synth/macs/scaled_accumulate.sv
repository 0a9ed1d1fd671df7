// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The end of the blocks with shared exponents: adds an integer, scaled by the exponents of the two
// operand blocks, to an FP32 accumulator. The scaled integer is rounded to FP32 first, which is exact
// within 24 bits. Numbers are those of fp_add. Combinational.
//
// value_i     two's complement, in units of 2^Unit
// a_scale_i   exponent codes of the blocks: 2^(code - 127)
// b_scale_i
// base_i      FP32 accumulator so far
// sum_o       base_i + value_i * 2^(a_scale_i - 127) * 2^(b_scale_i - 127) * 2^Unit

module scaled_accumulate #(
    parameter int unsigned Width = 12,
    parameter int          Unit  = 0
) (
    input  logic [Width-1:0] value_i,
    input  logic [7:0]       a_scale_i,
    input  logic [7:0]       b_scale_i,
    input  logic [31:0]      base_i,
    output logic [31:0]      sum_o
);

  logic [9:0] exponent;
  logic [31:0] addend;
  assign exponent = {2'b00, a_scale_i} + {2'b00, b_scale_i} + 10'(Unit - 127);

  int_to_fp #(
      .Width(Width)
  ) u_round (
      .value_i   (value_i),
      .exponent_i(exponent),
      .number_o  (addend)
  );
  fp_add u_add (
      .a_i  (base_i),
      .b_i  (addend),
      .sum_o(sum_o)
  );

endmodule
