// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// FP32 times FP32 to an FP32 accumulator; product and sum are each rounded to nearest even.
//
// No subnormals, infinities or NaNs (fp_add). Dot above one: see fp_mac. Timing: mac_registers.
//
// a_i, b_i  Dot numbers {sign, e[7:0], m[22:0]}: (-1)^sign * 2^(e-127) * 1.m, zero where e is zero
// acc_o     the last finished sum, FP32

module fp32 #(
    parameter int unsigned Dot = 1,
    localparam int unsigned WIDTH = 1 + 8 + 23
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
      .ManWidth   (23),
      .Bias       (127),
      .ProductExp (8),
      .ProductMan (23),
      .ProductBias(127)
  ) u_mac (
      .clk_i  (clk_i),
      .first_i(first_i),
      .a_i    (a_i),
      .b_i    (b_i),
      .acc_o  (acc_o)
  );

endmodule
