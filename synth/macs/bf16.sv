// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// BF16 times BF16 to an FP32 accumulator; the product is exact but for the range of its exponent.
//
// No subnormals, infinities or NaNs (fp_add). Dot above one: see fp_mac. Timing: mac_registers.
//
// a_i, b_i  Dot numbers {sign, e[7:0], m[6:0]}: (-1)^sign * 2^(e-127) * 1.m, zero where e is zero
// acc_o     the last finished sum, FP32

module bf16 #(
    parameter int unsigned Dot = 1,
    localparam int unsigned WIDTH = 1 + 8 + 7
) (
    input  logic                 clk_i,
    input  logic                 first_i,
    input  logic [Dot*WIDTH-1:0] a_i,
    input  logic [Dot*WIDTH-1:0] b_i,
    output logic [31:0]          acc_o
);

  fp_mac #(
      .Dot        (Dot),
      .ExpWidth   (8),
      .ManWidth   (7),
      .Bias       (127),
      .ProductExp (8),
      .ProductMan (15),
      .ProductBias(127)
  ) u_mac (
      .clk_i  (clk_i),
      .first_i(first_i),
      .a_i    (a_i),
      .b_i    (b_i),
      .acc_o  (acc_o)
  );

endmodule
