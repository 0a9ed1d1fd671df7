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

  // The number of larger magnitude first.
  logic [WIDTH-1:0] larger, lesser;
  logic swap;
  assign swap = a_i[WIDTH-2:0] < b_i[WIDTH-2:0];
  assign {larger, lesser} = swap ? {b_i, a_i} : {a_i, b_i};

  logic sign, subtract;
  logic [ExpWidth-1:0] exponent, lesser_exponent, distance;
  assign sign           = larger[WIDTH-1];
  assign subtract       = larger[WIDTH-1] ^ lesser[WIDTH-1];
  assign exponent       = larger[ManWidth +: ExpWidth];
  assign lesser_exponent = lesser[ManWidth +: ExpWidth];
  sparse_heap #(
      .Rows    (2),
      .Width   (ExpWidth),
      .Mask    ({2*ExpWidth{1'b1}}),
      .Constant(ExpWidth'(1))
  ) u_distance (
      .rows_i({~lesser_exponent, exponent}),
      .sum_o (distance)
  );

  // Align the smaller one; bits that leave are remembered in the sticky bit. Far away it is nothing: it
  // could not change how the larger one is rounded.
  localparam int unsigned SHIFT_BITS = $clog2(SIG_WIDTH + 1);
  logic gone;
  if (ExpWidth > SHIFT_BITS) begin : gen_far
    assign gone = ~|lesser_exponent | (|distance[ExpWidth-1:SHIFT_BITS]);
  end else begin : gen_near
    assign gone = ~|lesser_exponent;
  end
  logic [SIG_WIDTH-1:0] larger_sig, lesser_sig;
  assign larger_sig   = {|exponent, larger[ManWidth-1:0], 2'b00};
  assign lesser_sig = {1'b1, lesser[ManWidth-1:0], 2'b00} & {SIG_WIDTH{~gone}};

  logic [SIG_WIDTH-1:0] aligned;
  logic sticky;
  always_comb begin
    aligned = lesser_sig;
    sticky  = 1'b0;
    for (int unsigned s = 0; s < SHIFT_BITS; s++) begin
      if (s < ExpWidth && distance[s]) begin
        sticky  = sticky | (|(aligned & ~({SIG_WIDTH{1'b1}} << (2**s))));
        aligned = aligned >> (2**s);
      end
    end
  end

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
  logic [EXP_WIDTH-1:0] exp_normal, exp_rounded;
  sparse_heap #(
      .Rows    (2),
      .Width   (EXP_WIDTH),
      .Mask    ({NORM_MASK, EXP_BITS}),
      .Constant(~NORM_MASK + EXP_WIDTH'(2))
  ) u_exponent (
      .rows_i({EXP_WIDTH'(zeros) ^ NORM_MASK, 2'b00, exponent}),
      .sum_o (exp_normal)
  );

  // Round: the carry of a mantissa of all ones goes into the exponent.
  logic half, rest, up;
  logic [ManWidth-1:0] man_rounded;
  assign half = normal[SUM_WIDTH-ManWidth-2];
  assign rest = |normal[SUM_WIDTH-ManWidth-3:0];
  assign up   = half & (rest | normal[SUM_WIDTH-ManWidth-1]);
  assign {exp_rounded, man_rounded} =
      {exp_normal, normal[SUM_WIDTH-2 -: ManWidth]} + (EXP_WIDTH+ManWidth)'(up);

  logic zero, huge;
  assign zero  = ~normal[SUM_WIDTH-1] | exp_rounded[EXP_WIDTH-1];
  assign huge  = exp_rounded[ExpWidth];
  assign sum_o = {sign, (exp_rounded[ExpWidth-1:0] | {ExpWidth{huge}}) & {ExpWidth{~zero}}, man_rounded};

endmodule
