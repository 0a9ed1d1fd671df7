// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Adds Rows unsigned numbers and a constant, modulo 2^Width, of which only the bits in Mask can be
// other than zero: partial products of a multiplier, sums of different lengths, an adder with a carry
// in. One bit heap of library full adders, as rtl/bit_heap.sv, so that every block is added the same
// way as the processing element; a bit that cannot be one costs nothing, a constant one costs a half
// adder. Simulation adds numbers instead. Combinational.
//
// rows_i  row r at [r*Width +: Width]; bits outside Mask are ignored
// sum_o   sum of rows_i and Constant, modulo 2^Width

module sparse_heap #(
    parameter int unsigned Rows  = 2,
    parameter int unsigned Width = 8,
    parameter logic [Rows*Width-1:0] Mask = {Rows*Width{1'b1}},
    parameter logic [Width-1:0] Constant = {Width{1'b0}}
) (
    input  logic [Rows*Width-1:0] rows_i,
    output logic [Width-1:0]      sum_o
);

`ifndef SYNTHESIS

  always_comb begin
    sum_o = Constant;
    for (int unsigned r = 0; r < Rows; r++) begin
      sum_o += rows_i[r*Width +: Width] & Mask[r*Width +: Width];
    end
  end

`else

  // Bits of the first `rows` rows in a column.
  function automatic int unsigned bits_in(input int unsigned column, input int unsigned rows);
    bits_in = 0;
    for (int unsigned r = 0; r < rows; r++) begin
      if (Mask[r*Width+column]) bits_in = bits_in + 1;
    end
  endfunction

  // Carries into a column: half the height of the one before it, rounded down.
  function automatic int unsigned carries_into(input int unsigned column);
    carries_into = 0;
    for (int unsigned c = 0; c < column; c++) begin
      carries_into = (bits_in(c, Rows) + carries_into + (Constant[c] ? 1 : 0)) / 2;
    end
  endfunction

  localparam int unsigned MAX_CARRIES = Rows + 2;

  logic [(Width+1)*MAX_CARRIES-1:0] carries;
  assign carries[MAX_CARRIES-1:0] = '0;

  for (genvar c = 0; c < Width; c++) begin : gen_column
    localparam int unsigned INPUTS  = bits_in(c, Rows);
    localparam int unsigned ENTRIES = INPUTS + carries_into(c);
    localparam int unsigned ONE     = Constant[c] ? 1 : 0;
    localparam int unsigned HEIGHT  = ENTRIES + ONE;
    localparam int unsigned FULL    = (HEIGHT > 0) ? (HEIGHT - 1) / 2 : 0;
    localparam int unsigned HALF    = (HEIGHT > 0) ? (HEIGHT - 1) % 2 : 0;
    // The constant meets the first two entries, in the first adder of the column.
    localparam int unsigned AT_ONE  = (ENTRIES < 2) ? ENTRIES : 2;

    logic [HEIGHT+FULL+HALF:0] queue;
    logic [MAX_CARRIES-1:0] carry;

    for (genvar r = 0; r < Rows; r++) begin : gen_input
      if (Mask[r*Width+c]) begin : gen_bit
        localparam int unsigned ENTRY = bits_in(c, r);
        assign queue[ENTRY+((ENTRY >= AT_ONE) ? ONE : 0)] = rows_i[r*Width+c];
      end
    end
    for (genvar i = INPUTS; i < ENTRIES; i++) begin : gen_carry_in
      assign queue[i+((i >= AT_ONE) ? ONE : 0)] = carries[c*MAX_CARRIES+i-INPUTS];
    end
    if (ONE == 1) begin : gen_one
      assign queue[AT_ONE] = 1'b1;
    end
    for (genvar j = 0; j < FULL; j++) begin : gen_full
      if (j == 0 && ONE == 1) begin : gen_with_one
        assign queue[HEIGHT] = ~(queue[0] ^ queue[1]);
        assign carry[0]      = queue[0] | queue[1];
      end else begin : gen_adder
        full_adder u_full_adder (
            .a_i    (queue[3*j]),
            .b_i    (queue[3*j+1]),
            .c_i    (queue[3*j+2]),
            .sum_o  (queue[HEIGHT+j]),
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
    assign queue[HEIGHT+FULL+HALF]              = 1'b0;
    assign carries[(c+1)*MAX_CARRIES +: MAX_CARRIES] = carry;
    if (HEIGHT > 0) begin : gen_sum
      assign sum_o[c] = queue[HEIGHT+FULL+HALF-1];
    end else begin : gen_zero
      assign sum_o[c] = 1'b0;
    end
  end

`endif

endmodule
