// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Adds the two rows of partial product of one product and shifts the sum:
//
//   product = (row0 + 4 * row1) * 16^k,   row0 + 4 * row1 < 128, < 64 where k = 1
//
// Combinational.
//
// row0_n_i, row1_n_i  rows of partial product, inverted
// shift_i, shift_n_i  k and its complement
// product_o           0..960 where row0 + 4 * row1 <= 120, <= 60 where k = 1

module product_sum #(
    localparam int unsigned ROW_WIDTH     = 5,
    localparam int unsigned PRODUCT_WIDTH = 10
) (
    input  logic [ROW_WIDTH-1:0]     row0_n_i,
    input  logic [ROW_WIDTH-1:0]     row1_n_i,
    input  logic                     shift_i,
    input  logic                     shift_n_i,
    output logic [PRODUCT_WIDTH-1:0] product_o
);

  // All of it is inverted: a full adder of inverted bits gives the inverted sum, and the
  // gates before and after it are cheaper that way. The sum stays below 128, so the last carry and the
  // last bit exclude each other.
  logic [6:0] sum_n;
  logic carry3_n, carry4_n, carry5_n, carry6_n;
  assign sum_n[1:0] = row0_n_i[1:0];
  assign sum_n[2]   = ~(row0_n_i[2] ^ row1_n_i[0]);
  assign carry3_n   = row0_n_i[2] | row1_n_i[0];
  full_adder u_add3 (
      .a_i(row0_n_i[3]), .b_i(row1_n_i[1]), .c_i(carry3_n), .sum_o(sum_n[3]), .carry_o(carry4_n)
  );
  full_adder u_add4 (
      .a_i(row0_n_i[4]), .b_i(row1_n_i[2]), .c_i(carry4_n), .sum_o(sum_n[4]), .carry_o(carry5_n)
  );
  assign sum_n[5] = ~(row1_n_i[3] ^ carry5_n);
  assign carry6_n = row1_n_i[3] | carry5_n;
  assign sum_n[6] = row1_n_i[4] & carry6_n;

  // Shift by four: with k = 1 the sum has six bits only.
  assign product_o[3:0] = ~(sum_n[3:0] | {4{shift_i}});
  for (genvar i = 4; i < 7; i++) begin : gen_shift
    and_or_invert u_mux (
        .a_i(shift_i), .b_i(sum_n[i-4]), .c_i(shift_n_i), .d_i(sum_n[i]), .y_o(product_o[i])
    );
  end
  assign product_o[9:7] = ~(sum_n[5:3] | {3{shift_n_i}});

endmodule
