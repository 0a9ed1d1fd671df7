// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Rounds a normalised number to nearest, ties to even, and packs it: the last step of fp_add. The carry
// of a mantissa of all ones goes into the exponent. Combinational.
//
// sign_i         sign
// exponent_i     exponent code, with one bit for overflow and one for the sign in front
// significand_i  leading one, zero if the number is, ManWidth bits, and bits to round by, of which the
//                last may be sticky
// number_o       see fp_add

module fp_round #(
    parameter int unsigned ExpWidth = 8,
    parameter int unsigned ManWidth = 23,
    parameter int unsigned SigWidth = 28
) (
    input  logic                       sign_i,
    input  logic [ExpWidth+1:0]        exponent_i,
    input  logic [SigWidth-1:0]        significand_i,
    output logic [ExpWidth+ManWidth:0] number_o
);

  localparam int unsigned DROPPED = SigWidth - 1 - ManWidth;

  logic half, rest, up;
  logic [ExpWidth+1:0] exponent;
  logic [ManWidth-1:0] mantissa;
  assign half = significand_i[DROPPED-1];
  assign rest = |(significand_i[DROPPED-1:0] & ~(DROPPED'(1) << (DROPPED - 1)));
  assign up   = half & (rest | significand_i[DROPPED]);
  assign {exponent, mantissa} =
      {exponent_i, significand_i[DROPPED +: ManWidth]} + (ExpWidth+ManWidth+2)'(up);

  logic zero, huge;
  assign zero     = ~significand_i[SigWidth-1] | exponent[ExpWidth+1];
  assign huge     = exponent[ExpWidth];
  assign number_o = {sign_i, (exponent[ExpWidth-1:0] | {ExpWidth{huge}}) & {ExpWidth{~zero}}, mantissa};

endmodule
