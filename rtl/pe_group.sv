// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A cluster of GroupRows x GroupCols output-stationary processing elements that share their operand
// registers: one register of A per row, one of B per column. The systolic step is from group to group.
//
// Every cycle each element does acc <= (first ? 0 : acc) + dot_product(a, b). A bubble is a beat whose
// A operands are zero and whose first and last are 0: it adds nothing, so there is no enable. After the
// beat marked last the sum moves to the shadow register of the element, where it stays until the next
// last; the next tile accumulates meanwhile, with no gap. first and last may mark the same beat.
//
// A row whose operands of A are all zero adds nothing to its sums. hold_i says so, and then the row's
// accumulators have no clock: the low segments (accumulator) stand still while the row is held, the
// high ones in every cycle in which no element of the row has a carry to count; operand registers of A
// do from the second held beat on. A clock stands still while it is high (clk_i | hold): hold
// comes from registers that change only while clk_i is high, so it cannot glitch.
//
// Sums carry the bias of their row, which depends on A alone:
//   sum over k of a*b = shadow - row_bias   (modulo 2^AccWidth; exact while it fits AccWidth bits)
//
// Shadow registers have no multiplexer: they sit on a clock of their own, one per group, that pulses
// in the second half of the cycle in which acc holds the sum. Its enable is a register that changes
// only while clk_i is high, so it cannot glitch. acc is stable from half a cycle before to half a cycle
// after; its high segment (accumulator) has the first half to settle.
//
// Latency: with last_i at the inputs in cycle t, the shadow registers can be read from cycle
// t + 3 until cycle t' + 1, where t' is the cycle of the next last_i.
// Throughput: one beat a cycle. No reset: a sum is defined from its beat marked first on.
// Limits: Dot 1 to 64, whose products of a beat, at most 960 each, have 16 bits.
//
// a_i, a_o      decoded A operands, element d of row r at [(r*Dot+d)*A_WIDTH +: A_WIDTH]; a_o is one
//               cycle later, for the group on the right; likewise first, last and hold
// hold_i        for each row: its A operands are zero and first_i is 0. 0 is always right, and costs energy
// b_i, b_o      decoded B operands, element d of column c at [(c*Dot+d)*B_WIDTH +: B_WIDTH]; b_o is for
//               the group below
// row_sel_i     row whose shadow registers are read, one-hot; 0: none
// bus_o         column buses: the sums of the selected row, 0 when none is, combinational

module pe_group #(
    parameter int unsigned GroupRows = 4,
    parameter int unsigned GroupCols = 4,
    parameter int unsigned Dot       = 4,
    parameter int unsigned AccWidth  = 24,
    parameter bit          GateRows  = 1'b1,  // 0: every register has a clock in every cycle, to compare
    localparam int unsigned A_WIDTH  = 7,
    localparam int unsigned B_WIDTH  = 4
) (
    input  logic                             clk_i,
    input  logic [GroupRows*Dot*A_WIDTH-1:0] a_i,
    input  logic                             first_i,
    input  logic                             last_i,
    input  logic [GroupRows-1:0]             hold_i,
    output logic [GroupRows*Dot*A_WIDTH-1:0] a_o,
    output logic                             first_o,
    output logic                             last_o,
    output logic [GroupRows-1:0]             hold_o,
    input  logic [GroupCols*Dot*B_WIDTH-1:0] b_i,
    output logic [GroupCols*Dot*B_WIDTH-1:0] b_o,
    input  logic [GroupRows-1:0]             row_sel_i,
    output logic [GroupCols*AccWidth-1:0]    bus_o
);

  if (Dot < 1 || Dot > 64) $error("pe_group: Dot must be 1 to 64");

  logic [GroupRows*Dot*A_WIDTH-1:0] a_q;
  logic [GroupCols*Dot*B_WIDTH-1:0] b_q;
  logic [GroupRows-1:0] hold_q;
  logic first_q, last_q, captured_q;

  always_ff @(posedge clk_i) begin
    b_q        <= b_i;
    hold_q     <= hold_i;
    first_q    <= first_i;
    last_q     <= last_i;
    captured_q <= last_q;
  end

  assign a_o     = a_q;
  assign b_o     = b_q;
  assign first_o = first_q;
  assign last_o  = last_q;
  assign hold_o  = hold_q;

