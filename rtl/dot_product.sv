// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// base + the sum of Dot biased products, modulo 2^AccWidth: the whole arithmetic of a processing
// element, exact, combinational. The products and the accumulator are added in one bit heap.
//
// a_i     Dot decoded A operands
// a_n_i   complements of {k, neg1, neg0} of each
// b_i     Dot decoded B operands
// b_n_i   their complement
// base_i  accumulator so far, or zero
// sum_o   base_i + sum over i of (a[i]*b[i] + bias(a[i])), see operand_product

module dot_product #(
    parameter int unsigned Dot         = 4,
    parameter int unsigned AccWidth    = 24,
    parameter int unsigned FastColumns = 0,  // see bit_heap
    localparam int unsigned A_WIDTH   = 7,
    localparam int unsigned A_N_WIDTH = 3,
    localparam int unsigned B_WIDTH   = 4
) (
    input  logic [Dot*A_WIDTH-1:0]   a_i,
    input  logic [Dot*A_N_WIDTH-1:0] a_n_i,
    input  logic [Dot*B_WIDTH-1:0]   b_i,
    input  logic [Dot*B_WIDTH-1:0]   b_n_i,
    input  logic [AccWidth-1:0]      base_i,
    output logic [AccWidth-1:0]      sum_o
);

  localparam int unsigned PRODUCT_WIDTH = 10;

  logic [Dot*PRODUCT_WIDTH-1:0] products;

  for (genvar i = 0; i < Dot; i++) begin : gen_product
    operand_product u_product (
        .a_i      (a_i[i*A_WIDTH +: A_WIDTH]),
        .a_n_i    (a_n_i[i*A_N_WIDTH +: A_N_WIDTH]),
        .b_i      (b_i[i*B_WIDTH +: B_WIDTH]),
        .b_n_i    (b_n_i[i*B_WIDTH +: B_WIDTH]),
        .product_o(products[i*PRODUCT_WIDTH +: PRODUCT_WIDTH])
    );
  end

  bit_heap #(
      .Rows       (Dot),
      .InWidth    (PRODUCT_WIDTH),
      .OutWidth   (AccWidth),
      .FastColumns(FastColumns)
  ) u_heap (
      .rows_i(products),
      .base_i(base_i),
      .sum_o (sum_o)
  );

endmodule
