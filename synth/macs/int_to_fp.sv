// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A signed integer times a power of two as a floating-point number, rounded to nearest, ties to even.
// Numbers are those of fp_add, its limits too. Combinational.
//
// value_i     two's complement
// exponent_i  exponent code of a one, which may be negative or above the range: signed
// number_o    value_i * 2^exponent_i

module int_to_fp #(
    parameter int unsigned Width    = 12,
    parameter int unsigned ExpWidth = 8,
    parameter int unsigned ManWidth = 23,
    localparam int unsigned FP_WIDTH = 1 + ExpWidth + ManWidth
) (
    input  logic [Width-1:0]           value_i,
    input  logic signed [ExpWidth+1:0] exponent_i,
    output logic [FP_WIDTH-1:0]        number_o
);

  logic sign;
  logic [Width-1:0] magnitude, normal;
  logic [$clog2(Width)-1:0] zeros;
  assign sign      = value_i[Width-1];
  assign magnitude = (value_i ^ {Width{sign}}) + Width'(sign);
  normalise #(
      .Width(Width)
  ) u_normalise (
      .value_i(magnitude),
      .value_o(normal),
      .shift_o(zeros)
  );

  logic [ExpWidth+2:0] exponent, exp_rounded;
  logic [ManWidth-1:0] man_rounded;
  assign exponent = (ExpWidth+3)'(exponent_i) + (ExpWidth+3)'(Width - 1) - (ExpWidth+3)'(zeros);
  if (ManWidth >= Width - 1) begin : gen_exact
    assign exp_rounded = exponent;
    assign man_rounded = ManWidth'(normal[Width-2:0]) << (ManWidth - (Width - 1));
  end else begin : gen_round
    localparam int unsigned DROPPED = Width - 1 - ManWidth;
    logic up;
    assign up = normal[DROPPED-1]
              & (normal[DROPPED] | (|(normal[DROPPED-1:0] & ~(DROPPED'(1) << (DROPPED - 1)))));
    assign {exp_rounded, man_rounded} =
        {exponent, normal[Width-2 -: ManWidth]} + (ExpWidth+3+ManWidth)'(up);
  end

  logic zero, huge;
  assign zero     = ~normal[Width-1] | exp_rounded[ExpWidth+2] | ~|exp_rounded;
  assign huge     = |exp_rounded[ExpWidth+1:ExpWidth];
  assign number_o = {sign, (exp_rounded[ExpWidth-1:0] | {ExpWidth{huge}}) & {ExpWidth{~zero}},
                     man_rounded};

endmodule
