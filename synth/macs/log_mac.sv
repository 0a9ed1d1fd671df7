// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Multiply-accumulate of logarithmic FP4 and INT4 without a multiplier: the product of 2^(Log2Radix*(e-1))
// and an INT4 number has the mantissa of the INT4 number and the sum of the exponents, as a number
// [1,ProductExp,2] that goes to a floating-point accumulator.
//
// Every product is exact. Dot above one: see fp_accumulate. Latency and throughput: see mac_registers.
//
// a_i    Dot FP4 numbers {sign, e[2:0]}: (-1)^sign * 2^(Log2Radix*(e-1)), zero where e is zero
// b_i    Dot INT4 numbers, all 16 codes
// acc_o  the last finished sum, [1,AccExp,AccMan]

module log_mac #(
    parameter int unsigned Dot       = 1,
    parameter int unsigned Log2Radix = 1,
    parameter int unsigned AccExp    = 8,
    parameter int unsigned AccMan    = 23,
    parameter int          AccBias   = 127,
    localparam int unsigned ACC_WIDTH = 1 + AccExp + AccMan
) (
    input  logic                 clk_i,
    input  logic                 first_i,
    input  logic [Dot*4-1:0]     a_i,
    input  logic [Dot*4-1:0]     b_i,
    output logic [ACC_WIDTH-1:0] acc_o
);

  // The largest product is 2^(6*Log2Radix) * 8.
  localparam int unsigned INT_WIDTH     = 6 * Log2Radix + 4;
  localparam int unsigned PRODUCT_EXP   = $clog2(INT_WIDTH + 1);
  localparam int unsigned PRODUCT_WIDTH = PRODUCT_EXP + 3;

  logic [Dot*4-1:0] a, b;
  logic [Dot*PRODUCT_WIDTH-1:0] products;
  logic [ACC_WIDTH-1:0] base, sum;

  for (genvar i = 0; i < Dot; i++) begin : gen_product
    logic [2:0] a_exponent;
    logic [6:0] b_fp7;
    int4_to_fp7 u_cast (
        .int4_i(b[i*4 +: 4]),
        .fp7_o (b_fp7)
    );
    assign a_exponent = a[i*4 +: 3];

    logic zero;
    logic [PRODUCT_EXP-1:0] exponent;
    assign zero     = ~|a_exponent | ~|b_fp7[5:2];
    assign exponent = (PRODUCT_EXP'(a_exponent) << (Log2Radix - 1)) + PRODUCT_EXP'(b_fp7[4:2])
                    - PRODUCT_EXP'(Log2Radix);
    assign products[i*PRODUCT_WIDTH +: PRODUCT_WIDTH] =
        {a[i*4+3] ^ b_fp7[6], exponent & {PRODUCT_EXP{~zero}}, b_fp7[1:0]};
  end

  fp_accumulate #(
      .Dot       (Dot),
      .ProductExp(PRODUCT_EXP),
      .IntWidth  (INT_WIDTH),
      .AccExp    (AccExp),
      .AccMan    (AccMan),
      .AccBias   (AccBias)
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
