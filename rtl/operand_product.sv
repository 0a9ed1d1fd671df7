// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Magnitude of one product of decoded operands, biased so that it never has a sign:
//
//   product = (|d0| * x0 + 4 * |d1| * x1) * 16^k,   x_j = neg_j ? 15 - b : b
//           = a * b + 15 * (sum of the magnitudes of the negative digits) * 16^k
//
// The bias depends on A alone (row_bias removes it). At most 120 before the shift (60 when k = 1),
// so at most 960 after it. Combinational; the adder is spelled out for synthesis only.
//
// a_i        decoded A operand {k, neg1, two1, one1, neg0, two0, one0}
// b_i        decoded B operand, 0..15
// product_o  biased product, 0..960

module operand_product #(
    localparam int unsigned A_WIDTH       = 7,
    localparam int unsigned B_WIDTH       = 4,
    localparam int unsigned PRODUCT_WIDTH = 10
) (
    input  logic [A_WIDTH-1:0]       a_i,
    input  logic [B_WIDTH-1:0]       b_i,
    output logic [PRODUCT_WIDTH-1:0] product_o
);

  logic shift, neg1, two1, one1, neg0, two0, one0;
  assign {shift, neg1, two1, one1, neg0, two0, one0} = a_i;

  // One row of partial product per digit: 0, x or 2x.
  logic [3:0] x0, x1;
  logic [4:0] row0, row1;
  assign x0   = b_i ^ {4{neg0}};
  assign x1   = b_i ^ {4{neg1}};
  assign row0 = ({1'b0, x0} & {5{one0}}) | ({x0, 1'b0} & {5{two0}});
  assign row1 = ({1'b0, x1} & {5{one1}}) | ({x1, 1'b0} & {5{two1}});

  // row0 + 4 * row1. The sum stays below 128, so the last carry and the last bit exclude each other.
  logic [6:0] sum;
`ifndef SYNTHESIS
  assign sum = {2'b00, row0} + {row1, 2'b00};
`else
  logic carry3, carry4, carry5, carry6;
  assign sum[1:0] = row0[1:0];
  assign sum[2]   = row0[2] ^ row1[0];
  assign carry3   = row0[2] & row1[0];
  full_adder u_add3 (.a_i(row0[3]), .b_i(row1[1]), .c_i(carry3), .sum_o(sum[3]), .carry_o(carry4));
  full_adder u_add4 (.a_i(row0[4]), .b_i(row1[2]), .c_i(carry4), .sum_o(sum[4]), .carry_o(carry5));
  assign sum[5]   = row1[3] ^ carry5;
  assign carry6   = row1[3] & carry5;
  assign sum[6]   = row1[4] | carry6;
`endif

  // Shift by four: with k = 1 the sum has six bits only.
  assign product_o[3:0] = sum[3:0] & {4{~shift}};
  assign product_o[6:4] = shift ? sum[2:0] : sum[6:4];
  assign product_o[9:7] = sum[5:3] & {3{shift}};

endmodule
