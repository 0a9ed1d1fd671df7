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
// to column, modulo 2^(AddrWidth + 1). addr_split_o has it in bytes before the carry between its halves
// is added, for whoever goes on adding.
//
// start_i, while valid_o is low or together with the last next_i, begins a command in the following
// cycle; its inputs must be stable until the last tile is taken. next_i takes the tile shown.
// Throughput: a tile a cycle. Limits: Rows and Cols powers of two, at least 2; 1 <= m_i, n_i <= MAX_DIM;
// block_cols_i a positive multiple of the columns of a panel.

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
  output logic [AddrWidth:0]   addr_o,       // nibbles, even
  output logic [AddrWidth:0]   addr_split_o, // bytes: upper half, carry into it, lower half
  output logic                 last_col_o,     // last columns of the panel of B
  output logic                 last_row_o,     // last rows of the panel of A
  output logic                 last_panel_b_o, // in the block's last panel of B
  output logic                 last_panel_a_o, // in the last panel of A
  output logic                 last_block_o,   // no columns behind this panel; in a block's last
                                               // panel of B: in the last block
  output logic                 last_o          // last tile of the command
);

  localparam int unsigned WordCodes = AxiData / 4;
  localparam int unsigned PanelA    = (Rows > WordCodes) ? Rows : WordCodes;
  localparam int unsigned PanelB    = (Cols > WordCodes) ? Cols : WordCodes;
  localparam int unsigned Low       = AddrWidth / 2;
  localparam int unsigned ABits     = $clog2(PanelA);
  localparam int unsigned BBits     = $clog2(PanelB);

  // ------------------------------------------------------------------------ place
  // The tile, and the first column of its block. What is the last of its kind is compared a tile
  // ahead and kept as a flag.
  logic            valid_q;
  logic [23:0]     m0_q, n0_q, m0_d, n0_d, m_next, n_next, m_last, n_last;
  logic [23:BBits] block_n0_q, block_last, panels_last;
  logic            last_row_q, last_col_q, last_panel_a_q, last_row_d, last_col_d, last_panel_a_d;
  logic            n_ends_q, n_ends_d;          // no columns behind the panel of B
  logic            block_ends_d;                // the block is full with the panel of B
  logic            panel_b_ends_q;              // either
  // In two parts, since the mapper lets a borrow ripple.
  assign m_last      = {m_i[23:12] - 12'(m_i[11:0] == '0), m_i[11:0] - 12'd1};
  assign n_last      = {n_i[23:12] - 12'(n_i[11:0] == '0), n_i[11:0] - 12'd1};
  // Behind the last tile of a panel begins the next panel.
  assign m_next      = m0_q + 24'(Rows);
  assign n_next      = n0_q + 24'(Cols);
  assign panels_last = block_cols_i[23:BBits] - (24 - BBits)'(1);
  assign block_last  = block_n0_q + panels_last;

  // The step behind the tile, one of five.
  logic next_col, next_row, next_panel_b, next_panel_a, next_block;
  assign next_col     = !last_col_q;
  assign next_row     = last_col_q && !last_row_q;
  assign next_panel_b = last_col_q && last_row_q && !panel_b_ends_q;
  assign next_panel_a = last_col_q && last_row_q && panel_b_ends_q && !last_panel_a_q;
  assign next_block   = last_col_q && last_row_q && panel_b_ends_q && last_panel_a_q;

  always_comb begin
    if (start_i || next_block) m0_d = '0;
    else if (next_panel_b) m0_d = {m0_q[23:ABits], ABits'(0)};
    else if (next_col) m0_d = m0_q;
    else m0_d = m_next;

    if (start_i) n0_d = '0;
    else if (next_row) n0_d = {n0_q[23:BBits], BBits'(0)};
    else if (next_panel_a) n0_d = {block_n0_q, BBits'(0)};
    else n0_d = n_next;

    if (start_i || next_block) last_panel_a_d = m_last[23:ABits] == '0;
    else if (next_panel_a) last_panel_a_d = m_next[23:ABits] == m_last[23:ABits];
    else last_panel_a_d = last_panel_a_q;

    if (start_i) n_ends_d = n_last[23:BBits] == '0;
    else if (next_panel_a) n_ends_d = block_n0_q == n_last[23:BBits];
    else if (next_panel_b || next_block) n_ends_d = n_next[23:BBits] == n_last[23:BBits];
    else n_ends_d = n_ends_q;

    if (start_i || next_panel_a || next_block) block_ends_d = panels_last == '0;
    else if (next_panel_b) block_ends_d = n_next[23:BBits] == block_last;
    else block_ends_d = panel_b_ends_q;
  end
  if (PanelA > Rows) begin : gen_rows
    localparam int unsigned First = $clog2(Rows);
    assign last_row_d = m0_d[ABits-1:First] ==
                        (m_last[ABits-1:First] | {ABits-First{!last_panel_a_d}});
  end else begin : gen_row
    assign last_row_d = 1'b1;
  end
  if (PanelB > Cols) begin : gen_cols
    localparam int unsigned First = $clog2(Cols);
    assign last_col_d = n0_d[BBits-1:First] == (n_last[BBits-1:First] | {BBits-First{!n_ends_d}});
  end else begin : gen_col
    assign last_col_d = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (start_i) valid_q <= 1'b1;
    else if (next_i && last_o) valid_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (start_i || next_i) begin
      m0_q           <= m0_d;
      n0_q           <= n0_d;
      last_row_q     <= last_row_d;
      last_col_q     <= last_col_d;
      last_panel_a_q <= last_panel_a_d;
      n_ends_q       <= n_ends_d;
      panel_b_ends_q <= n_ends_d || block_ends_d;
    end
    if (start_i || (next_i && next_block)) block_n0_q <= n0_d[23:BBits];
  end

  logic last_m, last_n;
  assign last_m         = last_row_q && last_panel_a_q;
  assign last_n         = last_col_q && n_ends_q;
  assign valid_o        = valid_q;
  assign m0_o           = m0_q;
  assign n0_o           = n0_q;
  assign rows_o         = last_m && m_i[$clog2(Rows)-1:0] != '0 ? RowsWidth'(m_i[$clog2(Rows)-1:0])
                                                                : RowsWidth'(Rows);
  assign cols_o         = last_n && n_i[$clog2(Cols)-1:0] != '0 ? ColsWidth'(n_i[$clog2(Cols)-1:0])
                                                                : ColsWidth'(Cols);
  assign last_col_o     = last_col_q;
  assign last_row_o     = last_row_q;
  assign last_panel_a_o = last_panel_a_q;
  assign last_panel_b_o = panel_b_ends_q;
  assign last_block_o   = n_ends_q;
  assign last_o         = last_m && last_n;

  // ---------------------------------------------------------------------- address
  // In bytes, since a tile begins at one. One adder for all steps: each goes on from where the last
  // step of its kind led. The carry into the upper half is kept and added with the next step.
  logic [AddrWidth:0] tile_q;   // the tile: upper half, carry, lower half
  logic [AddrWidth:0] line;     // first tile of its row in the panel of B
  logic [AddrWidth:0] panel_q;  // of the panel of B
  logic [AddrWidth:0] band_q;   // of the panel of A in the block
  logic [AddrWidth:0] top_q;    // of the panel of B in the first panel of A
  logic               in_top_q; // in the first panel of A
  logic [AddrWidth-1:0] step;
  logic [AddrWidth:0]   from, addr_d;
  always_comb begin
    if (next_col) begin
      from = tile_q;
      step = AddrWidth'(col_step_i) << ($clog2(Cols) - 1);
    end else if (next_row) begin
      from = line;
      step = AddrWidth'(row_step_i) << ($clog2(Rows) - 1);
    end else if (next_panel_b) begin
      from = panel_q;
      step = AddrWidth'(col_step_i) << (BBits - 1);
    end else if (next_panel_a) begin
      from = band_q;
      step = AddrWidth'(row_step_i) << (ABits - 1);
    end else begin
      from = top_q;
      step = AddrWidth'(col_step_i) << (BBits - 1);
    end
  end
  assign addr_d[Low:0]             = start_i ? {1'b0, base_i[Low-1:0]}
                                             : {1'b0, from[Low-1:0]} + {1'b0, step[Low-1:0]};
  assign addr_d[AddrWidth:Low + 1] = start_i ? base_i[AddrWidth-1:Low]
                                             : from[AddrWidth:Low + 1] + step[AddrWidth-1:Low] +
                                               (AddrWidth - Low)'(from[Low]);

  always_ff @(posedge clk_i) begin
    if (start_i || next_i) tile_q <= addr_d;
    if (start_i || (next_i && !next_col && !next_row)) panel_q <= addr_d;
    if (start_i || (next_i && (next_panel_a || next_block))) band_q <= addr_d;
    if (start_i || (next_i && (next_block || (next_panel_b && in_top_q)))) top_q <= addr_d;
    if (start_i || (next_i && next_block)) in_top_q <= 1'b1;
    else if (next_i && next_panel_a) in_top_q <= 1'b0;
  end
  // With two rows of tiles in a panel of A, a next row is only there in the first.
  if (PanelA > 2 * Rows) begin : gen_line
    logic [AddrWidth:0] line_q;
    always_ff @(posedge clk_i) if (start_i || (next_i && !next_col)) line_q <= addr_d;
    assign line = line_q;
  end else begin : gen_panel
    assign line = panel_q;
  end
  assign addr_split_o = tile_q;
  assign addr_o       = {tile_q[AddrWidth:Low + 1] + (AddrWidth - Low)'(tile_q[Low]),
                         tile_q[Low-1:0], 1'b0};

  logic unused_low;
  assign unused_low = ^{m_last, n_last, block_cols_i, row_step_i, col_step_i};

  if (Rows < 2 || Cols < 2)
    $error("tile_walker: Rows and Cols must be at least 2");
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
