// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The multiplication-free block of the LUQ paper (MF-BPROP; Chmiel et al., ICLR 2023): FP4 [1,3,0] times
// INT4 by an addition of exponents, to an FP7 [1,4,2] product and a floating-point accumulator.
//
// a_i    Dot FP4 numbers {sign, e[2:0]}: (-1)^sign * 2^(e-1), zero where e is zero
// b_i    Dot INT4 numbers, all 16 codes
// acc_o  the last finished sum; FP32 or, with AccExp 5, AccMan 10, AccBias 15, FP16. Timing: mac_registers

module luq_mf_bprop #(
    parameter int unsigned Dot     = 1,
    parameter int unsigned AccExp  = 8,
    parameter int unsigned AccMan  = 23,
    parameter int          AccBias = 127,
    localparam int unsigned ACC_WIDTH = 1 + AccExp + AccMan
) (
    input  logic                 clk_i,
    input  logic                 first_i,
    input  logic [Dot*4-1:0]     a_i,
    input  logic [Dot*4-1:0]     b_i,
    output logic [ACC_WIDTH-1:0] acc_o
);

  log_mac #(
      .Dot      (Dot),
      .Log2Radix(1),
      .AccExp   (AccExp),
      .AccMan   (AccMan),
      .AccBias  (AccBias)
  ) u_mac (
      .clk_i  (clk_i),
      .first_i(first_i),
      .a_i    (a_i),
      .b_i    (b_i),
      .acc_o  (acc_o)
  );

endmodule
