// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Controls a buffer of tiles of a stored matrix: fetches them line by line, keeps count of what has
// arrived, and hands the beats out in the order in which the engine drains its tiles.
//
// A line is a row of the tile, or a column when by_cols_i is set: what lies together in memory.
// Every line of a tile is one segment; with one_line_i a tile has a single line that stands for all.
// The buffer has Tiles slots that are filled and read in turn. A line is asked for only when its place
// is free, so its words are always taken at once and never wait on the bus for the engine: its slot is
// free, or, with FreeByRow, the tile in it is read and already beyond this row (rows only: a column, or a
// line that stands for all, is free with the last row). A tile is read when all of it is there, row by row,
// Lanes columns a beat, only the beats that have columns.
// The user keeps the elements: it writes each word where wr_* says and reads each beat where rd_* says.
//
// start_i, while busy_o is low, begins a command; its inputs stay as they are until busy_o falls,
// after the last beat (line_stride_i, by_cols_i and one_line_i from the cycle after start_i). Throughput: a segment, a word and a beat a cycle. A place that is read can be
// asked for in the next cycle.
// Limits: Rows, Cols, Lanes and Tiles powers of two, Lanes <= Cols, Tiles >= 2; those of tile_walker.

module tile_fetch #(
  parameter int unsigned Rows       = 16,
  parameter int unsigned Cols       = 16,
  parameter int unsigned Lanes      = 4,
  parameter int unsigned AxiData    = 128,
  parameter int unsigned AddrWidth  = 40,
  parameter int unsigned Nibbles    = 8,  // of an element: 8 or 1
  parameter int unsigned Tiles      = 2,
  parameter bit          FreeByRow  = 1'b1,  // a row that is read makes room, else a tile
  localparam int unsigned MaxLine    = (Rows > Cols) ? Rows : Cols,
  localparam int unsigned WordElems  = AxiData / (4 * Nibbles),
  localparam int unsigned SlotWidth  = $clog2(Tiles),
  localparam int unsigned LineWidth  = $clog2(MaxLine),
  localparam int unsigned WordWidth  = (MaxLine > WordElems) ? $clog2(MaxLine / WordElems) : 1,
  localparam int unsigned RowWidth   = $clog2(Rows),
  localparam int unsigned ColWidth   = $clog2(Cols),
  localparam int unsigned ChunkWidth = (Cols > Lanes) ? $clog2(Cols / Lanes) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  start_i,
  input  logic [AddrWidth-1:0]  base_i,         // byte address of element [0,0]
  input  logic [31:0]           line_stride_i,  // bytes from line to line
  input  logic                  by_cols_i,
  input  logic                  one_line_i,
  input  logic [23:0]           m_i,
  input  logic [23:0]           n_i,
  input  logic [23:0]           block_cols_i,
  output logic                  busy_o,

  output logic                  seg_valid_o,
  input  logic                  seg_ready_i,
  output logic [AddrWidth-1:0]  seg_addr_o,
  output logic [15:0]           seg_last_o,     // bytes - 1

  // Words arriving, and their places.
  input  logic                  word_valid_i,
  input  logic                  word_last_i,
  output logic [SlotWidth-1:0]  wr_slot_o,
  output logic [LineWidth-1:0]  wr_line_o,
  output logic [WordWidth-1:0]  wr_word_o,      // within the line

  // Beats ready to be read: columns chunk * Lanes and up of a row.
  output logic                  rd_valid_o,
  input  logic                  rd_next_i,      // only while rd_valid_o
  output logic [SlotWidth-1:0]  rd_slot_o,
  output logic [RowWidth-1:0]   rd_row_o,
  output logic [ChunkWidth-1:0] rd_chunk_o
);

  if (Tiles < 2 || (Tiles & (Tiles - 1)) != 0)
    $error("tile_fetch: Tiles must be a power of two, at least 2");
  if ((Lanes & (Lanes - 1)) != 0 || Lanes > Cols)
    $error("tile_fetch: Lanes must be a power of two up to Cols");

  localparam int unsigned Low       = AddrWidth / 2;  // bits of the lower half of an address
  localparam int unsigned RowsWidth = $clog2(Rows + 1);
  localparam int unsigned ColsWidth = $clog2(Cols + 1);

  // Tiles asked for, arrived and read, modulo 2 * Tiles; at most Tiles + 1 differ.
  logic [SlotWidth:0] ask_q, wr_q, rd_q, held;
  assign held = ask_q - rd_q;

  // Asking, line by line.
  logic                 tile_valid, tile_next, line_free, line_fire, line_last;
  logic [RowsWidth-1:0] tile_rows;
  logic [ColsWidth-1:0] tile_cols;
  logic [AddrWidth:0]   tile_addr, unused_addr;
  logic [23:0]          unused_m0, unused_n0;
  logic [5:0]           unused_flags;
  logic [32:0]          across, along;  // nibbles from line to line, from element to element
  assign across = {line_stride_i, 1'b0};
  assign along  = 33'(Nibbles);

  tile_walker #(
    .Rows(Rows), .Cols(Cols), .AxiData(AxiData), .AddrWidth(AddrWidth)
  ) u_walker (
    .clk_i, .rst_ni,
    .start_i, .m_i, .n_i, .block_cols_i, .base_i,
    .row_step_i(by_cols_i ? along : across),
    .col_step_i(by_cols_i ? across : along),
    .valid_o(tile_valid),
    .next_i(tile_next),
    .m0_o(unused_m0),
    .n0_o(unused_n0),
    .rows_o(tile_rows),
    .cols_o(tile_cols),
    .addr_o(unused_addr),
    .addr_split_o(tile_addr),
    .last_col_o(unused_flags[0]),
    .last_row_o(unused_flags[1]),
    .last_panel_a_o(unused_flags[2]),
    .last_panel_b_o(unused_flags[3]),
    .last_block_o(unused_flags[4]),
    .last_o(unused_flags[5])
  );

  logic [RowWidth-1:0]     rd_row_q;    // row at which reading is
  logic [LineWidth-1:0]    line_q;
  logic [AddrWidth:0]      line_addr, line_addr_q;  // as the walker splits it
  logic [LineWidth:0]      tile_lines, tile_elems;
  assign tile_lines  = by_cols_i ? (LineWidth + 1)'(tile_cols) : (LineWidth + 1)'(tile_rows);
  assign tile_elems  = by_cols_i ? (LineWidth + 1)'(tile_rows) : (LineWidth + 1)'(tile_cols);
  assign line_last   = one_line_i || {1'b0, line_q} + (LineWidth + 1)'(1) == tile_lines;
  assign line_free   = held < (SlotWidth + 1)'(Tiles) ||
                       (FreeByRow && held == (SlotWidth + 1)'(Tiles) && !by_cols_i &&
                        !one_line_i && line_q < LineWidth'(rd_row_q));
  assign seg_valid_o = tile_valid && line_free;
  assign line_addr   = line_q == '0 ? tile_addr : line_addr_q;
  assign seg_addr_o  = {line_addr[AddrWidth:Low + 1] + (AddrWidth - Low)'(line_addr[Low]),
                        line_addr[Low-1:0]};
  assign seg_last_o  = (16'(tile_elems) * 16'(Nibbles) - 16'd1) >> 1;
  assign line_fire   = seg_valid_o && seg_ready_i;
  assign tile_next   = line_fire && line_last;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      line_q <= '0;
      ask_q  <= '0;
    end else if (line_fire) begin
      line_q <= line_last ? '0 : line_q + LineWidth'(1);
      if (line_last) ask_q <= ask_q + (SlotWidth + 1)'(1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (line_fire) begin
      line_addr_q[Low:0]             <= {1'b0, line_addr[Low-1:0]} + {1'b0, line_stride_i[Low-1:0]};
      line_addr_q[AddrWidth:Low + 1] <= line_addr[AddrWidth:Low + 1] +
                                        (AddrWidth - Low)'(line_stride_i[31:Low]) +
                                        (AddrWidth - Low)'(line_addr[Low]);
    end
  end

  // A tile that is not full is as large as M and N leave it, so nothing more is kept of a tile.
  logic [2*Tiles-1:0]  short_rows_q, short_cols_q;
  logic [RowWidth-1:0] m_last, wr_row_last, rd_row_last;
  logic [ColWidth-1:0] n_last, wr_col_last, rd_col_last;
  always_ff @(posedge clk_i) begin
    if (line_fire) begin
      short_rows_q[ask_q] <= !tile_rows[RowsWidth-1];
      short_cols_q[ask_q] <= !tile_cols[ColsWidth-1];
    end
  end
  assign m_last      = m_i[RowWidth-1:0] - RowWidth'(1);
  assign n_last      = n_i[ColWidth-1:0] - ColWidth'(1);
  assign wr_row_last = short_rows_q[wr_q] ? m_last : '1;
  assign wr_col_last = short_cols_q[wr_q] ? n_last : '1;
  assign rd_row_last = short_rows_q[rd_q] ? m_last : '1;
  assign rd_col_last = short_cols_q[rd_q] ? n_last : '1;

  // Arriving.
  logic [LineWidth-1:0] wr_line_q, wr_line_last;
  logic [WordWidth-1:0] wr_word_q;
  assign wr_line_last = one_line_i ? '0 : by_cols_i ? LineWidth'(wr_col_last) : LineWidth'(wr_row_last);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wr_q      <= '0;
      wr_line_q <= '0;
      wr_word_q <= '0;
    end else if (word_valid_i) begin
      wr_word_q <= word_last_i ? '0 : wr_word_q + WordWidth'(1);
      if (word_last_i) begin
        wr_line_q <= wr_line_q == wr_line_last ? '0 : wr_line_q + LineWidth'(1);
        if (wr_line_q == wr_line_last) wr_q <= wr_q + (SlotWidth + 1)'(1);
      end
    end
  end
  assign wr_slot_o = wr_q[SlotWidth-1:0];
  assign wr_line_o = wr_line_q;
  assign wr_word_o = wr_word_q;

  // Reading.
  logic [ChunkWidth-1:0] rd_chunk_q;
  logic                  rd_chunk_last, rd_row_end;
  assign rd_chunk_last = rd_chunk_q == ChunkWidth'(rd_col_last >> $clog2(Lanes));
  assign rd_row_end    = rd_row_q == rd_row_last;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rd_q       <= '0;
      rd_row_q   <= '0;
      rd_chunk_q <= '0;
    end else if (rd_next_i) begin
      rd_chunk_q <= rd_chunk_last ? '0 : rd_chunk_q + ChunkWidth'(1);
      if (rd_chunk_last) begin
        rd_row_q <= rd_row_end ? '0 : rd_row_q + RowWidth'(1);
        if (rd_row_end) rd_q <= rd_q + (SlotWidth + 1)'(1);
      end
    end
  end
  assign rd_valid_o = rd_q != wr_q;
  assign rd_slot_o  = rd_q[SlotWidth-1:0];
  assign rd_row_o   = rd_row_q;
  assign rd_chunk_o = rd_chunk_q;

  assign busy_o = tile_valid || ask_q != rd_q;

  logic unused_walker;
  assign unused_walker = ^{unused_m0, unused_n0, unused_flags, unused_addr, m_i, n_i};

`ifndef SYNTHESIS
  a_start_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> !busy_o);
  a_word_asked : assert property (@(posedge clk_i) disable iff (!rst_ni)
    word_valid_i |-> wr_q != ask_q || wr_line_q < line_q);
  a_read_ready : assert property (@(posedge clk_i) disable iff (!rst_ni) rd_next_i |-> rd_valid_o);
  a_seg_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    seg_valid_o && !seg_ready_i |=> seg_valid_o && $stable(seg_addr_o) && $stable(seg_last_o));
  a_command_waits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    busy_o && !$past(start_i) |-> $stable(m_i) && $stable(n_i) && $stable(by_cols_i) && $stable(one_line_i));
`endif

endmodule
