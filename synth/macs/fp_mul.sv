// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Product of two floating-point numbers of one format, in a format that may be another, rounded to
// nearest, ties to even, or exact where OutManWidth >= 2*ManWidth + 1.
//
// Numbers and limits are those of fp_add: zero where the exponent code is zero; no subnormals, infinities
// or NaNs. Offset is the bias of the product's format minus twice the bias of the operands'. Combinational.

module fp_mul #(
    parameter int unsigned ExpWidth    = 8,
    parameter int unsigned ManWidth    = 23,
    parameter int unsigned OutExpWidth = 8,
    parameter int unsigned OutManWidth = 23,
    parameter int          Offset      = -127,
    localparam int unsigned WIDTH     = 1 + ExpWidth + ManWidth,
    localparam int unsigned OUT_WIDTH = 1 + OutExpWidth + OutManWidth
) (
    input  logic [WIDTH-1:0]     a_i,
    input  logic [WIDTH-1:0]     b_i,
    output logic [OUT_WIDTH-1:0] product_o
);

  localparam int unsigned SIG_WIDTH  = ManWidth + 1;
  localparam int unsigned FULL_WIDTH = 2 * SIG_WIDTH;
  // Wide enough for a sum of two exponents and for any code of the product's format, with a sign.
  localparam int unsigned EXP_WIDTH  = ((ExpWidth > OutExpWidth) ? ExpWidth : OutExpWidth) + 3;

  logic [ExpWidth-1:0] a_exponent, b_exponent;
  logic [SIG_WIDTH-1:0] a_sig, b_sig;
  assign a_exponent = a_i[ManWidth +: ExpWidth];
  assign b_exponent = b_i[ManWidth +: ExpWidth];
  assign a_sig      = {1'b1, a_i[ManWidth-1:0]};
  assign b_sig      = {1'b1, b_i[ManWidth-1:0]};

  // Row r of the significands' product is a_sig, if bit r of b_sig is one, at bit r.
  function automatic logic [SIG_WIDTH*FULL_WIDTH-1:0] diagonal(input int unsigned size);
    int unsigned r;
    diagonal = '0;
    for (r = 0; r < size; r = r + 1) begin
      diagonal = diagonal | ((SIG_WIDTH*FULL_WIDTH)'({SIG_WIDTH{1'b1}}) << (r * (FULL_WIDTH + 1)));
    end
  endfunction
  localparam logic [SIG_WIDTH*FULL_WIDTH-1:0] MASK = diagonal(SIG_WIDTH);

  logic [SIG_WIDTH*FULL_WIDTH-1:0] rows;
  for (genvar r = 0; r < SIG_WIDTH; r++) begin : gen_row
    logic [SIG_WIDTH-1:0] row;
    assign row = a_sig & {SIG_WIDTH{b_sig[r]}};
    assign rows[r*FULL_WIDTH +: FULL_WIDTH] = FULL_WIDTH'(row) << r;
  end
  logic [FULL_WIDTH-1:0] full;
  sparse_heap #(
      .Rows (SIG_WIDTH),
      .Width(FULL_WIDTH),
      .Mask (MASK)
  ) u_significand (
      .rows_i(rows),
      .sum_o (full)
  );

  // Between one and four: at most one step to the right.
  logic carry;
  logic [FULL_WIDTH-2:0] normal;
  logic [EXP_WIDTH-1:0] exponent, exp_rounded;
  logic [OutManWidth-1:0] man_rounded;
  assign carry    = full[FULL_WIDTH-1];
  assign normal   = carry ? full[FULL_WIDTH-2:0] : {full[FULL_WIDTH-3:0], 1'b0};
  assign exponent = EXP_WIDTH'(a_exponent) + EXP_WIDTH'(b_exponent) + EXP_WIDTH'(Offset)
                  + EXP_WIDTH'(carry);

  if (OutManWidth >= FULL_WIDTH - 1) begin : gen_exact
    assign exp_rounded = exponent;
    assign man_rounded = OutManWidth'(normal) << (OutManWidth - (FULL_WIDTH - 1));
  end else begin : gen_round
    localparam int unsigned DROPPED = FULL_WIDTH - 1 - OutManWidth;
    logic up;
    assign up = normal[DROPPED-1]
              & (normal[DROPPED] | (|(normal[DROPPED-1:0] & ~(DROPPED'(1) << (DROPPED - 1)))));
    assign {exp_rounded, man_rounded} =
        {exponent, normal[FULL_WIDTH-2 -: OutManWidth]} + (EXP_WIDTH+OutManWidth)'(up);
  end

  logic zero, huge;
  assign zero = ~|a_exponent | ~|b_exponent | exp_rounded[EXP_WIDTH-1] | ~|exp_rounded;
  assign huge = |exp_rounded[EXP_WIDTH-2:OutExpWidth];
  assign product_o = {a_i[WIDTH-1] ^ b_i[WIDTH-1],
                      (exp_rounded[OutExpWidth-1:0] | {OutExpWidth{huge}}) & {OutExpWidth{~zero}},
                      man_rounded};

endmodule
