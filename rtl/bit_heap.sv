// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Adds Rows unsigned numbers of InWidth bits to one number of OutWidth bits, modulo 2^OutWidth, as one
// bit heap: full adders only, a half adder where a column is left with two bits, and no separate
// final adder.
//
// Full adder j of a column takes entries 3j .. 3j+2 of the column's queue. The queue is in order of
// time: the column's bits, then what its adders and those of the column below give, alternating; so
// early bits are added early, the depth is logarithmic, and the one carry that ripples through all
// columns enters each by its last adder only. Above the rows each adder takes the sum of the one before
// and the next two carries.
// The last adder of the top FastColumns columns is made of gates, not of a library full adder: its carry
// takes less time and it takes more area, so it is for where the ripple comes last.
//
// Simulation adds numbers instead, which is the same function and much faster; the structure is what
// the tests of the netlists run on. Combinational. Limits: Rows, InWidth and OutWidth at least 1;
// FastColumns 0..OutWidth.
//
// rows_i  Rows numbers of InWidth bits, number r at [r*InWidth +: InWidth]
// base_i  number of OutWidth bits
// sum_o   base_i + sum of rows_i, modulo 2^OutWidth

module bit_heap #(
    parameter int unsigned Rows     = 4,
    parameter int unsigned InWidth  = 10,
    parameter int unsigned OutWidth = 24,
    parameter int unsigned FastColumns = 0
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
      assign queue[r+1] = rows_i[r*InWidth+c];
    end
    assign queue[0] = base_i[c];
    for (genvar k = 0; k < CARRIES_IN; k++) begin : gen_carry_in
      localparam int unsigned PLACE = (c < InWidth) ? INPUTS + 2*k : 3*(k/2) + 1 + k%2;
      assign queue[PLACE] = carries[c*MAX_CARRIES+k];
    end
    for (genvar j = 0; j < FULL; j++) begin : gen_full
      localparam int unsigned PLACE = (c >= InWidth) ? 3*j + 3
                                    : INPUTS + j + ((j < CARRIES_IN) ? j + 1 : CARRIES_IN);
      if (j == FULL - 1 && HALF == 0 && c + FastColumns >= OutWidth) begin : gen_fast
        logic pass, both;
        assign pass = queue[3*j] | queue[3*j+1];
        assign both = queue[3*j] & queue[3*j+1];
        assign queue[PLACE] = (pass & ~both) ^ queue[3*j+2];
        assign carry[j] = both | (pass & queue[3*j+2]);
      end else begin : gen_adder
        full_adder u_full_adder (
            .a_i    (queue[3*j]),
            .b_i    (queue[3*j+1]),
            .c_i    (queue[3*j+2]),
            .sum_o  (queue[PLACE]),
            .carry_o(carry[j])
        );
      end
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
