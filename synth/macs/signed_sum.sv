// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Sum of Dot numbers in sign and magnitude as a two's complement number, exact. A negative magnitude is
// inverted and its sign added at the bottom; what inversion does to the sign bits of all rows together
// is to flip the top bit of the sum. Dot is a power of two. Combinational.
//
// signs_i       sign of number i at [i]
// magnitudes_i  magnitude of number i at [i*Width +: Width]
// sum_o         their sum

module signed_sum #(
    parameter int unsigned Dot   = 4,
    parameter int unsigned Width = 8,
    localparam int unsigned SUM_WIDTH = Width + 1 + $clog2(Dot)
) (
    input  logic [Dot-1:0]       signs_i,
    input  logic [Dot*Width-1:0] magnitudes_i,
    output logic [SUM_WIDTH-1:0] sum_o
);

  localparam logic [SUM_WIDTH-1:0] NUMBER = SUM_WIDTH'({Width+1{1'b1}});
  localparam logic [SUM_WIDTH-1:0] SIGN   = SUM_WIDTH'(1);

  logic [2*Dot*SUM_WIDTH-1:0] rows;
  for (genvar i = 0; i < Dot; i++) begin : gen_row
    assign rows[i*SUM_WIDTH +: SUM_WIDTH] =
        SUM_WIDTH'({~signs_i[i], magnitudes_i[i*Width +: Width] ^ {Width{signs_i[i]}}});
    assign rows[(Dot+i)*SUM_WIDTH +: SUM_WIDTH] = SUM_WIDTH'(signs_i[i]);
  end

  logic [SUM_WIDTH-1:0] sum;
  sparse_heap #(
      .Rows (2 * Dot),
      .Width(SUM_WIDTH),
      .Mask ({{Dot{SIGN}}, {Dot{NUMBER}}})
  ) u_heap (
      .rows_i(rows),
      .sum_o (sum)
  );
  assign sum_o = sum ^ {1'b1, {SUM_WIDTH-1{1'b0}}};

endmodule
