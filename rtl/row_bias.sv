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
// Timing, bubbles, first, last, hold and the read bus are those of a pe_group in column 0: in the cycles in
// which that group's sums of a tile can be read, so can the tile's bias.
//
// a_i           Dot decoded A operands, element d at [d*A_WIDTH +: A_WIDTH]
// b_int4_i      B of this beat is INT4, not UINT4
// first_i       first beat of a tile
// last_i        last beat of a tile
// hold_i        a_i is zero and first_i is 0
// sel_i         read this row
// bus_o         sel_i ? bias : 0, combinational

module row_bias #(
    parameter int unsigned Dot      = 4,
    parameter int unsigned AccWidth = 24,
    parameter bit          GateRows = 1'b1,
    localparam int unsigned A_WIDTH = 7
) (
    input  logic                   clk_i,
    input  logic [Dot*A_WIDTH-1:0] a_i,
    input  logic                   b_int4_i,
    input  logic                   first_i,
    input  logic                   last_i,
    input  logic                   hold_i,
    input  logic                   sel_i,
    output logic [AccWidth-1:0]    bus_o
);

  localparam int unsigned TERM_WIDTH = 10;

  logic [Dot*A_WIDTH-1:0] a_q;
  logic b_int4_q, first_q, last_q, hold_q, captured_q;

  always_ff @(posedge clk_i) begin
    hold_q     <= hold_i;
    b_int4_q   <= b_int4_i;
    first_q    <= first_i;
    last_q     <= last_i;
    captured_q <= last_q;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) a_q <= a_i;

  // Simulation adds the terms as they come, and takes the sum as pe_group does.
  logic [AccWidth-1:0] acc_q, acc_d, shadow_q;
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
    if (!(GateRows && hold_q)) acc_q <= acc_d;
    if (captured_q) shadow_q <= acc_q;
  end
`else
  // The bias of a product is the product with b = 0, which enters as 0 or, in excess-8 form, as 8: a
  // digit multiplies 8 * int4, or its complement where it is negative.
  logic [Dot*TERM_WIDTH-1:0] terms;
  for (genvar i = 0; i < Dot; i++) begin : gen_term
    logic shift, neg1, two1, one1, neg0, two0, one0;
    logic [4:0] row0, row1;
    assign {shift, neg1, two1, one1, neg0, two0, one0} = a_q[i*A_WIDTH +: A_WIDTH];
    assign row0 = (5'({b_int4_q ^ neg0, {3{neg0}}}) & {5{one0}})
                | ({b_int4_q ^ neg0, {3{neg0}}, 1'b0} & {5{two0}});
    assign row1 = (5'({b_int4_q ^ neg1, {3{neg1}}}) & {5{one1}})
                | ({b_int4_q ^ neg1, {3{neg1}}, 1'b0} & {5{two1}});
    product_sum u_sum (
        .row0_n_i (~row0),
        .row1_n_i (~row1),
        .shift_i  (shift),
        .shift_n_i(~shift),
        .product_o(terms[i*TERM_WIDTH +: TERM_WIDTH])
    );
  end

  // The accumulator is that of an element of pe_group.
  localparam int unsigned SUM_WIDTH = TERM_WIDTH + $clog2(Dot);
  localparam int unsigned LOW_WIDTH = (SUM_WIDTH < AccWidth) ? SUM_WIDTH : AccWidth;
  logic [LOW_WIDTH-1:0] base;
  logic [LOW_WIDTH:0] sum;
  logic [AccWidth-1:0] shadow_q;

  bit_heap #(
      .Rows    (Dot),
      .InWidth (TERM_WIDTH),
      .OutWidth(LOW_WIDTH + 1)
  ) u_heap (
      .rows_i(terms),
      .base_i({1'b0, base}),
      .sum_o (sum)
  );

  logic capture_clk, low_clk, high_clk, carry;
  assign capture_clk = ~clk_i & captured_q;
  if (GateRows) begin : gen_gated
    assign low_clk  = clk_i | hold_q;
    assign high_clk = clk_i | ~(first_q | carry);
    always_ff @(posedge clk_i) if (!(hold_i && hold_q)) a_q <= a_i;
  end else begin : gen_free
    assign low_clk  = clk_i;
    assign high_clk = clk_i;
    always_ff @(posedge clk_i) a_q <= a_i;
  end

  accumulator #(
      .Width(AccWidth),
      .Low  (LOW_WIDTH)
  ) u_acc (
      .clk_i,
      .high_clk_i   (high_clk),
      .low_clk_i    (low_clk),
      .capture_clk_i(capture_clk),
      .first_i      (first_q),
      .base_o       (base),
      .sum_i        (sum),
      .carry_o      (carry),
      .shadow_o     (shadow_q)
  );
`endif

  assign bus_o = shadow_q & {AccWidth{sel_i}};

endmodule
