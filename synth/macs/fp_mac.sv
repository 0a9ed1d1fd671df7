// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Multiply-accumulate of floating-point numbers [1,ExpWidth,ManWidth] to an FP32 accumulator: fp_mul, then
// fp_accumulate. The product has ProductExp and ProductMan bits; it is exact where they suffice.
//
// Dot above one: products are aligned in a window of 24 bits (fp_accumulate). Timing: mac_registers.
//
// a_i, b_i  Dot numbers, those of fp_add: no subnormals, infinities or NaNs
// acc_o     the last finished sum, FP32

module fp_mac #(
    parameter int unsigned Dot         = 1,
    parameter int unsigned ExpWidth    = 8,
    parameter int unsigned ManWidth    = 7,
    parameter int          Bias        = 127,
    parameter int unsigned ProductExp  = 8,
    parameter int unsigned ProductMan  = 15,
    parameter int          ProductBias = 127,
    localparam int unsigned WIDTH = 1 + ExpWidth + ManWidth
) (
    input  logic                 clk_i,
    input  logic                 first_i,
    input  logic [Dot*WIDTH-1:0] a_i,
    input  logic [Dot*WIDTH-1:0] b_i,
    output logic [31:0]          acc_o
);

  localparam int unsigned PRODUCT_WIDTH = 1 + ProductExp + ProductMan;

  logic [Dot*WIDTH-1:0] a, b;
  logic [Dot*PRODUCT_WIDTH-1:0] products;
  logic [31:0] base, sum;

  for (genvar i = 0; i < Dot; i++) begin : gen_product
    fp_mul #(
        .ExpWidth   (ExpWidth),
        .ManWidth   (ManWidth),
        .OutExpWidth(ProductExp),
        .OutManWidth(ProductMan),
        .Offset     (ProductBias - 2 * Bias)
    ) u_multiply (
        .a_i      (a[i*WIDTH +: WIDTH]),
        .b_i      (b[i*WIDTH +: WIDTH]),
        .product_o(products[i*PRODUCT_WIDTH +: PRODUCT_WIDTH])
    );
  end

  fp_accumulate #(
      .Dot        (Dot),
      .ProductExp (ProductExp),
      .ProductMan (ProductMan),
      .ProductBias(ProductBias),
      .Window     (24)
  ) u_accumulate (
      .products_i(products),
      .base_i    (base),
      .sum_o     (sum)
  );

  mac_registers #(
      .OperandWidth(Dot * 2 * WIDTH),
      .AccWidth    (32)
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
