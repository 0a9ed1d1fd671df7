// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Rounds one scaled value to INT4 (-7..7) or UINT4 (0..15), to nearest or stochastically.
//
// Combinational and pure. The magnitude is rounded, then clamped, and the sign comes last:
//   nearest     up iff the fraction is above a half, or is a half and floor(|y|) is odd;
//   stochastic  up iff F + 2r + 1 >= 2^(R+1), F = floor(fraction * 2^(R+1)), r the random bits: the
//               carry out of an R-bit adder whose carry-in is F's last bit.
// UINT4 takes max(y, 0), so a ReLU costs nothing; a negative value is not counted as clipped.
//
// Limits: RandomBits >= 1. |y| of 128 and more must come as overflow_i. -8 is never emitted.

module int_quantizer #(
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS
) (
  input  logic                  uint4_i,      // 1: UINT4, 0: INT4
  input  logic                  stochastic_i, // 1: stochastic, 0: to nearest, ties to even
  input  logic                  sign_i,       // y < 0
  input  logic [RandomBits+7:0] magnitude_i,  // |y|: 7 integer and RandomBits+1 fraction bits
  input  logic                  sticky_i,     // |y| has ones below magnitude_i
  input  logic                  overflow_i,   // |y| >= 128, magnitude_i is ignored
  input  logic [RandomBits-1:0] random_i,     // r, uniform
  output logic [3:0]            code_o,       // INT4 or UINT4
  output logic                  clipped_o     // the rounded value is outside the range
);

  logic [6:0]          whole;
  logic [RandomBits:0] fraction;
  assign {whole, fraction} = magnitude_i;

  logic [RandomBits:0] carry_sum;
  assign carry_sum = {1'b0, fraction[RandomBits:1]} + {1'b0, random_i} +
                     {{RandomBits{1'b0}}, fraction[0]};

  logic       nearest_up, up;
  logic [4:0] rounded;
  assign nearest_up = fraction[RandomBits] & ((|fraction[RandomBits-1:0]) | sticky_i | whole[0]);
  assign up         = stochastic_i ? carry_sum[RandomBits] : nearest_up;
  assign rounded    = {1'b0, whole[3:0]} + {4'd0, up};

  logic       zero, above;
  logic [3:0] clamped;
  assign zero      = uint4_i & sign_i;
  assign above     = overflow_i | (|whole[6:4]) | rounded[4] | (rounded[3] & ~uint4_i);
  assign clamped   = above ? {uint4_i, 3'b111} : rounded[3:0];
  assign code_o    = zero ? 4'd0 : (clamped ^ {4{sign_i}}) + {3'd0, sign_i};
  assign clipped_o = above & ~zero;

  logic unused_sum;
  assign unused_sum = ^carry_sum[RandomBits-1:0];

endmodule
