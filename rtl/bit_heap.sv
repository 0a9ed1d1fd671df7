// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Adds Rows unsigned numbers of InWidth bits to one number of OutWidth bits, modulo 2^OutWidth, as one
// bit heap: full adders only, a half adder where a column is left with two bits, and no separate
// final adder.
//
// Column c starts with its input bits and the carries of column c - 1. Full adder j of the column
// takes entries 3j .. 3j+2 of the column's queue and appends its sum, which is first in, first out, so
// early bits are added early and the depth stays logarithmic but for one ripple along the columns.
// Simulation adds numbers instead, which is the same function and much faster; the structure is what
// the tests of the netlists run on. Combinational.
//
// rows_i  Rows numbers of InWidth bits, number r at [r*InWidth +: InWidth]
// base_i  number of OutWidth bits
// sum_o   base_i + sum of rows_i, modulo 2^OutWidth

module bit_heap #(
    parameter int unsigned Rows     = 4,
    parameter int unsigned InWidth  = 10,
    parameter int unsigned OutWidth = 24
) (
    input  logic [Rows*InWidth-1:0] rows_i,
    input  logic [OutWidth-1:0]     base_i,
    output logic [OutWidth-1:0]     sum_o
);

`ifndef SYNTHESIS

  always_comb begin
    sum_o = base_i;
    for (int unsigned r = 0; r < Rows; r++) sum_o += OutWidth'(rows_i[r*InWidth +: InWidth]);
  end

`else

  // Carries into column c, in closed form: half the height of column c - 1, rounded down. Under the
  // rows they approach Rows by halves, above the rows they halve again until one is left.
  localparam int unsigned TOP_CARRIES = Rows - (Rows >> InWidth);
  localparam int unsigned MAX_CARRIES = Rows + 1;

  logic [(OutWidth+1)*MAX_CARRIES-1:0] carries;
  assign carries[MAX_CARRIES-1:0] = '0;

  for (genvar c = 0; c < OutWidth; c++) begin : gen_column
    localparam int unsigned INPUTS     = (c < InWidth) ? Rows + 1 : 1;
    localparam int unsigned ABOVE      = (c < InWidth) ? 0 : c - InWidth;
    localparam int unsigned CARRIES_IN = (c < InWidth) ? Rows - (Rows >> c)
                                       : (TOP_CARRIES + (1 << ABOVE) - 1) >> ABOVE;
    localparam int unsigned HEIGHT     = INPUTS + CARRIES_IN;
    localparam int unsigned FULL       = (HEIGHT - 1) / 2;
    localparam int unsigned HALF       = (HEIGHT - 1) % 2;

    logic [HEIGHT+FULL+HALF-1:0] queue;
    logic [MAX_CARRIES-1:0] carry;

    for (genvar r = 0; r < INPUTS - 1; r++) begin : gen_input
      assign queue[r] = rows_i[r*InWidth+c];
    end
    assign queue[INPUTS-1] = base_i[c];
    for (genvar i = 0; i < CARRIES_IN; i++) begin : gen_carry_in
      assign queue[INPUTS+i] = carries[c*MAX_CARRIES+i];
    end
    for (genvar j = 0; j < FULL; j++) begin : gen_full
      full_adder u_full_adder (
          .a_i    (queue[3*j]),
          .b_i    (queue[3*j+1]),
          .c_i    (queue[3*j+2]),
          .sum_o  (queue[HEIGHT+j]),
          .carry_o(carry[j])
      );
    end
    if (HALF == 1) begin : gen_half
      assign queue[HEIGHT+FULL] = queue[3*FULL] ^ queue[3*FULL+1];
      assign carry[FULL]        = queue[3*FULL] & queue[3*FULL+1];
    end
    for (genvar i = FULL + HALF; i < MAX_CARRIES; i++) begin : gen_no_carry
      assign carry[i] = 1'b0;
    end
    assign carries[(c+1)*MAX_CARRIES +: MAX_CARRIES] = carry;
    assign sum_o[c] = queue[HEIGHT+FULL+HALF-1];
  end

`endif

endmodule