`ifndef SYNTHESIS
  // Where both hold, zeros would take the place of zeros.
  always_ff @(posedge clk_i) a_q <= a_i;

  // Simulation adds the products of all columns of a row at once, one lane of a word a column: the same
  // sums (dot_product: a*b + bias(a)) in fewer operations. Accumulators are in lanes of two
  // lanes, those of even and of odd columns apart, and wider than AccWidth, so that no sum carries into
  // its neighbour. The shadow registers take the sum at the end of its cycle, half a cycle later than
  // below, and no earlier than it may be read.
  localparam int unsigned SUM_WIDTH = (AccWidth < 32) ? 16 : 17;
  localparam int unsigned PAIRS     = (GroupCols + 1) / 2;
  localparam int unsigned LANES     = PAIRS * 2 * SUM_WIDTH;
  localparam logic [LANES-1:0] DIGIT = {2*PAIRS{SUM_WIDTH'({B_WIDTH{1'b1}})}};
  localparam logic [LANES-1:0] EVEN = {PAIRS{{SUM_WIDTH{1'b0}}, {SUM_WIDTH{1'b1}}}};
  localparam logic [LANES-1:0] SUMS = {PAIRS{(2*SUM_WIDTH)'({AccWidth{1'b1}})}};

  // What a digit {neg, two, one} of A makes of the columns' operands d: at [d*8 + digit].
  logic [LANES-1:0] multiples [Dot*8];
  logic [LANES-1:0] columns;
  always_comb begin
    columns = '0;
    for (int unsigned d = 0; d < Dot; d++) begin
      for (int unsigned c = 0; c < GroupCols; c++) begin
        columns[c*SUM_WIDTH +: B_WIDTH] = b_q[(c*Dot+d)*B_WIDTH +: B_WIDTH];
      end
      for (int unsigned i = 0; i < 4; i++) begin
        multiples[d*8+i]   = LANES'(i) * columns;
        multiples[d*8+i+4] = LANES'(i) * (columns ^ DIGIT);
      end
    end
  end

  logic [GroupRows*GroupCols*AccWidth-1:0] shadow_q;
  for (genvar r = 0; r < GroupRows; r++) begin : gen_row
    logic [LANES-1:0] even_q, odd_q, sum;
    logic [A_WIDTH-1:0] a;
    always_comb begin
      sum = '0;
      a   = '0;
      for (int unsigned d = 0; d < Dot; d++) begin
        a    = a_q[(r*Dot+d)*A_WIDTH +: A_WIDTH];
        sum += (multiples[d*8 + 32'(a[2:0])] + (multiples[d*8 + 32'(a[5:3])] << 2)) << {a[6], 2'b00};
      end
    end

    always_ff @(posedge clk_i) begin
      if (!(GateRows && hold_q[r])) begin
        even_q <= ((first_q ? '0 : even_q) + (sum & EVEN)) & SUMS;
        odd_q  <= ((first_q ? '0 : odd_q) + ((sum >> SUM_WIDTH) & EVEN)) & SUMS;
      end
    end
    always_ff @(posedge clk_i) begin
      if (captured_q) begin
        for (int unsigned c = 0; c < GroupCols; c++) begin
          shadow_q[(r*GroupCols+c)*AccWidth +: AccWidth] <=
              (c % 2 == 0) ? even_q[c*SUM_WIDTH +: AccWidth] : odd_q[(c-1)*SUM_WIDTH +: AccWidth];
        end
      end
    end
  end

  always_comb begin
    bus_o = '0;
    for (int unsigned r = 0; r < GroupRows; r++) begin
      if (row_sel_i[r]) bus_o |= shadow_q[r*GroupCols*AccWidth +: GroupCols*AccWidth];
    end
  end
`else
  // Shadow register of element (r, c) while its row is selected, else 0.
  logic [GroupRows*GroupCols*AccWidth-1:0] selected;

  // A beat adds at most 960 * Dot to a sum, the low segment of an accumulator.
  localparam int unsigned TERM_WIDTH   = 10 + $clog2(Dot);
  localparam int unsigned LOW_WIDTH    = (TERM_WIDTH < AccWidth) ? TERM_WIDTH : AccWidth;
  // With fewer products the operands' way through the adders is shorter than the clock anyway.
  localparam int unsigned FAST_COLUMNS = (Dot > 2) ? 3 : 0;
  localparam int unsigned A_N_WIDTH    = 3;

  logic capture_clk;
  assign capture_clk = ~clk_i & captured_q;

  // Operands as all elements of a row or a column share them, with the complements that products take.
  // The signs of A have the most loads and are the first that a product needs.
  logic [GroupRows*Dot*A_WIDTH-1:0] a;
  logic [GroupRows*Dot*A_N_WIDTH-1:0] a_n;
  logic [GroupCols*Dot*B_WIDTH-1:0] b_n;
  for (genvar i = 0; i < GroupRows*Dot; i++) begin : gen_a_lines
    logic shift, neg1, two1, one1, neg0, two0, one0, neg1_line, neg0_line;
    assign {shift, neg1, two1, one1, neg0, two0, one0} = a_q[i*A_WIDTH +: A_WIDTH];
    line_driver u_shift (.a_i(shift), .y_o(), .y_n_o(a_n[i*A_N_WIDTH+2]));
    line_driver u_neg1 (.a_i(neg1), .y_o(neg1_line), .y_n_o(a_n[i*A_N_WIDTH+1]));
    line_driver u_neg0 (.a_i(neg0), .y_o(neg0_line), .y_n_o(a_n[i*A_N_WIDTH]));
    assign a[i*A_WIDTH +: A_WIDTH] = {shift, neg1_line, two1, one1, neg0_line, two0, one0};
  end
  for (genvar i = 0; i < GroupCols*Dot*B_WIDTH; i++) begin : gen_b_lines
    line_driver u_b (.a_i(b_q[i]), .y_o(), .y_n_o(b_n[i]));
  end

  for (genvar r = 0; r < GroupRows; r++) begin : gen_row
    logic [GroupCols-1:0] carry;
    logic low_clk, high_clk;
    if (GateRows) begin : gen_gated
      assign low_clk  = clk_i | hold_q[r];
      assign high_clk = clk_i | ~(first_q | (|carry));
      always_ff @(posedge clk_i) begin
        if (!(hold_i[r] && hold_q[r])) a_q[r*Dot*A_WIDTH +: Dot*A_WIDTH] <= a_i[r*Dot*A_WIDTH +: Dot*A_WIDTH];
      end
    end else begin : gen_free
      assign low_clk  = clk_i;
      assign high_clk = clk_i;
      always_ff @(posedge clk_i) a_q[r*Dot*A_WIDTH +: Dot*A_WIDTH] <= a_i[r*Dot*A_WIDTH +: Dot*A_WIDTH];
    end

    for (genvar c = 0; c < GroupCols; c++) begin : gen_col
      logic [AccWidth-1:0] shadow;
      logic [LOW_WIDTH-1:0] base;
      logic [LOW_WIDTH:0] sum;

      dot_product #(
          .Dot        (Dot),
          .AccWidth   (LOW_WIDTH + 1),
          .FastColumns(FAST_COLUMNS)
      ) u_dot (
          .a_i   (a[r*Dot*A_WIDTH +: Dot*A_WIDTH]),
          .a_n_i (a_n[r*Dot*A_N_WIDTH +: Dot*A_N_WIDTH]),
          .b_i   (b_q[c*Dot*B_WIDTH +: Dot*B_WIDTH]),
          .b_n_i (b_n[c*Dot*B_WIDTH +: Dot*B_WIDTH]),
          .base_i({1'b0, base}),
          .sum_o (sum)
      );

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
          .carry_o      (carry[c]),
          .shadow_o     (shadow)
      );

      assign selected[(r*GroupCols+c)*AccWidth +: AccWidth] = shadow & {AccWidth{row_sel_i[r]}};
    end
  end

  // The read bus: one AND-OR over the rows of all columns.
  always_comb begin
    bus_o = '0;
    for (int unsigned r = 0; r < GroupRows; r++) begin
      bus_o |= selected[r*GroupCols*AccWidth +: GroupCols*AccWidth];
    end
  end
`endif

endmodule
