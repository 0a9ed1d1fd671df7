// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Sum of two floating-point numbers of one format, rounded to nearest, ties to even.
//
// A number is {sign, exponent code e, mantissa m}: (-1)^sign * 2^(e - bias) * 1.m, and zero where e is
// zero, whatever its sign and mantissa. There are no subnormals, infinities or NaNs: the code of all ones
// is a number like others; a sum below the smallest number becomes zero; one above the largest gets the
// exponent of all ones and a mantissa that means nothing. The bias does not matter to a sum. One path:
// larger first, align, add or subtract, normalise, round. Combinational.

module fp_add #(
    parameter int unsigned ExpWidth = 8,
    parameter int unsigned ManWidth = 23,
    localparam int unsigned WIDTH = 1 + ExpWidth + ManWidth
) (
    input  logic [WIDTH-1:0] a_i,
    input  logic [WIDTH-1:0] b_i,
    output logic [WIDTH-1:0] sum_o
);

  // Significand, guard and round bits; the sum has one more in front and a sticky bit behind.
  localparam int unsigned SIG_WIDTH  = ManWidth + 3;
  localparam int unsigned SUM_WIDTH  = SIG_WIDTH + 2;
  localparam int unsigned NORM_BITS  = $clog2(SUM_WIDTH);

  logic [WIDTH-1:0] larger, lesser;
  logic [ExpWidth-1:0] distance;
  fp_swap #(
      .ExpWidth(ExpWidth),
      .ManWidth(ManWidth)
  ) u_swap (
      .a_i       (a_i),
      .b_i       (b_i),
      .larger_o  (larger),
      .lesser_o  (lesser),
      .distance_o(distance)
  );

  logic subtract;
  logic [ExpWidth-1:0] exponent, lesser_exponent;
  assign subtract        = larger[WIDTH-1] ^ lesser[WIDTH-1];
  assign exponent        = larger[ManWidth +: ExpWidth];
  assign lesser_exponent = lesser[ManWidth +: ExpWidth];

  // Align the lesser one. Far away it is nothing: it could not change how the larger one is rounded.
  localparam int unsigned FULL_SHIFT = $clog2(SIG_WIDTH + 1);
  localparam int unsigned SHIFT_BITS = (FULL_SHIFT < ExpWidth) ? FULL_SHIFT : ExpWidth;
  logic gone, sticky;
  logic [SIG_WIDTH-1:0] larger_sig, lesser_sig, aligned;
  assign gone       = ~|lesser_exponent | (|(distance >> SHIFT_BITS));
  assign larger_sig = {|exponent, larger[ManWidth-1:0], 2'b00};
  assign lesser_sig = {1'b1, lesser[ManWidth-1:0], 2'b00} & {SIG_WIDTH{~gone}};
  align #(
      .Width   (SIG_WIDTH),
      .Distance(SHIFT_BITS)
  ) u_align (
      .value_i   (lesser_sig),
      .distance_i(distance[SHIFT_BITS-1:0]),
      .value_o   (aligned),
      .sticky_o  (sticky)
  );

  // Add, or subtract by adding the complement; the result is never negative.
  localparam logic [SUM_WIDTH-1:0] LARGER_BITS   = {1'b0, {SIG_WIDTH-2{1'b1}}, 3'b000};
  localparam logic [SUM_WIDTH-1:0] LESSER_BITS = {SUM_WIDTH{1'b1}};
  localparam logic [SUM_WIDTH-1:0] CARRY_BIT  = SUM_WIDTH'(1);
  logic [SUM_WIDTH-1:0] sum;
  sparse_heap #(
      .Rows (3),
      .Width(SUM_WIDTH),
      .Mask ({CARRY_BIT, LESSER_BITS, LARGER_BITS})
  ) u_add (
      .rows_i({{SUM_WIDTH-1{1'b0}}, subtract, {1'b0, aligned, sticky} ^ {SUM_WIDTH{subtract}},
               1'b0, larger_sig, 1'b0}),
      .sum_o (sum)
  );

  logic [SUM_WIDTH-1:0] normal;
  logic [NORM_BITS-1:0] zeros;
  normalise #(
      .Width(SUM_WIDTH)
  ) u_normalise (
      .value_i(sum),
      .value_o(normal),
      .shift_o(zeros)
  );

  // Exponent of the sum, two bits wider to hold a sign: exponent - zeros + 1.
  localparam int unsigned EXP_WIDTH = ExpWidth + 2;
  localparam logic [EXP_WIDTH-1:0] EXP_BITS  = {2'b00, {ExpWidth{1'b1}}};
  localparam logic [EXP_WIDTH-1:0] NORM_MASK = EXP_WIDTH'({NORM_BITS{1'b1}});
  logic [EXP_WIDTH-1:0] exp_normal;
  sparse_heap #(
      .Rows    (2),
      .Width   (EXP_WIDTH),
      .Mask    ({NORM_MASK, EXP_BITS}),
      .Constant(~NORM_MASK + EXP_WIDTH'(2))
  ) u_exponent (
      .rows_i({EXP_WIDTH'(zeros) ^ NORM_MASK, 2'b00, exponent}),
      .sum_o (exp_normal)
  );

  fp_round #(
      .ExpWidth(ExpWidth),
      .ManWidth(ManWidth),
      .SigWidth(SUM_WIDTH)
  ) u_round (
      .sign_i       (larger[WIDTH-1]),
      .exponent_i   (exp_normal),
      .significand_i(normal),
      .number_o     (sum_o)
  );

endmodule
