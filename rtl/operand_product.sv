// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One product of decoded operands, biased so that it never has a sign:
//
//   product = (|d0| * x0 + 4 * |d1| * x1) * 16^k,   x_j = neg_j ? 15 - b : b
//           = a * b + 15 * (sum of the magnitudes of the negative digits) * 16^k
//
// with a, b the decoded values. The bias depends on A alone (row_bias). The product is at most 120
// before the shift, 60 when k = 1, so at most 960 after it. Combinational.
//
// a_i        decoded A operand {k, neg1, two1, one1, neg0, two0, one0}
// a_n_i      complements of {k, neg1, neg0}, which the products of a row share
// b_i        decoded B operand, 0..15
// b_n_i      its complement, which the products of a column share
// product_o  biased product, 0..960

module operand_product #(
    localparam int unsigned A_WIDTH       = 7,
    localparam int unsigned A_N_WIDTH     = 3,
    localparam int unsigned B_WIDTH       = 4,
    localparam int unsigned PRODUCT_WIDTH = 10
) (
    input  logic [A_WIDTH-1:0]       a_i,
    input  logic [A_N_WIDTH-1:0]     a_n_i,
    input  logic [B_WIDTH-1:0]       b_i,
    input  logic [B_WIDTH-1:0]       b_n_i,
    output logic [PRODUCT_WIDTH-1:0] product_o
);

  logic shift, neg1, two1, one1, neg0, two0, one0, shift_n, neg1_n, neg0_n;
  assign {shift, neg1, two1, one1, neg0, two0, one0} = a_i;
  assign {shift_n, neg1_n, neg0_n} = a_n_i;

  // One row of partial product per digit: 0, x or 2x.
  logic [3:0] x0, x1;
  logic [4:0] row0_n, row1_n;
  for (genvar i = 0; i < 4; i++) begin : gen_x
    and_or_invert u_x0 (.a_i(b_i[i]), .b_i(neg0), .c_i(b_n_i[i]), .d_i(neg0_n), .y_o(x0[i]));
    and_or_invert u_x1 (.a_i(b_i[i]), .b_i(neg1), .c_i(b_n_i[i]), .d_i(neg1_n), .y_o(x1[i]));
  end
  for (genvar i = 1; i < 4; i++) begin : gen_row
    and_or_invert u_row0 (.a_i(x0[i]), .b_i(one0), .c_i(x0[i-1]), .d_i(two0), .y_o(row0_n[i]));
    and_or_invert u_row1 (.a_i(x1[i]), .b_i(one1), .c_i(x1[i-1]), .d_i(two1), .y_o(row1_n[i]));
  end
  assign row0_n[0] = ~(x0[0] & one0);
  assign row1_n[0] = ~(x1[0] & one1);
  assign row0_n[4] = ~(x0[3] & two0);
  assign row1_n[4] = ~(x1[3] & two1);

  product_sum u_sum (
      .row0_n_i (row0_n),
      .row1_n_i (row1_n),
      .shift_i  (shift),
      .shift_n_i(shift_n),
      .product_o
  );

endmodule
