// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Puts the floating-point number of larger magnitude first, with the distance of the exponents: the first
// step of fp_add. Combinational.
//
// a_i, b_i           {sign, exponent code, mantissa}
// larger_o, lesser_o the same two numbers; a_i first if their magnitudes are equal
// distance_o         difference of their exponent codes

module fp_swap #(
    parameter int unsigned ExpWidth = 8,
    parameter int unsigned ManWidth = 23,
    localparam int unsigned WIDTH = 1 + ExpWidth + ManWidth
) (
    input  logic [WIDTH-1:0]    a_i,
    input  logic [WIDTH-1:0]    b_i,
    output logic [WIDTH-1:0]    larger_o,
    output logic [WIDTH-1:0]    lesser_o,
    output logic [ExpWidth-1:0] distance_o
);

  logic swap;
  assign swap = a_i[WIDTH-2:0] < b_i[WIDTH-2:0];
  assign {larger_o, lesser_o} = swap ? {b_i, a_i} : {a_i, b_i};

  sparse_heap #(
      .Rows    (2),
      .Width   (ExpWidth),
      .Mask    ({2*ExpWidth{1'b1}}),
      .Constant(ExpWidth'(1))
  ) u_distance (
      .rows_i({~lesser_o[ManWidth +: ExpWidth], larger_o[ManWidth +: ExpWidth]}),
      .sum_o (distance_o)
  );

endmodule
