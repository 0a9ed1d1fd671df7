// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches the panels of one operand, A or B, into its circular operand buffer.
//
// A panel is Panel rows of A (columns of B: "rows" here), all K, all samples. It takes
// samples * w words, w = ceil(K / WordCodes), at the same addresses of all banks: those that follow
// the panel before, also over the end of the buffer and from command to command, 0 after reset.
// Sample s begins at word s * w; code k is nibble k % WordCodes of word k / WordCodes. The whole tensor
// is fetched ceil(repeat_extent / repeat_step) times. In memory it is stored in one of two ways:
//   along   a stored row holds the codes of one row. For each row, each sample: a segment of
//           ceil(K / 2) bytes, whose words go whole to the bank of the row.
//   across  a stored row holds the codes of one k. For each panel, each sample, each k: a segment of
//           half a byte for every row of the panel, of whose words every nibble goes to another bank.
// Codes beyond K, and rows beyond the last, are unspecified in the buffer.
//
// An address side asks for segments, into later panels too, and a data side places the words that
// come back in the same order; each has its own counters. A sample of a panel is asked for when its
// words are free; so nothing is written over a panel that has not been released.
//
// Latency: the first segment in the cycle after start_i; a word is written in the cycle in which it comes.
// Throughput: a segment a cycle, a word a cycle.
// Limits: 1 <= rows_i, k_i, repeat_extent_i, repeat_step_i; samples_i 1..8; samples_i * w <= Depth.

