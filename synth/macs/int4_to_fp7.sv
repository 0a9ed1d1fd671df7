// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// An INT4 number as FP7 [1,4,2]: (-1)^sign * 2^(e - 1) * 1.m, zero where e is zero. All 16 codes are
// exact. Combinational.

module int4_to_fp7 (
    input  logic [3:0] int4_i,
    output logic [6:0] fp7_o
);

  logic sign;
  logic [3:0] magnitude;
  assign sign      = int4_i[3];
  assign magnitude = (int4_i ^ {4{sign}}) + 4'(sign);

  logic [3:0] exponent;
  logic [1:0] mantissa;
  always_comb begin
    casez (magnitude)
      4'b1???: {exponent, mantissa} = {4'd4, 2'b00};
      4'b01??: {exponent, mantissa} = {4'd3, magnitude[1:0]};
      4'b001?: {exponent, mantissa} = {4'd2, magnitude[0], 1'b0};
      4'b0001: {exponent, mantissa} = {4'd1, 2'b00};
      default: {exponent, mantissa} = '0;
    endcase
  end
  assign fp7_o = {sign, exponent, mantissa};

endmodule
