// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Reads a finished tile out of the array, row by row, Lanes columns a beat, and takes the bias of the
// row off its sums.
//
// `start_i` marks the cycle in which the tile's last operand beat enters the array; the first beat
// comes Delay cycles later, when the wavefront has passed. Only the valid rows and columns of an
// edge tile are read. The tile may be read as slowly as the sink likes: it stays in the shadow
// registers, and `busy_o` holds the next tile's last operand beat back until the read is done.
//
// Latency: Delay cycles from start_i to the first acc_valid_o. Throughput: one beat a cycle;
// a tile takes rows * ceil(cols / Lanes) beats and busy_o falls in the cycle after its last one.
// Limits: Lanes divides Cols; col_i is a multiple of Lanes; 1 <= rows_i <= Rows, likewise cols.

module tile_drain #(
  parameter int unsigned Rows     = 16,
  parameter int unsigned Cols     = 16,
  parameter int unsigned AccWidth = 24,
  parameter int unsigned Lanes    = 4,
  parameter int unsigned Delay    = 3,  // cycles, at least 1
  localparam int unsigned RowsWidth = $clog2(Rows + 1),
  localparam int unsigned ColsWidth = $clog2(Cols + 1),
  localparam int unsigned IndexWidth = tetralog_pkg::INDEX_WIDTH
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      start_i,  // only while busy_o is low
  input  logic [RowsWidth-1:0]      rows_i,   // valid rows of the tile
  input  logic [ColsWidth-1:0]      cols_i,   // valid columns of the tile
  input  logic [IndexWidth-1:0]     row_i,    // logical output row of the tile's first row
  input  logic [IndexWidth-1:0]     col_i,    // logical output column of its first column
  input  logic                      last_i,   // last tile of the command
  output logic                      busy_o,

  // Read port of the array.
  output logic [Rows-1:0]           row_sel_o,  // one-hot
  input  logic [Cols*AccWidth-1:0]  row_data_i,  // sums, each plus row_bias_i
  input  logic [AccWidth-1:0]       row_bias_i,

  // Accumulators to the epilogue.
  output logic                      acc_valid_o,
  input  logic                      acc_ready_i,
  output logic [Lanes*AccWidth-1:0] acc_data_o,
  output logic [Lanes-1:0]          acc_lane_valid_o,
  output logic [IndexWidth-1:0]     acc_row_o,   // logical row of the beat
  output logic [IndexWidth-1:0]     acc_col_o,   // logical column of lane 0
  output logic                      acc_last_o   // last beat of the command
);

  localparam int unsigned Chunks     = Cols / Lanes;
  localparam int unsigned DelayWidth = $clog2(Delay + 1);

  logic                  busy_q;
  logic [DelayWidth-1:0] delay_q;
  logic [Rows-1:0]       row_sel_q;
  logic [RowsWidth-1:0]  rows_left_q;
  logic [ColsWidth-1:0]  cols_q;
  logic [ColsWidth-1:0]  base_q;  // first column of the beat, within the tile
  logic [IndexWidth-1:0] row_q, col_q;
  logic                  last_q;

  logic next_beat, last_chunk, last_row;
  assign acc_valid_o = busy_q && delay_q == '0;
  assign next_beat   = acc_valid_o && acc_ready_i;
  assign last_chunk  = {1'b0, base_q} + (ColsWidth + 1)'(Lanes) >= {1'b0, cols_q};
  assign last_row    = rows_left_q == RowsWidth'(1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (start_i) busy_q <= 1'b1;
    else if (next_beat && last_chunk && last_row) busy_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      delay_q     <= DelayWidth'(Delay - 1);
      row_sel_q   <= Rows'(1);
      rows_left_q <= rows_i;
      cols_q      <= cols_i;
      base_q      <= '0;
      row_q       <= row_i;
      col_q       <= col_i;
      last_q      <= last_i;
    end else begin
      if (delay_q != '0) delay_q <= delay_q - DelayWidth'(1);
      if (next_beat) begin
        if (last_chunk) begin
          base_q      <= '0;
          row_sel_q   <= row_sel_q << 1;
          rows_left_q <= rows_left_q - RowsWidth'(1);
          row_q       <= row_q + IndexWidth'(1);
        end else begin
          base_q <= base_q + ColsWidth'(Lanes);
        end
      end
    end
  end

  // Chunk of the selected row, as an and-or of constant slices.
  logic [Lanes*AccWidth-1:0] chunk_data;
  always_comb begin
    chunk_data = '0;
    for (int unsigned j = 0; j < Chunks; j++)
      chunk_data |= row_data_i[j*Lanes*AccWidth +: Lanes*AccWidth] &
                    {Lanes*AccWidth{base_q == ColsWidth'(j * Lanes)}};
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign acc_data_o[l*AccWidth +: AccWidth] = chunk_data[l*AccWidth +: AccWidth] - row_bias_i;
    assign acc_lane_valid_o[l] = {1'b0, base_q} + (ColsWidth + 1)'(l) < {1'b0, cols_q};
  end

  assign busy_o     = busy_q;
  assign row_sel_o  = row_sel_q & {Rows{acc_valid_o}};
  assign acc_row_o  = row_q;
  assign acc_col_o  = col_q + IndexWidth'(base_q);
  assign acc_last_o = last_q && last_chunk && last_row;

`ifndef SYNTHESIS
  a_start_when_idle : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> !busy_q);
  a_tile_fits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> rows_i != '0 && rows_i <= RowsWidth'(Rows) && cols_i != '0 &&
                cols_i <= ColsWidth'(Cols));
  a_one_row : assert property (@(posedge clk_i) disable iff (!rst_ni)
    acc_valid_o |-> $onehot(row_sel_o));
  a_beat_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    acc_valid_o && !acc_ready_i |=> acc_valid_o && $stable(row_sel_o) && $stable(base_q));
`endif

endmodule
