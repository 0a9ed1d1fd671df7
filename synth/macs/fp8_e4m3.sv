// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// FP8 E4M3 times FP8 E4M3 to an FP32 accumulator; the product is exact, [1,5,7].
//
// Unlike the OCP format it has no subnormals (they read as zero) and no NaN: 1.75 * 2^8 = 448 is followed
// by 1.875 * 2^8 = 480. Dot above one: see fp_mac. Timing: mac_registers.
//
// a_i, b_i  Dot numbers {sign, e[3:0], m[2:0]}: (-1)^sign * 2^(e-7) * 1.m, zero where e is zero
// acc_o     the last finished sum, FP32

module fp8_e4m3 #(
    parameter int unsigned Dot = 1,
    localparam int unsigned WIDTH = 1 + 4 + 3
) (
    input  logic                 clk_i,
    input  logic                 first_i,
    input  logic [Dot*WIDTH-1:0] a_i,
    input  logic [Dot*WIDTH-1:0] b_i,
    output logic [31:0]          acc_o
);

  fp_mac #(
      .Dot        (Dot),
      .ExpWidth   (4),
      .ManWidth   (3),
      .Bias       (7),
      .ProductExp (5),
      .ProductMan (7),
      .ProductBias(13)
  ) u_mac (
      .clk_i  (clk_i),
      .first_i(first_i),
      .a_i    (a_i),
      .b_i    (b_i),
      .acc_o  (acc_o)
  );

endmodule
