// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One product of decoded operands, biased so that it never has a sign:
//
//   product = (|d0| * x0 + 4 * |d1| * x1) * 16^k,   x_j = neg_j ? 15 - b : b
//           = a * b + 15 * (sum of the magnitudes of the negative digits) * 16^k
//
// with a, b the decoded values. The bias depends on A alone (row_bias). The product is at most 120
// before the shift, 60 when k = 1, so at most 960 after it. Combinational. Gates are spelled out for
// synthesis; simulation takes the short form, which is the same function.
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
  logic [4:0] row0_n, row1_n;
`ifndef SYNTHESIS
  assign x0 = b_i ^ {4{neg0}};
  assign x1 = b_i ^ {4{neg1}};
`else
  for (genvar i = 0; i < 4; i++) begin : gen_x
    and_or_invert u_x0 (.a_i(b_i[i]), .b_i(neg0), .c_i(~b_i[i]), .d_i(~neg0), .y_o(x0[i]));
    and_or_invert u_x1 (.a_i(b_i[i]), .b_i(neg1), .c_i(~b_i[i]), .d_i(~neg1), .y_o(x1[i]));
  end
`endif
  assign row0_n = ~(({1'b0, x0} & {5{one0}}) | ({x0, 1'b0} & {5{two0}}));
  assign row1_n = ~(({1'b0, x1} & {5{one1}}) | ({x1, 1'b0} & {5{two1}}));

  // row0 + 4 * row1, all of it inverted: a full adder of inverted bits gives the inverted sum, and the
  // gates before and after it are cheaper that way. The sum stays below 128, so the last carry and the
  // last bit exclude each other.
  logic [6:0] sum_n;
`ifndef SYNTHESIS
  assign sum_n = ~({2'b00, ~row0_n} + {~row1_n, 2'b00});
`else
  logic carry3_n, carry4_n, carry5_n, carry6_n;
  assign sum_n[1:0] = row0_n[1:0];
  assign sum_n[2]   = ~(row0_n[2] ^ row1_n[0]);
  assign carry3_n   = row0_n[2] | row1_n[0];
  full_adder u_add3 (
      .a_i(row0_n[3]), .b_i(row1_n[1]), .c_i(carry3_n), .sum_o(sum_n[3]), .carry_o(carry4_n)
  );
  full_adder u_add4 (
      .a_i(row0_n[4]), .b_i(row1_n[2]), .c_i(carry4_n), .sum_o(sum_n[4]), .carry_o(carry5_n)
  );
  assign sum_n[5] = ~(row1_n[3] ^ carry5_n);
  assign carry6_n = row1_n[3] | carry5_n;
  assign sum_n[6] = row1_n[4] & carry6_n;
`endif

  // Shift by four: with k = 1 the sum has six bits only.
  assign product_o[3:0] = ~(sum_n[3:0] | {4{shift}});
`ifndef SYNTHESIS
  assign product_o[6:4] = ~(shift ? sum_n[2:0] : sum_n[6:4]);
`else
  for (genvar i = 4; i < 7; i++) begin : gen_shift
    and_or_invert u_mux (
        .a_i(shift), .b_i(sum_n[i-4]), .c_i(~shift), .d_i(sum_n[i]), .y_o(product_o[i])
    );
  end
`endif
  assign product_o[9:7] = ~(sum_n[5:3] | {3{~shift}});

endmodule
