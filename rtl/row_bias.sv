// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The bias of one row of the array: what the unsigned arithmetic of the processing elements adds to
// every sum of that row. One unit per row at the left edge serves all columns; the reader subtracts.
//
// The array multiplies by x = 15 - b where a digit of A is negative, and by b + 8 where B is INT4
// (operand_product, operand_decode_b). What that adds depends on A alone. With N and P the sums of the
// magnitudes of the negative and of the positive digits of an operand, so a = P - N, it is
//   UINT4 B   15*N             = 8*(N + N) - N
//   INT4 B    15*N + 8*(P - N) = 8*(P + N) - N
// for each product, and   sum over k of a*b = shadow register - bias   modulo 2^AccWidth.
//
// Timing, bubbles, first, last and the read bus are those of a pe_group in column 0: in the cycles in
// which that group's sums of a tile can be read, so can the tile's bias.
//
// a_i           Dot decoded A operands, element d at [d*A_WIDTH +: A_WIDTH]
// b_int4_i      B of this beat is INT4, not UINT4
// first_i       first beat of a tile
// last_i        last beat of a tile
// sel_i         read this row
// bus_o         sel_i ? bias : 0, combinational

module row_bias #(
    parameter int unsigned Dot      = 4,
    parameter int unsigned AccWidth = 24,
    localparam int unsigned A_WIDTH = 7
) (
    input  logic                   clk_i,
    input  logic [Dot*A_WIDTH-1:0] a_i,
    input  logic                   b_int4_i,
    input  logic                   first_i,
    input  logic                   last_i,
    input  logic                   sel_i,
    output logic [AccWidth-1:0]    bus_o
);

  localparam int unsigned TERM_WIDTH = 10;

  logic [Dot*A_WIDTH-1:0] a_q;
  logic b_int4_q, first_q, last_q, captured_q;

  always_ff @(posedge clk_i) begin
    a_q        <= a_i;
    b_int4_q   <= b_int4_i;
    first_q    <= first_i;
    last_q     <= last_i;
    captured_q <= last_q;
  end

  logic [AccWidth-1:0] acc_q, acc_d, shadow_q;

`ifndef SYNTHESIS
  // Simulation adds the terms as they come, and takes the sum as pe_group does.
  logic [A_WIDTH-1:0] a;
  logic [TERM_WIDTH-1:0] low, high, negative, term;  // magnitudes of the digits, N, the bias
  always_comb begin
    acc_d    = first_q ? '0 : acc_q;
    a        = '0;
    low      = '0;
    high     = '0;
    negative = '0;
    term     = '0;
    for (int unsigned d = 0; d < Dot; d++) begin
      a        = a_q[d*A_WIDTH +: A_WIDTH];
      low      = TERM_WIDTH'(a[1:0]);
      high     = TERM_WIDTH'({a[4:3], 2'b00});
      negative = (a[2] ? low : '0) + (a[5] ? high : '0);
      term     = ((b_int4_q ? low + high : negative + negative) << 3) - negative;
      acc_d   += AccWidth'(term) << {a[6], 2'b00};
    end
  end

  always_ff @(posedge clk_i) begin
    acc_q <= acc_d;
    if (captured_q) shadow_q <= acc_q;
  end
`else
  // Bias of one product: at most 120 before the shift, at most 60 when there is one.
  logic [Dot*TERM_WIDTH-1:0] terms;
  for (genvar i = 0; i < Dot; i++) begin : gen_term
    logic shift, neg1, two1, one1, neg0, two0, one0;
    logic [3:0] digit1, digit0, negative, positive;
    logic [6:0] term;
    assign {shift, neg1, two1, one1, neg0, two0, one0} = a_q[i*A_WIDTH +: A_WIDTH];
    assign digit1   = {two1, one1, 2'b00};
    assign digit0   = {2'b00, two0, one0};
    assign negative = (digit1 & {4{neg1}}) + (digit0 & {4{neg0}});
    assign positive = (digit1 & {4{~neg1}}) + (digit0 & {4{~neg0}});
    assign term     = {b_int4_q ? positive : negative, 3'b000} + {negative, 3'b000}
                    - {3'b000, negative};
    assign terms[i*TERM_WIDTH +: TERM_WIDTH] = shift ? {term[5:0], 4'b0000} : {3'b000, term};
  end

  bit_heap #(
      .Rows    (Dot),
      .InWidth (TERM_WIDTH),
      .OutWidth(AccWidth)
  ) u_heap (
      .rows_i(terms),
      .base_i(acc_q & {AccWidth{~first_q}}),
      .sum_o (acc_d)
  );

  // The shadow register is clocked as in pe_group.
  logic capture_clk;
  assign capture_clk = ~clk_i & captured_q;

  always_ff @(posedge clk_i) acc_q <= acc_d;
  always_ff @(posedge capture_clk) shadow_q <= acc_q;
`endif

  assign bus_o = shadow_q & {AccWidth{sel_i}};

endmodule
