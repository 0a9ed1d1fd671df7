// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The standard block of the LUQ paper (Chmiel et al., ICLR 2023): both operands are cast to FP7 [1,4,2],
// the smallest format that holds INT4 and FP4 [1,3,0], and go through an FP7 multiplier to a
// floating-point accumulator.
//
// A sum of products of FP4 and INT4. The FP7 product is rounded to FP7, which is exact here. Dot above
// one: see fp_accumulate. Latency and throughput: see mac_registers.
//
// a_i    Dot FP4 numbers {sign, e[2:0]}: (-1)^sign * 2^(e-1), zero where e is zero
// b_i    Dot INT4 numbers, all 16 codes
// acc_o  the last finished sum; FP32 or, with AccExp 5, AccMan 10, AccBias 15, FP16

module luq_standard #(
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

  logic [Dot*4-1:0] a, b;
  logic [Dot*7-1:0] products;
  logic [ACC_WIDTH-1:0] base, sum;

  for (genvar i = 0; i < Dot; i++) begin : gen_product
    logic [6:0] b_fp7;
    int4_to_fp7 u_cast (
        .int4_i(b[i*4 +: 4]),
        .fp7_o (b_fp7)
    );
    fp_mul #(
        .ExpWidth   (4),
        .ManWidth   (2),
        .OutExpWidth(4),
        .OutManWidth(2),
        .Offset     (-1)
    ) u_multiply (
        .a_i      ({a[i*4+3], 1'b0, a[i*4 +: 3], 2'b00}),
        .b_i      (b_fp7),
        .product_o(products[i*7 +: 7])
    );
  end

  fp_accumulate #(
      .Dot    (Dot),
      .AccExp (AccExp),
      .AccMan (AccMan),
      .AccBias(AccBias)
  ) u_accumulate (
      .products_i(products),
      .base_i    (base),
      .sum_o     (sum)
  );

  mac_registers #(
      .OperandWidth(Dot * 8),
      .AccWidth    (ACC_WIDTH)
  ) u_registers (
      .clk_i     (clk_i),
      .first_i   (first_i),
      .operands_i({b_i, a_i}),
      .operands_o({b, a}),
      .base_o    (base),
      .sum_i     (sum),
      .acc_o     (acc_o)
  );

endmodule
