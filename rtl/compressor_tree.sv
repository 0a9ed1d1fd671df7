// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Adds columns of bits until two rows are left: a Dadda tree of full adders.
//
// Column c holds HEIGHTS[8c+7:8c] bits of weight 2^c, in bits_i from c * Slots on; the other slots are
// not read. row_a_o + row_b_o is their sum modulo 2^Columns. In a step every column is brought down to
// the next of the heights 2, 3, 4, 6, 9, ... with as few adders as that takes, so the depth is
// logarithmic in the greatest height and no carry runs along the columns. What adds the rows is the
// user's choice. Combinational. Limits: heights of at most Slots, and such that no step needs more bits
// for its adders than a column has (an error of elaboration): up to 141 always, 144 in epilogue_stats.
//
// Simulation leaves the whole sum in row a, which is the same to who adds the rows and much faster; the
// structure is what the tests of the netlists run on.

module compressor_tree #(
  parameter int unsigned Columns = 8,
  parameter int unsigned Slots   = 9,
  parameter logic [Columns*8-1:0] HEIGHTS = 64'h0103090200070504
) (
  input  logic [Columns*Slots-1:0] bits_i,
  output logic [Columns-1:0]       row_a_o,
  output logic [Columns-1:0]       row_b_o
);

`ifndef SYNTHESIS
  always_comb begin
    row_a_o = '0;
    row_b_o = '0;
    for (int unsigned c = 0; c < Columns; c++) begin
      for (int unsigned i = 0; i < Slots; i++) begin
        if (i < 32'(HEIGHTS[8*c+:8])) row_a_o += Columns'(bits_i[c*Slots+i]) << c;
      end
    end
  end
`else
  // The steps that columns of Slots bits need; no more, since elaboration walks them again and again.
  localparam int unsigned Steps =
      (Slots > 94) ? 11 : (Slots > 63) ? 10 : (Slots > 42) ? 9 : (Slots > 28) ? 8 :
      (Slots > 19) ? 7 : (Slots > 13) ? 6 : (Slots > 9) ? 5 : (Slots > 6) ? 4 :
      (Slots > 4) ? 3 : (Slots > 3) ? 2 : 1;

  // Greatest height after a step.
  function automatic int unsigned target(input int unsigned step);
    case (Steps - step)
      11:      target = 94;
      10:      target = 63;
      9:       target = 42;
      8:       target = 28;
      7:       target = 19;
      6:       target = 13;
      5:       target = 9;
      4:       target = 6;
      3:       target = 4;
      2:       target = 3;
      default: target = 2;
    endcase
  endfunction

  // By how much the height of each column, with the carries of the column below, is above the target:
  // a full adder takes two, a half adder one.
  function automatic logic [Columns*8-1:0] excess(input logic [Columns*8-1:0] heights,
                                                  input int unsigned step);
    int unsigned carries, height, most;
    carries = 0;
    most    = target(step);
    excess  = '0;
    for (int unsigned c = 0; c < Columns; c++) begin
      height  = 32'(heights[8*c+:8]) + carries;
      carries = 0;
      if (height > most) begin
        excess[8*c+:8] = 8'(height - most);
        carries        = (height - most + 1) / 2;
      end
    end
  endfunction

  // Heights before a step.
  function automatic logic [Columns*8-1:0] heights_of(input int unsigned step);
    logic [Columns*8-1:0] heights, over;
    logic [7:0]           carries;
    heights = HEIGHTS;
    for (int unsigned s = 0; s < step; s++) begin
      over    = excess(heights, s);
      carries = '0;
      for (int unsigned c = 0; c < Columns; c++) begin
        heights[8*c+:8] = heights[8*c+:8] - over[8*c+:8] + carries;
        carries         = (over[8*c+:8] + 8'd1) >> 1;
      end
    end
    heights_of = heights;
  endfunction

  localparam int unsigned Size = Columns * Slots;
  logic [(Steps+1)*Size-1:0] work;
  assign work[Size-1:0] = bits_i;

  for (genvar s = 0; s < Steps; s++) begin : gen_step
    localparam logic [Columns*8-1:0] BEFORE = heights_of(s);
    localparam logic [Columns*8-1:0] OVER   = excess(BEFORE, s);
    for (genvar c = 0; c < Columns; c++) begin : gen_column
      localparam int unsigned HEIGHT = 32'(BEFORE[8*c+:8]);
      localparam int unsigned FULL   = 32'(OVER[8*c+:8]) / 2;
      localparam int unsigned HALF   = 32'(OVER[8*c+:8]) % 2;
      localparam int unsigned LEFT   = HEIGHT - 3 * FULL - 2 * HALF;
      if (HEIGHT < 3 * FULL + 2 * HALF) $error("compressor_tree: HEIGHTS are too great");
      // Carries go above all that stays in their column.
      localparam int unsigned NEXT       = (c + 1) % Columns;
      localparam int unsigned NEXT_FULL  = 32'(OVER[8*NEXT+:8]) / 2;
      localparam int unsigned NEXT_HALF  = 32'(OVER[8*NEXT+:8]) % 2;
      localparam int unsigned NEXT_STAYS = 32'(BEFORE[8*NEXT+:8]) - 2 * NEXT_FULL - NEXT_HALF;
      localparam int unsigned From  = s * Size + c * Slots;
      localparam int unsigned To    = (s + 1) * Size + c * Slots;
      localparam int unsigned Carry = (s + 1) * Size + NEXT * Slots + NEXT_STAYS;

      for (genvar i = 0; i < LEFT; i++) begin : gen_left
        assign work[To+i] = work[From+3*FULL+2*HALF+i];
      end
      for (genvar j = 0; j < FULL; j++) begin : gen_full
        logic carry;
        full_adder u_full_adder (
          .a_i    (work[From+3*j]),
          .b_i    (work[From+3*j+1]),
          .c_i    (work[From+3*j+2]),
          .sum_o  (work[To+LEFT+j]),
          .carry_o(carry)
        );
        if (c + 1 < Columns) begin : gen_carry
          assign work[Carry+j] = carry;
        end else begin : gen_top
          logic unused_carry;
          assign unused_carry = carry;
        end
      end
      if (HALF == 1) begin : gen_half
        assign work[To+LEFT+FULL] = work[From+3*FULL] ^ work[From+3*FULL+1];
        if (c + 1 < Columns) begin : gen_carry
          assign work[Carry+FULL] = work[From+3*FULL] & work[From+3*FULL+1];
        end
      end
    end
  end

  localparam logic [Columns*8-1:0] LAST = heights_of(Steps);
  for (genvar c = 0; c < Columns; c++) begin : gen_row
    localparam int unsigned From = Steps * Size + c * Slots;
    assign row_a_o[c] = (LAST[8*c+:8] >= 8'd1) ? work[From] : 1'b0;
    if (Slots > 1 && LAST[8*c+:8] >= 8'd2) begin : gen_two
      assign row_b_o[c] = work[From+1];
    end else begin : gen_one
      assign row_b_o[c] = 1'b0;
    end
  end
`endif

endmodule