module operand_loader #(
  parameter int unsigned Rows      = 16,   // rows of a tile
  parameter int unsigned Panel     = 32,   // rows of a panel, at least AxiData / 4
  parameter int unsigned AxiData   = 128,  // bits of a bus word
  parameter int unsigned AddrWidth = 40,
  parameter int unsigned Depth     = 512,  // words of a bank
  localparam int unsigned DepthWidth  = $clog2(Depth),
  localparam int unsigned PanelWidth  = $clog2(Panel),
  localparam int unsigned NibbleWidth = $clog2(AxiData / 4)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   start_i,          // only while busy_o is low
  input  logic [AddrWidth-1:0]   base_i,           // these stable while busy_o; bytes
  input  logic [31:0]            stride_i,         // bytes, from one stored row to the next
  input  logic [31:0]            sample_stride_i,  // bytes
  input  logic [3:0]             samples_i,
  input  logic                   across_i,
  input  logic [23:0]            rows_i,           // M or N
  input  logic [23:0]            k_i,
  input  logic [23:0]            repeat_extent_i,
  input  logic [23:0]            repeat_step_i,

  input  logic                   release_i,        // frees the oldest panel
  input  logic [DepthWidth:0]    release_words_i,  // its words in a bank

  output logic                   seg_valid_o,
  input  logic                   seg_ready_i,
  output logic [AddrWidth-1:0]   seg_addr_o,
  output logic [15:0]            seg_bytes_o,

  input  logic                   word_valid_i,
  output logic                   word_ready_o,     // always
  input  logic [AxiData-1:0]     word_data_i,
  input  logic                   word_last_i,      // of its segment

  output logic                   wr_valid_o,
  output logic                   wr_across_o,
  output logic [PanelWidth-1:0]  wr_bank_o,        // across: the first of WordCodes banks
  output logic [DepthWidth-1:0]  wr_addr_o,
  output logic [NibbleWidth-1:0] wr_nibble_o,      // across: the nibble that every bank gets
  output logic [AxiData-1:0]     wr_data_o,

  output logic [15:0]            asked_o,          // tile rows before the segment now asked for, modulo 2^16
  output logic [15:0]            loaded_o,         // tile rows written since reset, modulo 2^16
  output logic                   busy_o            // until the last word of the command is written
);

  localparam int unsigned TileWidth = $clog2(Rows);
  localparam int unsigned KWidth    = DepthWidth + NibbleWidth;
  localparam bit [31:0]   PanelBytes = Panel / 2;  // of a stored row across
  // Segments under way are counted; more than a stream reader keeps.
  localparam int unsigned PendingWidth = 7;

  // The last index of each dimension: ceil(x / 2^i) = ((x - 1) >> i) + 1.
  logic [23:0] rows_last, k_last_wide;
  logic [KWidth-1:0] k_last;
  logic [2:0] sample_last;
  assign rows_last   = rows_i - 24'd1;
  assign k_last_wide = k_i - 24'd1;
  assign k_last      = k_last_wide[KWidth-1:0];
  assign sample_last = 3'(samples_i - 4'd1);

  logic [DepthWidth:0] words;  // w
  assign words = (DepthWidth + 1)'(k_last[KWidth-1:NibbleWidth]) + 1'b1;

  // The next row; across, of the next panel.
  function automatic logic [23:0] next_row(logic [23:0] row, logic across);
    next_row[PanelWidth-1:0]  = row[PanelWidth-1:0] + PanelWidth'(!across);
    next_row[23:PanelWidth]   = row[23:PanelWidth] + (24 - PanelWidth)'(across || &row[PanelWidth-1:0]);
  endfunction

  // ---- Address side -------------------------------------------------------------------------------
  logic                    active_q;
  logic [23:0]             ask_row_q, repeat_left_q;
  logic [2:0]              ask_sample_q;
  logic [KWidth-1:0]       ask_k_q;  // across; else 0
  logic [PendingWidth-1:0] pending_q;
  logic [DepthWidth:0]     free_q;   // words
  logic [AddrWidth-1:0]    addr_q, sample_addr_q, row_addr_q;

  logic ask, ask_k_end, ask_sample_end, ask_last_panel, ask_tensor_end, ask_first, ask_again;
  assign ask            = seg_valid_o && seg_ready_i;
  assign ask_k_end      = !across_i || ask_k_q == k_last;
  assign ask_sample_end = ask_k_end && ask_sample_q == sample_last;
  assign ask_last_panel = ask_row_q[23:PanelWidth] == rows_last[23:PanelWidth];
  assign ask_tensor_end = ask_sample_end && ask_last_panel &&
                          (across_i || ask_row_q[PanelWidth-1:0] == rows_last[PanelWidth-1:0]);

  // The first segment of a sample of a panel takes the words of all.
  assign ask_first   = ask_k_q == '0 && ask_row_q[PanelWidth-1:0] == '0;
  assign seg_valid_o = active_q && !(&pending_q) && (!ask_first || free_q >= words);
  assign seg_addr_o  = addr_q;

  logic [15:0] bytes_last;
  always_comb begin
    if (!across_i) bytes_last = 16'(k_last_wide >> 1);
    else if (ask_last_panel) bytes_last = 16'(rows_last[PanelWidth-1:1]);
    else bytes_last = 16'(PanelBytes - 1);
  end
  assign seg_bytes_o = bytes_last + 16'd1;

  // One adder for all steps: of k from the segment, of a sample from k = 0, of a row or panel from sample 0.
  logic [AddrWidth-1:0] addr_from, addr_step, addr_d;
  always_comb begin
    if (!ask_k_end) begin
      addr_from = addr_q;
      addr_step = AddrWidth'(stride_i);
    end else if (!ask_sample_end) begin
      addr_from = sample_addr_q;
      addr_step = AddrWidth'(sample_stride_i);
    end else begin
      addr_from = row_addr_q;
      addr_step = across_i ? AddrWidth'(PanelBytes) : AddrWidth'(stride_i);
    end
  end
  assign addr_d = start_i || ask_tensor_end ? base_i : addr_from + addr_step;

  logic [24:0] repeat_next;  // negative after the last time
  assign repeat_next = {1'b0, repeat_left_q} - {1'b0, repeat_step_i};
  assign ask_again   = !repeat_next[24];

  always_ff @(posedge clk_i) begin
    if (start_i || ask) addr_q <= addr_d;
    if (start_i || (ask && ask_k_end)) sample_addr_q <= addr_d;
    if (start_i || (ask && ask_sample_end)) row_addr_q <= addr_d;

    if (start_i || (ask && ask_k_end)) ask_k_q <= '0;
    else if (ask) ask_k_q <= ask_k_q + 1'b1;
    if (start_i || (ask && ask_sample_end)) ask_sample_q <= '0;
    else if (ask && ask_k_end) ask_sample_q <= ask_sample_q + 1'b1;
    if (start_i || (ask && ask_tensor_end)) ask_row_q <= '0;
    else if (ask && ask_sample_end) ask_row_q <= next_row(ask_row_q, across_i);
    if (start_i) repeat_left_q <= repeat_extent_i - 24'd1;
    else if (ask && ask_tensor_end) repeat_left_q <= repeat_next[23:0];
  end

  // ---- Data side ----------------------------------------------------------------------------------
  logic [23:0]           row_q;
  logic [2:0]            sample_q;
  logic [KWidth-1:0]     k_q;  // across; else 0
  logic [DepthWidth-1:0] ptr_q, panel_ptr_q, ptr_next;
  logic [15:0]           loaded_q, asked_q;

  logic seg_end, k_end, row_end, last_panel, tensor_end, panel_end, tile_end;
  assign seg_end    = word_valid_i && word_last_i;
  assign k_end      = seg_end && (!across_i || k_q == k_last);
  assign row_end    = k_end && sample_q == sample_last;  // across: of all rows of the panel
  assign last_panel = row_q[23:PanelWidth] == rows_last[23:PanelWidth];
  assign tensor_end = row_end && last_panel &&
                      (across_i || row_q[PanelWidth-1:0] == rows_last[PanelWidth-1:0]);
  assign panel_end  = tensor_end || (row_end && (across_i || &row_q[PanelWidth-1:0]));
  assign tile_end   = tensor_end || (row_end && (across_i || &row_q[TileWidth-1:0]));
  assign ptr_next   = ptr_q + 1'b1;

  always_ff @(posedge clk_i) begin
    if (start_i || k_end) k_q <= '0;
    else if (seg_end) k_q <= k_q + 1'b1;
    if (start_i || row_end) sample_q <= '0;
    else if (k_end) sample_q <= sample_q + 1'b1;
    if (start_i || tensor_end) row_q <= '0;
    else if (row_end) row_q <= next_row(row_q, across_i);
    if (start_i) panel_ptr_q <= ptr_q;
    else if (panel_end) panel_ptr_q <= ptr_next;
  end

  // The last word of a row, unless it ends the panel, is followed by the panel's first, in the next bank.
  logic ptr_step;
  assign ptr_step = word_valid_i && (!across_i || k_end || (seg_end && &k_q[NibbleWidth-1:0]));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ptr_q <= '0;
    else if (row_end && !panel_end) ptr_q <= panel_ptr_q;
    else if (ptr_step) ptr_q <= ptr_next;
  end

  // Tile rows that are complete with this word, or asked for with this segment, less 1.
  logic [15:0] tiles_last, ask_tiles_last, ask_tiles_q;
  logic        ask_tile_end;
  assign ask_tile_end = ask && (ask_tensor_end ||
                                (ask_sample_end && (across_i || &ask_row_q[TileWidth-1:0])));
  if (Panel > Rows) begin : gen_tiles
    localparam int unsigned TilesWidth = PanelWidth - TileWidth;
    logic [TilesWidth-1:0] rest, tiles, ask_tiles;
    assign rest           = rows_last[PanelWidth-1:TileWidth];
    assign tiles          = rest | {TilesWidth{!last_panel}};
    assign ask_tiles      = rest | {TilesWidth{!ask_last_panel}};
    assign tiles_last     = across_i ? 16'(tiles) : '0;
    assign ask_tiles_last = across_i ? 16'(ask_tiles) : '0;
  end else begin : gen_tile
    assign tiles_last     = '0;
    assign ask_tiles_last = '0;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      loaded_q    <= '0;
      asked_q     <= '0;
      ask_tiles_q <= '0;
    end else begin
      if (tile_end) loaded_q <= loaded_q + tiles_last + 16'd1;
      // Counted with the next segment: then the reader has requested all of this one.
      if (ask) begin
        asked_q     <= asked_q + ask_tiles_q;
        ask_tiles_q <= ask_tile_end ? ask_tiles_last + 16'd1 : '0;
      end
    end
  end
  assign loaded_o = loaded_q;
  assign asked_o  = asked_q;

  // Banks across: the first WordCodes take the first word of a segment.
  logic [PanelWidth-1:0] across_bank;
  if (PanelWidth > NibbleWidth) begin : gen_groups
    logic [PanelWidth-NibbleWidth-1:0] group_q;
    always_ff @(posedge clk_i) begin
      if (start_i || seg_end) group_q <= '0;
      else if (word_valid_i) group_q <= group_q + 1'b1;
    end
    assign across_bank = {group_q, NibbleWidth'(0)};
  end else begin : gen_group
    assign across_bank = '0;
  end

  assign word_ready_o = 1'b1;
  assign wr_valid_o   = word_valid_i;
  assign wr_across_o  = across_i;
  assign wr_bank_o    = across_i ? across_bank : row_q[PanelWidth-1:0];
  assign wr_addr_o    = ptr_q;
  assign wr_nibble_o  = k_q[NibbleWidth-1:0];
  assign wr_data_o    = word_data_i;

  // ---- Both sides ---------------------------------------------------------------------------------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q  <= 1'b0;
      pending_q <= '0;
      free_q    <= (DepthWidth + 1)'(Depth);
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (ask && ask_tensor_end && !ask_again) active_q <= 1'b0;
      if (ask && !seg_end) pending_q <= pending_q + 1'b1;
      else if (!ask && seg_end) pending_q <= pending_q - 1'b1;
      free_q <= free_q - (ask && ask_first ? words : '0) + (release_i ? release_words_i : '0);
    end
  end
  assign busy_o = active_q || pending_q != '0;

  logic unused_k;
  assign unused_k = ^k_last_wide;

  if (Rows < 2 || Rows != 1 << TileWidth || Panel != 1 << PanelWidth || Panel < Rows ||
      Panel < AxiData / 4 || Depth != 1 << DepthWidth)
    $error("operand_loader: Rows, Panel and Depth must be powers of two, Panel >= Rows and AxiData / 4");

`ifndef SYNTHESIS
  a_start : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> !busy_o && rows_i != '0 && k_i != '0 && samples_i != '0 && samples_i <= 4'd8 &&
                repeat_extent_i != '0 && repeat_step_i != '0);
  a_fits : assert property (@(posedge clk_i) disable iff (!rst_ni)
    start_i |-> (k_last_wide >> KWidth) == '0 && 32'(samples_i) * 32'(words) <= 32'(Depth));
  a_segment_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
    seg_valid_o && !seg_ready_i |=> seg_valid_o && $stable(seg_addr_o) && $stable(seg_bytes_o));
  a_word_expected : assert property (@(posedge clk_i) disable iff (!rst_ni)
    word_valid_i |-> pending_q != '0);
  a_release_taken : assert property (@(posedge clk_i) disable iff (!rst_ni)
    release_i |-> 32'(free_q) + 32'(release_words_i) <= 32'(Depth));
`endif

endmodule
