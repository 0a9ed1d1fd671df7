// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Rounds one scaled value to LOG4 by logarithmic unbiased quantisation (LUQ).
//
// Combinational and pure: the random bits r are an input, so all of its behaviour can be counted.
// |y| below 1 becomes 0 or 1 (stochastic underflow), |y| in [2^E, 2^(E+1)) becomes one of its ends
// (logarithmic stochastic rounding), |y| > 64 is clipped. With F the fraction of |y| in that
// interval, in units of 2^-(R+1) and truncated, it goes up iff
//   F + 2r + 1 >= 2^(R+1)   <=>   floor(F/2) + r + (F mod 2) >= 2^R,
// which is the carry out of one R-bit adder with F's last bit as carry-in. So
// P(up) = floor((F+1)/2) / 2^R. No logarithm is taken: E is the place of the leading one.
//
// Limits: RandomBits >= 1. |y| of 128 and more must come as overflow_i.
// Reference: Chmiel et al., "Accurate Neural Training with 4-bit Matrix Multiplications at Standard
// Formats", ICLR 2023, LUQ = logarithmic stochastic rounding of the stochastic underflow.

module luq_quantizer #(
  parameter int unsigned RandomBits = tetralog_pkg::RANDOM_BITS
) (
  input  logic                  sign_i,       // y < 0
  input  logic [RandomBits+7:0] magnitude_i,  // |y|: 7 integer and RandomBits+1 fraction bits
  input  logic                  sticky_i,     // |y| has ones below magnitude_i
  input  logic                  overflow_i,   // |y| >= 128, magnitude_i is ignored
  input  logic [RandomBits-1:0] random_i,     // r, uniform
  output logic [3:0]            code_o,       // LOG4, every zero is 0000
  output logic                  clipped_o     // |y| > 64
);

  // Normalisation, coarse to fine: where the integer part has ones in the upper half of what is
  // left, that half is moved down. What leaves at the bottom is truncated. At the end bit 0 of the
  // integer part is the leading one, or |y| < 1, and the rest is the fraction above the interval's
  // lower end 2^E.
  logic                  by4, by2, by1, leading;
  logic [RandomBits+4:0] norm4;
  logic [RandomBits+2:0] norm2;
  logic [RandomBits+1:0] norm1;
  logic [RandomBits:0]   fraction;
  assign by4      = |magnitude_i[RandomBits+6:RandomBits+5];
  assign norm4    = by4 ? {2'b00, magnitude_i[RandomBits+6:4]} : magnitude_i[RandomBits+4:0];
  assign by2      = |norm4[RandomBits+4:RandomBits+3];
  assign norm2    = by2 ? norm4[RandomBits+4:2] : norm4[RandomBits+2:0];
  assign by1      = norm2[RandomBits+2];
  assign norm1    = by1 ? norm2[RandomBits+2:1] : norm2[RandomBits+1:0];
  assign leading  = norm1[RandomBits+1];
  assign fraction = norm1[RandomBits:0];

  logic [RandomBits:0] carry_sum;
  assign carry_sum = {1'b0, fraction[RandomBits:1]} + {1'b0, random_i} +
                     {{RandomBits{1'b0}}, fraction[0]};

  // The code of the lower end is 0 below 1 and E + 1 from 1 on.
  logic       top, at_top;
  logic [2:0] exponent;
  assign top       = magnitude_i[RandomBits+7];
  assign at_top    = overflow_i | top;
  assign exponent  = {by4, by2, by1} + {2'b00, leading} + {2'b00, carry_sum[RandomBits]};
  assign code_o    = at_top ? {sign_i, 3'd7} : {sign_i & (|exponent), exponent};
  assign clipped_o = overflow_i | (top & ((|magnitude_i[RandomBits+6:0]) | sticky_i));

  logic unused_sum;
  assign unused_sum = ^carry_sum[RandomBits-1:0];

endmodule
