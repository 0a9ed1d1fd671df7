// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Walks over the tiles of a command's output, in the order in which the array computes them.
//
// The columns are cut into blocks whose B operands stay resident. Within a block the tiles of a
// panel of A and a panel of B (what one load brings) follow each other, so that every panel that
// arrives gives as many tiles as it can at once:
//   for each block, for each panel of A, for each panel of B in the block,
//     for each Rows rows of A's panel, for each Cols columns of B's panel: a tile of rows_o x cols_o
// A panel has max(Rows, AxiData / 4) rows or max(Cols, AxiData / 4) columns. Everyone who follows the
// tiles (operands, C, mask, D) has a walker of its own and so its own pace.
//
// The walker also gives the address of the tile's first element, in nibbles (half bytes), for a
// matrix at byte address base_i with row_step_i nibbles from row to row and col_step_i from column
// to column. Addresses are kept modulo 2^(AddrWidth + 1).
//
// start_i, while valid_o is low or together with the last next_i, begins a command in the following
// cycle; its inputs must be stable until the last tile is taken. next_i takes the tile shown.
// Throughput: a tile a cycle. Limits: 1 <= m_i, n_i <= MAX_DIM; block_cols_i a positive multiple of the
// columns of a panel.

module tile_walker #(
  parameter int unsigned Rows      = 16,
  parameter int unsigned Cols      = 16,
  parameter int unsigned AxiData   = 128,
  parameter int unsigned AddrWidth = 40,
  localparam int unsigned RowsWidth = $clog2(Rows + 1),
  localparam int unsigned ColsWidth = $clog2(Cols + 1)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 start_i,
  input  logic [23:0]          m_i,
  input  logic [23:0]          n_i,
  input  logic [23:0]          block_cols_i,
  input  logic [AddrWidth-1:0] base_i,       // bytes
  input  logic [32:0]          row_step_i,   // nibbles
  input  logic [32:0]          col_step_i,   // nibbles

  output logic                 valid_o,
  input  logic                 next_i,       // only while valid_o
  output logic [23:0]          m0_o,         // first row of the tile
  output logic [23:0]          n0_o,         // first column
  output logic [RowsWidth-1:0] rows_o,       // rows of the tile that exist
  output logic [ColsWidth-1:0] cols_o,
  output logic [AddrWidth:0]   addr_o,       // nibbles
  output logic                 last_col_o,     // last columns of the panel of B
  output logic                 last_row_o,     // last rows of the panel of A
  output logic                 last_panel_b_o, // in the block's last panel of B
  output logic                 last_panel_a_o, // in the last panel of A
  output logic                 last_block_o,   // in the last block
  output logic                 last_o          // last tile of the command
);

  localparam int unsigned A         = AddrWidth + 1;
  localparam int unsigned WordCodes = AxiData / 4;
  localparam int unsigned PanelA    = (Rows > WordCodes) ? Rows : WordCodes;
  localparam int unsigned PanelB    = (Cols > WordCodes) ? Cols : WordCodes;
  localparam int unsigned ABits     = $clog2(PanelA);
  localparam int unsigned BBits     = $clog2(PanelB);

  logic         valid_q;
  logic [23:0]  m0_q, n0_q, block_n0_q;
  logic [23:0]  in_block_q;                  // columns of the block from the tile's panel on
  logic [A-1:0] m_off_q, m_panel_off_q, n_off_q, n_panel_off_q, n_block_off_q;

  // Rows and columns from the tile on, from its panel on, and from its block on.
  logic [23:0] m_left, n_left, m_panel, n_panel, m_panel_left, n_panel_left, n_block_left;
  assign m_panel      = {m0_q[23:ABits], ABits'(0)};
  assign n_panel      = {n0_q[23:BBits], BBits'(0)};
  assign m_left       = m_i - m0_q;
  assign n_left       = n_i - n0_q;
  assign m_panel_left = m_i - m_panel;
  assign n_panel_left = n_i - n_panel;
  assign n_block_left = n_i - block_n0_q;

  assign last_row_o     = m_left <= 24'(Rows) || m0_q[ABits-1:0] == ABits'(PanelA - Rows);
  assign last_col_o     = n_left <= 24'(Cols) || n0_q[BBits-1:0] == BBits'(PanelB - Cols);
  assign last_panel_a_o = m_panel_left <= 24'(PanelA);
  assign last_panel_b_o = n_panel_left <= 24'(PanelB) || in_block_q <= 24'(PanelB);
  assign last_block_o   = n_block_left <= block_cols_i;
  assign last_o         = last_row_o && last_col_o && last_panel_a_o && last_panel_b_o &&
                          last_block_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (start_i) valid_q <= 1'b1;
    else if (next_i && last_o) valid_q <= 1'b0;
  end

  logic [A-1:0] m_next_off, n_next_off;
  assign m_next_off = m_off_q + (A'(row_step_i) << $clog2(Rows));
  assign n_next_off = n_off_q + (A'(col_step_i) << $clog2(Cols));

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      {m0_q, n0_q, block_n0_q} <= '0;
      in_block_q               <= block_cols_i;
      {m_off_q, m_panel_off_q, n_off_q, n_panel_off_q, n_block_off_q} <= '0;
    end else if (next_i) begin
      if (!last_col_o) begin
        n0_q    <= n0_q + 24'(Cols);
        n_off_q <= n_next_off;
      end else if (!last_row_o) begin
        n0_q    <= n_panel;
        n_off_q <= n_panel_off_q;
        m0_q    <= m0_q + 24'(Rows);
        m_off_q <= m_next_off;
      end else if (!last_panel_b_o) begin
        m0_q          <= m_panel;
        m_off_q       <= m_panel_off_q;
        n0_q          <= n0_q + 24'(Cols);
        n_off_q       <= n_next_off;
        n_panel_off_q <= n_next_off;
        in_block_q    <= in_block_q - 24'(PanelB);
      end else if (!last_panel_a_o) begin
        m0_q          <= m0_q + 24'(Rows);
        m_off_q       <= m_next_off;
        m_panel_off_q <= m_next_off;
        n0_q          <= block_n0_q;
        n_off_q       <= n_block_off_q;
        n_panel_off_q <= n_block_off_q;
        in_block_q    <= block_cols_i;
      end else begin
        m0_q          <= '0;
        m_off_q       <= '0;
        m_panel_off_q <= '0;
        n0_q          <= n0_q + 24'(Cols);
        block_n0_q    <= n0_q + 24'(Cols);
        n_off_q       <= n_next_off;
        n_panel_off_q <= n_next_off;
        n_block_off_q <= n_next_off;
        in_block_q    <= block_cols_i;
      end
    end
  end

  assign valid_o = valid_q;
  assign m0_o    = m0_q;
  assign n0_o    = n0_q;
  assign rows_o  = m_left <= 24'(Rows) ? RowsWidth'(m_left) : RowsWidth'(Rows);
  assign cols_o  = n_left <= 24'(Cols) ? ColsWidth'(n_left) : ColsWidth'(Cols);
  assign addr_o  = {base_i, 1'b0} + m_off_q + n_off_q;

  if ((Rows & (Rows - 1)) != 0 || (Cols & (Cols - 1)) != 0)
    $error("tile_walker: Rows and Cols must be powers of two");

`ifndef SYNTHESIS
  a_next_valid : assert property (@(posedge clk_i) disable iff (!rst_ni) next_i |-> valid_q);
  a_start_free : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> !valid_q || (next_i && last_o));
  a_block : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> block_cols_i != '0 && block_cols_i % 24'(PanelB) == '0 && m_i != '0 && n_i != '0);
`endif

endmodule
